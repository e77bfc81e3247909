"""What runs code does so as an account of its own.

A default account of the project may be an editor of all of it, and is shared with everything else that named none. No
resource may name one, whatever its type; and the types in `RUNS_AS` may not leave out their account, with which they
would get one. Left out: other types, and what Google runs as an agent of its own.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from hearth.guards.declared import UNKNOWN, Declared, Intent, Path, Unclear, Violation, format_path, property_name

RUNS_AS: Final[Mapping[str, tuple[str, ...]]] = {
    "gcp:apigateway/apiConfig:ApiConfig": ("gatewayConfig.backendConfig.googleServiceAccount",),
    "gcp:appengine/flexibleAppVersion:FlexibleAppVersion": ("serviceAccount",),
    "gcp:appengine/standardAppVersion:StandardAppVersion": ("serviceAccount",),
    "gcp:cloudbuild/trigger:Trigger": ("serviceAccount",),
    "gcp:clouddeploy/target:Target": ("executionConfigs.serviceAccount",),
    "gcp:cloudfunctions/function:Function": ("serviceAccountEmail", "buildServiceAccount"),
    "gcp:cloudfunctionsv2/function:Function": (
        "serviceConfig.serviceAccountEmail",
        "buildConfig.serviceAccount",
        "eventTrigger?.serviceAccountEmail",
    ),
    "gcp:cloudrun/service:Service": ("template.spec.serviceAccountName",),
    "gcp:cloudrunv2/job:Job": ("template.template.serviceAccount",),
    "gcp:cloudrunv2/service:Service": ("template.serviceAccount", "buildConfig?.serviceAccount"),
    "gcp:cloudrunv2/workerPool:WorkerPool": ("template.serviceAccount",),
    "gcp:colab/schedule:Schedule": ("createPipelineJobRequest?.pipelineJob.serviceAccount",),
    "gcp:composer/environment:Environment": ("config.nodeConfig.serviceAccount",),
    "gcp:container/cluster:Cluster": ("nodeConfig?.serviceAccount", "nodePools?.nodeConfig.serviceAccount"),
    "gcp:container/nodePool:NodePool": ("nodeConfig.serviceAccount",),
    "gcp:dataflow/flexTemplateJob:FlexTemplateJob": ("serviceAccountEmail",),
    "gcp:dataflow/job:Job": ("serviceAccountEmail",),
    "gcp:dataflow/pipeline:Pipeline": (
        "schedulerServiceAccountEmail",
        "workload?.dataflowFlexTemplateRequest?.launchParameter.environment.serviceAccountEmail",
        "workload?.dataflowLaunchTemplateRequest?.launchParameters.environment.serviceAccountEmail",
    ),
    "gcp:dataproc/batch:Batch": ("environmentConfig.executionConfig.serviceAccount",),
    "gcp:dataproc/cluster:Cluster": ("clusterConfig.gceClusterConfig.serviceAccount",),
    "gcp:dataproc/sessionTemplate:SessionTemplate": ("environmentConfig.executionConfig.serviceAccount",),
    "gcp:dataproc/workflowTemplate:WorkflowTemplate": (
        "placement.managedCluster?.config.gceClusterConfig.serviceAccount",
    ),
    "gcp:tpu/v2Vm:V2Vm": ("serviceAccount",),
    "gcp:workflows/workflow:Workflow": ("serviceAccount",),
    "hearth:build:Image": ("serviceAccount",),
}
"""Types that run code, and where they say as whom; without a block marked `?` nothing is run there.

Each takes a default account where it is left out, as the references of its properties say, or for Cloud Run functions,
Dataflow and Dataproc the product's page on service accounts.
"""

# Compute Engine's, App Engine's and Cloud Build's ("Default service accounts"), by email or full name.
_DEFAULT = re.compile(
    r"(projects/[^/]+/serviceAccounts/)?"
    r"(\d+-compute@developer|[^@/]+@appspot|\d+@(cloudbuild|system))\.gserviceaccount\.com"
)
# Not whom a firewall or a policy is about, nor what a grant is on (`serviceAccountId`).
_ACTS_AS = re.compile(r"(?!target|source|iam).*serviceaccounts?(email|name)?", re.IGNORECASE)
_WHY = "the project's default account is shared and may edit everything in the project"
_FIX = "declare a serviceaccount.Account for this resource only, as RuntimeIdentity does, and set its email here"


def violations(declared: Declared, _: Intent) -> Iterator[Violation | Unclear]:
    """Look whether an account is named where one is needed, and at every one that is."""
    for where in RUNS_AS.get(declared.type, ()):
        yield from _left_out(declared.inputs, where.split("."))
    for path, value in declared.found(_is_account):
        if value is UNKNOWN:
            yield Unclear(path)
        elif isinstance(value, str) and _is_default(declared, value):
            yield Violation(what=f"{format_path(path)} = {value!r}", why=_WHY, fix=_FIX)
        elif isinstance(value, Mapping) and "scopes" in value and not value.get("email"):
            # Compute Engine's form: an account that is given scopes, but no name.
            yield _unset((*path, "email"))


def _left_out(here: Any, steps: Sequence[str], path: Path = ()) -> Iterator[Violation | Unclear]:
    if here is UNKNOWN:
        yield Unclear(path)
    elif isinstance(here, list) and here:
        for index, item in enumerate(here):
            yield from _left_out(item, steps, (*path, index))
    elif steps:
        name = steps[0].removesuffix("?")
        inner = here.get(name) if isinstance(here, Mapping) else None
        if inner or name == steps[0]:
            yield from _left_out(inner, steps[1:], (*path, name))
    elif not here:
        yield _unset(path)


def _is_account(path: Path) -> bool:
    name = property_name(path[:-1]) if path[-1:] == ("email",) else property_name(path)
    return _ACTS_AS.fullmatch(name) is not None


def _is_default(declared: Declared, account: str) -> bool:
    # GKE's and Dataproc's word for Compute Engine's; to Kubernetes it is another thing.
    is_word = account == "default" and declared.type.startswith("gcp:")
    return is_word or _DEFAULT.fullmatch(account) is not None


def _unset(path: Path) -> Violation:
    return Violation(what=f"{format_path(path)} is not set", why=_WHY, fix=_FIX)
