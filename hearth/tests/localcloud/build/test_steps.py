"""Which builds are understood, and how builds are found again."""

from typing import Any

import pytest

from hearth.localcloud.build import filters, steps
from hearth.localcloud.build.worker import BuildFailure, reference
from hearth.localcloud.errors import ApiError

DOCKER = "gcr.io/cloud-builders/docker"


def test_a_docker_build_is_read_with_all_its_options() -> None:
    arguments = ["build", "-f", "service/Dockerfile", "--tag=a/b:c", "-t", "a/b", "--build-arg", "X=1=2", "--no-cache",
                 "--cache-from", "a/b", "--target=run", "."]  # fmt: skip

    assert steps.read({"name": f"{DOCKER}:latest", "args": arguments, "id": "one"}, 0) == steps.DockerBuild(
        context=".", dockerfile="service/Dockerfile", tags=["a/b:c", "a/b"], build_args={"X": "1=2"}, target="run"
    )


def test_the_dockerfile_is_that_of_the_context_unless_named() -> None:
    assert steps.read({"name": DOCKER, "args": ["build", "service"]}, 0).dockerfile == "service/Dockerfile"


@pytest.mark.parametrize(
    ("step", "why"),
    [
        ({"name": "python:3.13", "args": ["pytest"]}, "its builder is 'python:3.13'"),
        ({"name": DOCKER, "args": ["push", "x"]}, "its arguments are ['push', 'x']"),
        ({"name": DOCKER}, "its arguments are []"),
        ({"name": DOCKER, "entrypoint": "bash", "args": ["build", "."]}, "it sets entrypoint"),
        ({"name": DOCKER, "args": ["build", "--squash", "."]}, "it uses the option --squash"),
        ({"name": DOCKER, "args": ["build", "-t"]}, "-t has no value"),
        ({"name": DOCKER, "args": ["build", "--build-arg", "X", "."]}, "--build-arg X has no value"),
        ({"name": DOCKER, "args": ["build"]}, "its context is no folder"),
        ({"name": DOCKER, "args": ["build", "a", "b"]}, "must be one folder"),
        ({"name": DOCKER, "args": ["build", ".."]}, "must be one folder of the source"),
        ({"name": DOCKER, "args": ["build", "-f", "/etc/passwd", "."]}, "its Dockerfile '/etc/passwd' is outside"),
    ],
)
def test_any_other_step_is_refused_with_what_is_understood(step: dict[str, Any], why: str) -> None:
    with pytest.raises(steps.StepError) as refusal:
        steps.read(step, 3)

    assert "build step 3 is not understood: " in str(refusal.value)
    assert why in str(refusal.value)
    assert "`build -f DOCKERFILE -t IMAGE CONTEXT`" in str(refusal.value)


def test_an_image_name_says_repository_package_and_tag() -> None:
    found = reference("us-central1-docker.pkg.dev/demo-a/app/team/web:v1")

    assert (found.repository, found.package, found.tag) == (
        "projects/demo-a/locations/us-central1/repositories/app", "team/web", "v1",
    )  # fmt: skip
    assert reference("us-central1-docker.pkg.dev/demo-a/app/web").tag == "latest"


@pytest.mark.parametrize(
    "text", ["web", "gcr.io/demo-a/web", "us-central1-docker.pkg.dev/demo-a/app", "a-docker.pkg.dev/p/r/UP"]
)
def test_another_registrys_image_name_is_refused(text: str) -> None:
    with pytest.raises(BuildFailure, match=r"REGION-docker\.pkg\.dev/PROJECT/REPOSITORY/NAME"):
        reference(text)


BUILD = {"tags": ["ctx-1", "web"], "status": "WORKING", "images": ["i"], "id": "7"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True),
        ('tags="ctx-1"', True),
        ("tags=ctx-2", False),
        ('tags:"web"', True),
        ('tags="ctx-1" AND status="WORKING"', True),
        ('tags="ctx-1" status="QUEUED"', False),
        ('(status="QUEUED" OR status="WORKING") AND tags="ctx-1"', True),
        ('tags="ctx-2" AND status="QUEUED" OR status="WORKING"', False),
        ('status!="SUCCESS"', True),
        ('build_id = "7" AND images="i"', True),
    ],
)
def test_builds_are_found_by_tag_and_status(text: str, expected: bool) -> None:  # noqa: FBT001
    """OR binds tighter than AND (AIP-160)."""
    assert filters.parse(text)(BUILD) is expected


@pytest.mark.parametrize(
    "text", ["status", "status=", '(status="A"', 'status="A")', 'created="x"', 'tags="a" AND', "=a", 'status="A']
)
def test_a_filter_that_can_not_be_read_is_refused(text: str) -> None:
    with pytest.raises(ApiError, match="invalid list builds filter"):
        filters.parse(text)
