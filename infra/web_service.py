"""The Flask app as a Cloud Run service.

Every value that Google would otherwise fill in stands here, so that a later preview has nothing to report: scaling on
the service, CPU and memory both, `cpu_idle` and `startup_cpu_boost`, the probes' ports and times, the traffic.

Left out: who may call it (PublicAccess), what it runs as (RuntimeIdentity), and a scaling of its own for each
revision, because then a changed bound would start new instances of the same code.
"""

from collections.abc import Sequence

import pulumi
from pulumi import Output, ResourceOptions
from pulumi_gcp import cloudrunv2 as run

from hearth.facts.cloud_run import cpu_limit
from hearth.fingerprint import fingerprint
from infra.container import Container
from infra.public_access import invoker_check_disabled
from infra.settings import StackSettings

PORT = 8080
_STARTUP_PERIOD_SECONDS = 2

# With one thread a request, a full instance would have none left to answer its liveness probe, and a healthy one would
# be killed. These stay for the probes and for connections kept open between requests.
SPARE_THREADS = 4


class WebService(pulumi.ComponentResource):
    """A Cloud Run service with one container."""

    service: run.Service
    uri: Output[str]
    full_name: Output[str]
    """`projects/P/locations/R/services/S`; known in a preview, unlike the resource's id."""
    fingerprint: Output[str]
    """Of all that makes a revision: it changes when a new one is due."""

    def __init__(
        self,
        name: str,
        stack: StackSettings,
        *,
        container: Container,
        after: Sequence[pulumi.Resource],
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("hearth-app:infra:WebService", name, None, opts)
        template = run.ServiceTemplateArgs(
            service_account=container.account,
            timeout=f"{stack.request_timeout_seconds}s",
            max_instance_request_concurrency=stack.concurrency,
            volumes=container.volumes(),
            annotations=container.annotations(),
            containers=[
                run.ServiceTemplateContainerArgs(
                    image=container.image,
                    ports=run.ServiceTemplateContainerPortsArgs(name="http1", container_port=PORT),
                    envs=container.envs(gunicorn(stack)),
                    volume_mounts=container.mounts(),
                    resources=run.ServiceTemplateContainerResourcesArgs(
                        limits={"cpu": cpu_limit(stack.cpu), "memory": stack.memory},
                        # Billed while it serves a request. Once `resources` is there, leaving it out means always.
                        cpu_idle=True,
                        startup_cpu_boost=True,
                    ),
                    startup_probe=_startup_probe(stack),
                    liveness_probe=_liveness_probe(stack),
                )
            ],
        )
        self.service = run.Service(
            name,
            project=stack.project,
            location=stack.region,
            name=stack.names.service,
            ingress="INGRESS_TRAFFIC_ALL",
            invoker_iam_disabled=invoker_check_disabled(stack),
            # Hosting's rewrite goes to this address. Reports say that without it a release is refused ("entity was not
            # found"); not tried on Google.
            default_uri_disabled=False,
            deletion_protection=stack.deletion_protection,
            scaling=run.ServiceScalingArgs(
                min_instance_count=stack.min_instances, max_instance_count=stack.max_instances
            ),
            template=template,
            # Declared, because a traffic split set by hand would otherwise keep new revisions from ever being used.
            traffics=[run.ServiceTrafficArgs(type="TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", percent=100)],
            opts=ResourceOptions(parent=self, depends_on=after, protect=stack.protect),
        )
        self.uri = self.service.uri
        self.full_name = Output.concat(
            "projects/", self.service.project, "/locations/", self.service.location, "/services/", self.service.name
        )
        self.fingerprint = fingerprint(template)
        self.register_outputs({"uri": self.uri})


def gunicorn(stack: StackSettings) -> dict[str, str]:
    """Variables that size the server by the instance."""
    return {
        "GUNICORN_THREADS": str(stack.concurrency + SPARE_THREADS),
        # A Python process uses one CPU, however many the instance has.
        "GUNICORN_WORKERS": str(max(1, int(stack.cpu))),
    }


def _startup_probe(stack: StackSettings) -> run.ServiceTemplateContainerStartupProbeArgs:
    path = stack.startup_probe_path
    return run.ServiceTemplateContainerStartupProbeArgs(
        http_get=run.ServiceTemplateContainerStartupProbeHttpGetArgs(path=path, port=PORT) if path else None,
        tcp_socket=None if path else run.ServiceTemplateContainerStartupProbeTcpSocketArgs(port=PORT),
        initial_delay_seconds=0,
        period_seconds=_STARTUP_PERIOD_SECONDS,
        timeout_seconds=_STARTUP_PERIOD_SECONDS,
        failure_threshold=-(-stack.startup_probe_seconds // _STARTUP_PERIOD_SECONDS),
    )


def _liveness_probe(stack: StackSettings) -> run.ServiceTemplateContainerLivenessProbeArgs | None:
    path = stack.liveness_probe_path
    if not path:
        return None
    return run.ServiceTemplateContainerLivenessProbeArgs(
        http_get=run.ServiceTemplateContainerLivenessProbeHttpGetArgs(path=path, port=PORT),
        initial_delay_seconds=0,
        period_seconds=10,
        timeout_seconds=5,
        # Half a minute without an answer is a process that hangs; it is killed and replaced.
        failure_threshold=3,
    )
