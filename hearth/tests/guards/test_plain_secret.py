"""Secrets in environments: told by mark, by name and by value, in every form that an environment has."""

from typing import Any

import pytest

from hearth.guards.declared import UNKNOWN, Path
from hearth.tests.guards.asking import OTHER, SERVICE, said, service, unclear


@pytest.mark.parametrize(
    ("name", "value"),
    [("SECRET_KEY", "hunter2"), ("DATABASE_URL", "postgresql+psycopg://app:hunter2@10.0.0.3/app")],
)
@pytest.mark.parametrize(
    ("where", "form"),
    [
        ("template.containers[0].envs[0]", lambda name, value: service(envs=[{"name": name, "value": value}])),
        (
            "buildConfig.environmentVariables.{}",
            lambda name, value: {"buildConfig": {"environmentVariables": {name: value}}},
        ),
        ("config.envVariables.{}", lambda name, value: {"config": {"envVariables": {name: value}}}),
        ("userEnvVars.{}", lambda name, value: {"userEnvVars": {name: value}}),
        ("buildEnvironmentVariables.{}", lambda name, value: {"buildEnvironmentVariables": {name: value}}),
        ("container.env.{}", lambda name, value: {"container": {"env": {name: value}}}),
        ("build.steps[0].envs[0]", lambda name, value: {"build": {"steps": [{"envs": [f"{name}={value}"]}]}}),
    ],
)
def test_a_secret_is_refused_in_every_environment_without_showing_it(
    where: str, form: Any, name: str, value: str
) -> None:
    for kind in (SERVICE, OTHER):
        found = said("plain-secret", kind, form(name, value))

        assert found == f"{where.format(name)}: the variable {name!r} has a plaintext value"


@pytest.mark.parametrize("depth", [5, 4, 3, 1])
def test_a_value_marked_secret_is_refused_whatever_its_name(depth: int) -> None:
    """Pulumi marks the whole of what was made from a secret, so the mark can stand further up."""
    path: Path = ("template", "containers", 0, "envs", 0, "value")
    envs = [{"name": "GREETING", "value": "hello"}]

    assert "GREETING" in said("plain-secret", SERVICE, service(envs=envs), secrets=frozenset({path[: depth + 1]}))


def test_a_value_that_is_not_known_yet_is_judged_by_mark_and_name() -> None:
    marked: Path = ("template", "containers", 0, "envs", 1, "value")
    envs = [{"name": "API_KEY", "value": UNKNOWN}, {"name": "GREETING", "value": UNKNOWN}]

    found = said("plain-secret", SERVICE, service(envs=envs), secrets=frozenset({marked}))

    assert found.count("has a plaintext value") == 2


@pytest.mark.parametrize(
    "inputs",
    [
        service(envs=[{"name": "SECRET_KEY", "valueSource": {"secretKeyRef": {"secret": "s", "version": "1"}}}]),
        service(envs=[{"name": "LOG_LEVEL", "value": "debug"}]),
        service(envs=[{"name": "API_KEY", "value": ""}]),
        {"secretEnvironmentVariables": [{"key": "API_KEY", "secret": "s", "version": "1"}]},
        {"build": {"steps": [{"secretEnvs": ["API_KEY"]}], "secrets": [{"secretEnv": {"API_KEY": "CiQA-encrypted"}}]}},
        {"environment": "prod", "labels": {"secret": "x"}},
    ],
)
def test_a_reference_and_what_is_no_secret_pass(inputs: dict[str, Any]) -> None:
    assert not said("plain-secret", SERVICE, inputs)
    assert not unclear("plain-secret", SERVICE, inputs)


@pytest.mark.parametrize(
    ("inputs", "where"),
    [
        (service(envs=[{"name": "GREETING", "value": UNKNOWN}]), "template.containers[0].envs[0].value"),
        (service(envs=UNKNOWN), "template.containers[0].envs"),
        (service(envs=[UNKNOWN]), "template.containers[0].envs[0]"),
        ({"template": {"containers": [UNKNOWN]}}, "template.containers[0]"),
        ({"buildConfig": {"environmentVariables": {"GREETING": UNKNOWN}}}, "buildConfig.environmentVariables.GREETING"),
    ],
)
def test_of_a_value_that_is_not_known_yet_it_cannot_tell(inputs: dict[str, Any], where: str) -> None:
    assert unclear("plain-secret", SERVICE, inputs) == {where}
    assert not said("plain-secret", SERVICE, inputs)
