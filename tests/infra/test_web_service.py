"""The Cloud Run service: every value that Google would fill in is declared, and settings arrive where they count."""

from collections.abc import Mapping
from typing import Any

import pytest

from hearth.testing.recorder import Stack
from tests.infra.example import run_stack

SERVICE = "gcp:cloudrunv2/service:Service"


def service(config: Mapping[str, str] | None = None) -> dict[str, Any]:
    return dict(run_stack("dev", config).one(SERVICE).inputs)


def container(config: Mapping[str, str] | None = None) -> dict[str, Any]:
    return dict(service(config)["template"]["containers"][0])


def env(config: Mapping[str, str]) -> dict[str, Any]:
    return {each["name"]: each.get("value") for each in container(config)["envs"]}


def fingerprint(stack: Stack) -> str:
    return str(stack.one("hearth:hosting:SiteRelease").inputs["service"]["template"])


def test_nothing_is_left_for_google_to_fill_in_and_a_later_preview_to_report() -> None:
    inputs = service()

    assert set(inputs["scaling"]) == {"minInstanceCount", "maxInstanceCount"}
    assert "scaling" not in inputs["template"]
    assert set(container()["resources"]["limits"]) == {"cpu", "memory"}
    assert container()["resources"]["cpuIdle"] is True
    assert container()["resources"]["startupCpuBoost"] is True
    assert inputs["defaultUriDisabled"] is False
    assert inputs["ingress"] == "INGRESS_TRAFFIC_ALL"
    assert inputs["traffics"] == [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}]
    for probe in ("startupProbe", "livenessProbe"):
        assert set(container()[probe]) == {
            "httpGet",
            "initialDelaySeconds",
            "periodSeconds",
            "timeoutSeconds",
            "failureThreshold",
        }
        assert set(container()[probe]["httpGet"]) == {"path", "port"}


def test_cloud_run_gives_a_starting_instance_time_within_its_own_limit() -> None:
    """Four minutes at most, and a probe must not take longer than its period (Cloud Run, "Health checks")."""
    probe = container()["startupProbe"]

    assert 30 <= probe["periodSeconds"] * probe["failureThreshold"] <= 240
    assert probe["timeoutSeconds"] <= probe["periodSeconds"]


def test_the_probes_ask_for_what_the_stack_says() -> None:
    found = container({"app:startupProbePath": "/login?next=/", "app:livenessProbePath": "/up"})

    assert found["startupProbe"]["httpGet"] == {"path": "/login?next=/", "port": 8080}
    assert found["livenessProbe"]["httpGet"] == {"path": "/up", "port": 8080}


def test_an_app_without_a_health_check_has_its_port_asked_for_and_is_not_asked_again() -> None:
    found = container({"app:startupProbePath": "", "app:livenessProbePath": ""})

    assert found["startupProbe"]["tcpSocket"] == {"port": 8080}
    assert "httpGet" not in found["startupProbe"]
    assert "livenessProbe" not in found


@pytest.mark.parametrize(("seconds", "tries"), [("60", 30), ("2", 1), ("3", 2), ("240", 120)])
def test_an_instance_has_as_long_to_start_as_the_stack_says(seconds: str, tries: int) -> None:
    probe = container({"app:startupProbeSeconds": seconds})["startupProbe"]

    assert (probe["periodSeconds"], probe["failureThreshold"]) == (2, tries)


@pytest.mark.parametrize(
    ("config", "path", "value"),
    [
        ({"app:minInstances": "1"}, ("scaling", "minInstanceCount"), 1),
        ({"app:maxInstances": "9"}, ("scaling", "maxInstanceCount"), 9),
        ({"app:requestTimeoutSeconds": "90"}, ("template", "timeout"), "90s"),
        ({"app:concurrency": "7"}, ("template", "maxInstanceRequestConcurrency"), 7),
        ({"app:deletionProtection": "true"}, ("deletionProtection",), True),
        ({"app:name": "shop"}, ("name",), "shop"),
        ({"gcp:region": "europe-west1"}, ("location",), "europe-west1"),
    ],
)
def test_a_setting_arrives_where_it_counts(config: Mapping[str, str], path: tuple[str, ...], value: object) -> None:
    found: Any = service(config)
    for step in path:
        found = found[step]

    assert found == value


def test_cpu_and_memory_arrive_together() -> None:
    limits = container({"app:cpu": "0.5", "app:memory": "256Mi", "app:concurrency": "1"})["resources"]["limits"]

    assert limits == {"cpu": "500m", "memory": "256Mi"}


@pytest.mark.parametrize(("concurrency", "threads"), [("1", "5"), ("80", "84"), ("1000", "1004")])
def test_threads_outnumber_requests_so_that_health_checks_are_answered(concurrency: str, threads: str) -> None:
    assert env({"app:concurrency": concurrency})["GUNICORN_THREADS"] == threads


@pytest.mark.parametrize(("cpu", "workers"), [("0.5", "1"), ("1", "1"), ("4", "4")])
def test_there_is_a_worker_for_each_whole_cpu(cpu: str, workers: str) -> None:
    assert (
        env({"app:cpu": cpu, "app:memory": "2Gi" if cpu == "4" else "512Mi", "app:concurrency": "1"})[
            "GUNICORN_WORKERS"
        ]
        == workers
    )


def test_it_runs_as_its_own_account() -> None:
    assert service({"app:name": "shop"})["template"]["serviceAccount"] == "shop-run@example-dev.iam.gserviceaccount.com"


@pytest.mark.parametrize(
    "change",
    [
        {"app:logLevel": "error"},
        {"app:memory": "1Gi"},
        {"app:concurrency": "40"},
        {"app:requestTimeoutSeconds": "30"},
        {"app:image": "us-docker.pkg.dev/shop-dev/web/web@sha256:" + "b" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_makes_a_new_revision_makes_a_new_release(change: Mapping[str, str]) -> None:
    """The release is what empties the CDN's cache of pages that the old revision made."""
    assert fingerprint(run_stack("dev", change)) != fingerprint(run_stack("dev"))


@pytest.mark.parametrize(
    "change",
    [{"app:maxInstances": "5"}, {"app:minInstances": "1"}, {"app:deletionProtection": "true"}, {"app:protect": "true"}],
    ids=lambda change: next(iter(change)),
)
def test_what_makes_no_new_revision_makes_no_new_release(change: Mapping[str, str]) -> None:
    assert fingerprint(run_stack("dev", change)) == fingerprint(run_stack("dev"))


def test_a_fingerprint_is_a_sha256_in_hex() -> None:
    assert len(bytes.fromhex(fingerprint(run_stack("local")))) == 32
