"""Defaults and refusals of services, as Cloud Run has them."""

from typing import Any

import pytest

from hearth.localcloud.errors import ApiError
from hearth.localcloud.run import shape, spec

HTTP = {"httpGet": {"path": "/"}}


def service(container: dict[str, Any] | None = None, *, template: dict[str, Any] | None = None, **rest: Any) -> Any:
    return {"template": {"containers": [{"image": "i", **(container or {})}], **(template or {})}, **rest}


def completed(given: dict[str, Any]) -> dict[str, Any]:
    return spec.complete(shape.SERVICE.settable(given), "demo-hearth")


def test_what_is_left_out_gets_cloud_runs_defaults() -> None:
    assert completed(service()) == {
        "ingress": "INGRESS_TRAFFIC_ALL",
        "launchStage": "GA",
        "traffic": [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}],
        "template": {
            "timeout": "300s",
            "serviceAccount": "demo-hearth-compute@developer.gserviceaccount.com",
            "maxInstanceRequestConcurrency": 80,
            "scaling": {"maxInstanceCount": 100},
            "containers": [
                {
                    "image": "i",
                    "ports": [{"name": "http1", "containerPort": 8080}],
                    "resources": {"limits": {"cpu": "1000m", "memory": "512Mi"}, "cpuIdle": True},
                    "startupProbe": {
                        "initialDelaySeconds": 0,
                        "timeoutSeconds": 240,
                        "periodSeconds": 240,
                        "failureThreshold": 1,
                        "tcpSocket": {"port": 8080},
                    },
                }
            ],
        },
    }


def test_what_was_completed_stays_as_it_is() -> None:
    """Clients send back what they read; a difference would be a new revision at every update."""
    once = completed(service({"startupProbe": HTTP, "livenessProbe": HTTP}, scaling={"maxInstanceCount": 2}))

    assert completed(once) == once


def test_probes_get_cloud_runs_numbers_and_the_containers_port() -> None:
    container = completed(service({"livenessProbe": HTTP, "ports": [{"containerPort": 80}]}))["template"]["containers"][
        0
    ]

    assert container["livenessProbe"] == {
        "initialDelaySeconds": 0,
        "timeoutSeconds": 1,
        "periodSeconds": 10,
        "failureThreshold": 3,
        "httpGet": {"path": "/", "port": 80},
    }


def test_less_than_one_cpu_means_one_request_at_a_time() -> None:
    half = completed(service({"resources": {"limits": {"cpu": "500m"}}}))

    assert half["template"]["maxInstanceRequestConcurrency"] == 1


def test_a_limit_on_the_service_leaves_none_on_the_revision() -> None:
    assert "scaling" not in completed(service(scaling={"minInstanceCount": 0, "maxInstanceCount": 2}))["template"]


def test_whole_numbers_may_come_as_floats_and_nulls_as_nothing() -> None:
    """As JSON writers write them."""
    template = completed(service(template={"maxInstanceRequestConcurrency": 7.0, "timeout": None}))["template"]

    assert (template["maxInstanceRequestConcurrency"], template["timeout"]) == (7, "300s")
    assert isinstance(template["maxInstanceRequestConcurrency"], int)


ENV = "template.containers[0].env"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (service({"env": [{"name": "PORT", "value": "1"}]}), "The following reserved env names were provided: PORT"),
        (service({"env": [{"name": "K_SERVICE"}]}), "reserved env names were provided: K_SERVICE"),
        (service({"env": [{"name": "HEARTH_DATA_DIR"}]}), "reserved env names were provided: HEARTH_DATA_DIR"),
        (service({"env": [{"name": "A"}, {"name": "A"}]}), "Duplicate environment variables: A"),
        (service({"env": [{"name": "A B"}]}), "'A B' is not a valid name"),
        (service({"env": [{"name": "A", "value": "", "valueSource": {}}]}), "either a value or a valueSource"),
        (service({"env": [{"name": "A", "valueSource": {"secretKeyRef": {}}}]}), "either a value or a valueSource"),
        (service(template={"maxInstanceRequestConcurrency": 1001}), "1001 must be within 1 and 1000"),
        (service(template={"maxInstanceRequestConcurrency": -1}), "-1 must be within 1 and 1000"),
        (
            service({"resources": {"limits": {"cpu": "500m"}}}, template={"maxInstanceRequestConcurrency": 2}),
            "Total cpu < 1 is not supported with concurrency > 1",
        ),
        (service(scaling={"minInstanceCount": 3, "maxInstanceCount": 2}), "(3) must not be above maxInstanceCount (2)"),
        (
            service(template={"scaling": {"minInstanceCount": 3, "maxInstanceCount": 2}}),
            "service.template.scaling: minInstanceCount (3) must not be above maxInstanceCount (2)",
        ),
        (service(scaling={"scalingMode": "MANUAL"}), "only automatic scaling"),
        (service(template={"timeout": "3601s"}), "'3601s' must be within 1s and 3600s"),
        (service(template={"timeout": "5m"}), "'5m' must be within"),
        (service(template={"containers": []}), "exactly one container, got 0"),
        (service({"image": ""}), "image: must be set"),
        (service({"startupProbe": HTTP | {"failureThreshold": 100}}), "at most 240 seconds"),
        (service({"startupProbe": HTTP | {"timeoutSeconds": 20}}), "(20) must not be above periodSeconds (10)"),
        (service({"startupProbe": HTTP | {"periodSeconds": -1}}), "periodSeconds: -1"),
        (service({"startupProbe": HTTP | {"tcpSocket": {}}}), "one of httpGet and tcpSocket"),
        (service({"startupProbe": {"httpGet": {"path": "health"}}}), "'health' must begin with a slash"),
        (service({"startupProbe": {"httpGet": {"port": 9090}}}), "its port must be the container's (8080)"),
        (service({"livenessProbe": {"tcpSocket": {}}}), "Cloud Run has no TCP liveness probe"),
        (service({"ports": [{"name": "h2c"}]}), "speaks only http1"),
        (service({"resources": {"limits": {"cpu": "lots"}}}), "'lots' must be a number of CPUs"),
        (service({"resources": {"limits": {"memory": "512MB"}}}), "'512MB' must be a quantity"),
        (service({"resources": {"limits": {"nvidia.com/gpu": "1"}}}), "knows cpu and memory"),
        (service(ingress="ALL"), "'ALL' must be one of"),
        (service(traffic=[{"percent": 50}, {"percent": 50}]), "all traffic to the latest ready revision"),
        (service({"dependsOn": []}), "Unknown name \"dependsOn\" at 'service.template.containers[0]'"),
        (service({"startupProbe": {"grpc": {}}}), 'Unknown name "grpc"'),
        (service(template={"maxInstanceRequestConcurrency": "80"}), "expected int, got '80'"),
        (service(template={"maxInstanceRequestConcurrency": True}), "expected int, got True"),
        (service(labels=[]), "'service.labels': expected an object"),
        ({"template": []}, "'service.template': expected an object"),
        (service({"args": "--help"}), "args': expected a list"),
    ],
)  # fmt: skip
def test_a_faulty_service_is_refused_with_the_fault(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ApiError) as refusal:
        completed(given)

    assert refusal.value.code == 400
    assert message in refusal.value.message


@pytest.mark.parametrize("name", ["", "Web", "1web", "web-", "w" * 50, "web_1"])
def test_a_faulty_name_is_refused(name: str) -> None:
    with pytest.raises(ApiError, match="must use only lowercase letters"):
        spec.check_name(name)


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        ("labels", {"labels": {"a": "2"}, "template": {"timeout": "5s", "containers": [1]}}),
        ("template.timeout", {"labels": {"a": "1"}, "template": {"timeout": "9s", "containers": [1]}}),
        ("description,template.service_account", {
            "labels": {"a": "1"}, "description": "d", "template": {"timeout": "5s", "containers": [1]},
        }),
    ],
)  # fmt: skip
def test_a_mask_takes_the_fields_it_names_and_no_other(mask: str, expected: dict[str, Any]) -> None:
    """A named field that the body leaves out is cleared; names come in snake case too."""
    current = {
        "uid": "u",
        "labels": {"a": "1"},
        "template": {"timeout": "5s", "containers": [1], "serviceAccount": "x"},
    }
    if "service_account" not in mask:
        del current["template"]["serviceAccount"]  # type: ignore[attr-defined]
    body = {"labels": {"a": "2"}, "description": "d", "template": {"timeout": "9s"}}

    assert shape.SERVICE.merge(current, body, mask) == expected


def test_a_mask_that_names_no_field_is_refused() -> None:
    with pytest.raises(ApiError, match="'uid' is not a field"):
        shape.SERVICE.merge({}, {}, "uid")


@pytest.mark.parametrize(
    ("mount", "said"),
    [
        ({"name": "sockets", "mountPath": "/cloudsql"}, ""),
        ({"name": "other", "mountPath": "/cloudsql"}, "'other' is not the name of a volume"),
        ({"name": "sockets", "mountPath": "cloudsql"}, "absolute path"),
    ],
    ids=["there", "of-no-volume", "relative"],
)
def test_a_mount_is_of_a_volume_at_an_absolute_path(mount: dict[str, str], said: str) -> None:
    volumes = [{"name": "sockets", "cloudSqlInstance": {"instances": ["p:r:i"]}}]
    given = service({"volumeMounts": [mount]}, template={"volumes": volumes})

    if said:
        with pytest.raises(ApiError, match=said):
            completed(given)
    else:
        assert completed(given)["template"]["volumes"] == volumes
