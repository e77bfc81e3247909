"""Images: built once per content, whatever happened on the way."""

import io
import tarfile
from pathlib import Path
from typing import Any

import pytest

from hearth.plugin.kinds import UNKNOWN, Context, ProviderError, Values
from hearth.provider.clients.artifact_registry import Package
from hearth.provider.clients.session import Session
from hearth.provider.image import Image
from hearth.tests.provider.fake_builds import FakeBuilds, digest_of
from hearth.tests.provider.fake_clock import FakeClock
from hearth.tests.provider.fake_server import BUSY, DENIED, Answer, FakeServer, error

ADDRESS = "us-central1-docker.pkg.dev/demo-shop/web/web"
GIVEN = {
    "project": "demo-shop",
    "region": "us-central1",
    "repository": "web",
    "name": "web",
    "bucket": "demo-shop-source",
    "serviceAccount": "build@demo-shop.iam.gserviceaccount.com",
}
BUILDS = "/builds$"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "service").mkdir()
    (tmp_path / ".dockerignore").write_text("*\n!service\n")
    (tmp_path / "service" / "Dockerfile").write_text("FROM python:3.11-slim\n")
    return tmp_path


@pytest.fixture
def builds(server: FakeServer) -> FakeBuilds:
    return FakeBuilds(server)


@pytest.fixture
def copies() -> list[tuple[str, str, str]]:
    """Each copy that was made: of what, into what, under which tag."""
    return []


@pytest.fixture
def kind(
    root: Path, session: Session, clock: FakeClock, builds: FakeBuilds, copies: list[tuple[str, str, str]]
) -> Image:
    def copy(reference: str, package: Package, tag: str, _context: Context) -> None:
        copies.append((reference, package.address, tag))

    return Image(root, session, clock, copy)


@pytest.fixture
def inputs(kind: Image, context: Context) -> Values:
    checked = kind.check(context, None, GIVEN)
    assert not checked.failures
    return checked.inputs


def tag_of(inputs: Values) -> str:
    return f"ctx-{inputs['contentHash'][:40]}"


def request_of(inputs: Values) -> dict[str, Any]:
    """What Cloud Build is asked for, and keeps as the build's record."""
    tagged = f"{ADDRESS}:{tag_of(inputs)}"
    return {
        "source": {"storageSource": {"bucket": "demo-shop-source", "object": f"source/{inputs['contentHash']}.tar.gz"}},
        "steps": [
            {
                "name": "gcr.io/cloud-builders/docker",
                "args": ["build", "-f", "service/Dockerfile", "-t", tagged, "."],
                "env": ["DOCKER_BUILDKIT=1"],
            }
        ],
        "images": [tagged],
        "tags": [tag_of(inputs)],
        "serviceAccount": "projects/demo-shop/serviceAccounts/build@demo-shop.iam.gserviceaccount.com",
        "timeout": "1200s",
        "options": {"logging": "CLOUD_LOGGING_ONLY"},
    }


def record_of(inputs: Values, digest: str) -> dict[str, Any]:
    """A build of this content that somebody else started and that has pushed its image."""
    request = request_of(inputs)
    times = {"status": "SUCCESS", "timing": {"startTime": "2026-01-01T00:00:00Z"}}
    return request | {
        "id": "earlier",
        "status": "SUCCESS",
        "steps": [step | times for step in request["steps"]],
        "results": {"images": [{"name": request["images"][0], "digest": digest}]},
    }


@pytest.fixture
def built(builds: FakeBuilds, inputs: Values) -> dict[str, Any]:
    """The record of an earlier build, whose image is in the registry."""
    record = record_of(inputs, "sha256:abc")
    builds.builds.append(record)
    builds.images.add("sha256:abc")
    return record


def test_a_new_image_is_built_from_the_uploaded_source_and_known_by_digest(
    kind: Image, builds: FakeBuilds, inputs: Values, *, context: Context, said: list[str]
) -> None:
    created = kind.create(context, inputs, preview=False)

    tagged = f"{ADDRESS}:{tag_of(inputs)}"
    source = f"source/{inputs['contentHash']}.tar.gz"
    assert created.id == "projects/demo-shop/locations/us-central1/repositories/web/packages/web"
    assert created.outputs == {**inputs, "ref": f"{ADDRESS}@{digest_of(tagged)}", "digest": digest_of(tagged)}
    request = {
        key: value for key, value in builds.builds[0].items() if key not in {"id", "status", "logUrl", "results"}
    }
    assert {key: value for key, value in request.items() if not key.startswith("_")} == request_of(inputs)
    with tarfile.open(fileobj=io.BytesIO(builds.objects[source])) as tar:
        assert tar.getnames() == ["service/Dockerfile"]
    assert "build b1: queued (0s)" in said


def test_what_a_build_warns_of_is_handed_on(
    kind: Image, builds: FakeBuilds, inputs: Values, *, context: Context, said: list[str]
) -> None:
    builds.outcome = lambda _build: {
        "status": "SUCCESS",
        "warnings": [{"text": "no hashes", "priority": "WARNING"}],
    }
    kind.create(context, inputs, preview=False)

    assert "no hashes" in said


def test_the_ref_is_unknown_in_a_preview_that_would_build(
    server: FakeServer, kind: Image, inputs: Values, context: Context
) -> None:
    created = kind.create(context, inputs, preview=True)

    assert (created.id, created.outputs["ref"], created.outputs["digest"]) == ("", UNKNOWN, UNKNOWN)
    assert not [request for request in server.requests if request.method != "GET"]


@pytest.mark.usefixtures("built")
def test_the_ref_is_known_in_a_preview_of_content_that_was_built_already(
    kind: Image, inputs: Values, context: Context
) -> None:
    assert kind.create(context, inputs, preview=True).outputs["ref"] == f"{ADDRESS}@sha256:abc"
    assert kind.update(context, "id", {}, {}, inputs, preview=True)["ref"] == f"{ADDRESS}@sha256:abc"


@pytest.mark.parametrize(
    "answer", [DENIED, error(403, "Off.", "PERMISSION_DENIED", "SERVICE_DISABLED")], ids=["denied", "disabled"]
)
def test_a_preview_before_the_first_deployment_is_no_error(
    server: FakeServer, kind: Image, inputs: Values, context: Context, answer: Answer
) -> None:
    """The API is still off, and of a repository that does not exist Google may say that it is denied."""
    server.fail("GET", BUILDS, answer)

    assert kind.create(context, inputs, preview=True).outputs["ref"] is UNKNOWN


def test_a_preview_with_inputs_that_are_not_known_yet_asks_nobody(
    server: FakeServer, kind: Image, context: Context
) -> None:
    checked = kind.check(context, None, {**GIVEN, "repository": UNKNOWN, "bucket": UNKNOWN})

    assert not checked.failures
    assert kind.create(context, checked.inputs, preview=True).outputs["ref"] is UNKNOWN
    assert server.requests == []


@pytest.mark.usefixtures("built")
def test_content_that_was_built_is_never_built_again(
    server: FakeServer, kind: Image, inputs: Values, context: Context
) -> None:
    assert kind.update(context, "id", {}, {}, inputs, preview=False)["digest"] == "sha256:abc"
    assert {request.method for request in server.requests} == {"GET"}


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "FAILURE"},
        {"results": {}},
        {"results": {"images": [{"name": f"{ADDRESS}:latest", "digest": "sha256:abc"}]}},
        {"images": [f"{ADDRESS}:latest"]},
        {"source": {"storageSource": {"bucket": "demo-shop-source", "object": "source/other.tar.gz"}}},
        {"source": {"storageSource": {"bucket": "elsewhere", "object": "source/x.tar.gz"}}},
        {"source": {"gitSource": {"url": "https://git.example/x"}}},
        {"steps": [{"name": "gcr.io/cloud-builders/docker", "args": ["pull", "elsewhere"]}]},
        {"steps": []},
        {"serviceAccount": "projects/demo-shop/serviceAccounts/other@demo-shop.iam.gserviceaccount.com"},
        {"serviceAccount": None},
    ],
    ids=str,
)
def test_a_record_that_is_not_of_this_content_as_it_would_be_built_is_not_believed(
    kind: Image, builds: FakeBuilds, inputs: Values, built: dict[str, Any], *, context: Context, changes: dict[str, Any]
) -> None:
    """Whoever may start builds may give one this content's tag; whoever may push may move the image's."""
    built |= changes
    created = kind.create(context, inputs, preview=False)

    assert created.outputs["digest"] == digest_of(f"{ADDRESS}:{tag_of(inputs)}")
    assert len(builds.builds) == 2


def test_a_step_that_does_more_than_ours_is_not_believed(
    kind: Image, builds: FakeBuilds, inputs: Values, built: dict[str, Any], *, context: Context
) -> None:
    built["steps"][0]["entrypoint"] = "bash"
    kind.create(context, inputs, preview=False)

    assert len(builds.builds) == 2


@pytest.mark.usefixtures("built")
def test_what_was_built_and_then_cleaned_up_is_built_again(
    kind: Image, builds: FakeBuilds, inputs: Values, context: Context
) -> None:
    builds.images.clear()
    kind.create(context, inputs, preview=False)

    assert len(builds.builds) == 2


def test_a_running_build_of_the_same_content_is_taken_up(
    kind: Image, builds: FakeBuilds, inputs: Values, context: Context
) -> None:
    """The run that started it was killed, or somebody else deploys the same commit."""
    tagged = f"{ADDRESS}:{tag_of(inputs)}"
    elsewhere = f"us-central1-docker.pkg.dev/demo-shop/other/web:{tag_of(inputs)}"
    request = request_of(inputs)
    ended = request | {"id": "ended", "status": "FAILURE"}
    other = request | {"id": "other", "status": "WORKING", "images": [elsewhere]}
    running = request | {"id": "running", "status": "WORKING", "_polls": 2}
    builds.builds += [running, ended, other]
    created = kind.create(context, inputs, preview=False)

    assert created.outputs["digest"] == digest_of(tagged)
    assert len(builds.builds) == 3


def test_a_source_that_is_in_the_bucket_is_not_uploaded_again(
    server: FakeServer, kind: Image, builds: FakeBuilds, inputs: Values, context: Context
) -> None:
    builds.objects[f"source/{inputs['contentHash']}.tar.gz"] = b"there"
    kind.create(context, inputs, preview=False)

    assert server.seen("POST", "^/storage/upload") == []


def test_a_source_that_somebody_else_uploaded_meanwhile_is_as_good(
    server: FakeServer, kind: Image, builds: FakeBuilds, inputs: Values, context: Context
) -> None:
    server.fail("GET", "/storage/", error(404, "No such object", ""), times=1)
    builds.objects[f"source/{inputs['contentHash']}.tar.gz"] = b"there"
    kind.create(context, inputs, preview=False)

    assert len(server.seen("POST", "^/storage/upload")) == 1


def test_files_that_changed_since_the_preview_are_not_built(
    kind: Image, builds: FakeBuilds, root: Path, inputs: Values, context: Context
) -> None:
    (root / "service" / "Dockerfile").write_text("FROM python:3.12-slim\n")

    with pytest.raises(ProviderError, match=r"changed during the deployment.*Run again"):
        kind.create(context, inputs, preview=False)
    assert (builds.objects, builds.builds) == ({}, [])


def ended(status: str, detail: str = "", kind: str = "") -> dict[str, Any]:
    return {"status": status, "statusDetail": detail, "failureInfo": {"type": kind, "detail": detail}}


def test_a_failed_build_tells_why_with_its_last_lines_and_where_the_log_is(
    server: FakeServer, kind: Image, builds: FakeBuilds, inputs: Values, context: Context
) -> None:
    builds.outcome = lambda _build: ended("FAILURE", "step 0 exited with non-zero status: 1", "USER_BUILD_STEP")
    # Newest first, as asked for.
    server.answer(
        "POST", "/logging/v2/entries:list", {"entries": [{"textPayload": "line 2\n"}, {"textPayload": "line 1"}]}
    )

    with pytest.raises(ProviderError) as failure:
        kind.create(context, inputs, preview=False)
    assert str(failure.value) == (
        f"Build b1 of {ADDRESS} ended as FAILURE: step 0 exited with non-zero status: 1.\n"
        "Its last lines:\n    line 1\n    line 2\nThe whole log: https://logs/b"
    )
    asked = server.seen("POST", "/logging/")[0].json
    assert asked["resourceNames"] == ["projects/demo-shop"]
    assert asked["filter"] == 'resource.type="build" AND resource.labels.build_id="b1"'
    assert len(builds.builds) == 1


def test_a_detail_that_is_the_end_of_the_log_is_shown_as_such(
    server: FakeServer, kind: Image, builds: FakeBuilds, *, inputs: Values, context: Context
) -> None:
    builds.outcome = lambda _build: {
        "status": "FAILURE",
        "statusDetail": "line 1\nstep 0 failed",
        "failureInfo": {"type": "USER_BUILD_STEP", "detail": "step 0 failed"},
    }

    with pytest.raises(ProviderError) as failure:
        kind.create(context, inputs, preview=False)
    assert str(failure.value) == (
        f"Build b1 of {ADDRESS} ended as FAILURE.\n"
        "Its last lines:\n    line 1\n    step 0 failed\nThe whole log: https://logs/b"
    )
    assert server.seen("POST", "/logging/") == []


def test_a_log_that_is_late_is_asked_for_again(
    server: FakeServer, kind: Image, builds: FakeBuilds, *, inputs: Values, context: Context
) -> None:
    builds.outcome = lambda _build: ended("FAILURE", "step 0 failed")
    server.answer("POST", "/logging/v2/entries:list", {"entries": [{"textPayload": "line 1"}]})
    server.fail("POST", "/logging/", Answer({}))

    with pytest.raises(ProviderError, match="line 1"):
        kind.create(context, inputs, preview=False)


def test_a_log_that_cannot_be_read_does_not_hide_the_failure(
    server: FakeServer, kind: Image, builds: FakeBuilds, inputs: Values, context: Context
) -> None:
    builds.outcome = lambda _build: ended("FAILURE", "step 0 failed")
    server.fail("POST", "/logging/", DENIED, times=2)

    with pytest.raises(ProviderError, match=r"(?s)step 0 failed.*The whole log: https://logs/b"):
        kind.create(context, inputs, preview=False)


def test_a_build_that_ran_out_of_time_says_which_input_gives_it_more(
    kind: Image, builds: FakeBuilds, inputs: Values, context: Context
) -> None:
    builds.outcome = lambda _build: ended("TIMEOUT")

    with pytest.raises(ProviderError, match="Set timeoutSeconds to more than 1200"):
        kind.create(context, inputs, preview=False)


@pytest.mark.parametrize(
    ("detail", "type_"),
    [
        (
            "failed to fetch source: 403 Forbidden, build@x does not have storage.objects.get access",
            "FETCH_SOURCE_FAILED",
        ),
        ('Permission "artifactregistry.repositories.uploadArtifacts" denied on resource', "PUSH_FAILED"),
        ("push not allowed", "PUSH_NOT_AUTHORIZED"),
        ("build@x does not have storage.objects.get access", ""),
    ],
)
def test_a_build_refused_right_after_a_grant_is_tried_again(
    kind: Image, builds: FakeBuilds, inputs: Values, clock: FakeClock, *, context: Context, detail: str, type_: str
) -> None:
    builds.outcome = lambda _build: ended("SUCCESS" if clock.time > 100 else "FAILURE", detail, type_)
    created = kind.create(context, inputs, preview=False)

    assert created.outputs["digest"] == digest_of(builds.builds[0]["images"][0])
    assert len(builds.builds) > 2


def test_starting_a_build_is_tried_again_right_after_a_grant(
    server: FakeServer, kind: Image, builds: FakeBuilds, inputs: Values, *, context: Context, said: list[str]
) -> None:
    server.fail("POST", BUILDS, DENIED, times=4)
    kind.create(context, inputs, preview=False)

    assert len(builds.builds) == 1
    assert any("new grants have not taken effect; trying again for 5m00s" in line for line in said)


def test_a_refusal_that_lasts_is_an_error_after_five_minutes(
    server: FakeServer, kind: Image, builds: FakeBuilds, inputs: Values, clock: FakeClock, *, context: Context
) -> None:
    server.fail("POST", BUILDS, DENIED, times=1000)

    with pytest.raises(ProviderError, match="Could not start the build: The caller does not have permission"):
        kind.create(context, inputs, preview=False)
    assert 300 <= clock.time <= 320


def test_a_step_that_fails_with_such_words_is_not_tried_again(
    kind: Image, builds: FakeBuilds, inputs: Values, context: Context
) -> None:
    """Its own `permission denied` is a fault of the Dockerfile."""
    builds.outcome = lambda _build: ended("FAILURE", "sh: ./start: permission denied", "USER_BUILD_STEP")

    with pytest.raises(ProviderError, match="permission denied"):
        kind.create(context, inputs, preview=False)
    assert len(builds.builds) == 1


@pytest.mark.parametrize("fault", [None, BUSY], ids=["no answer", "busy"])
@pytest.mark.parametrize("carried_out", [True, False])
def test_a_lost_answer_does_not_start_a_second_build(
    server: FakeServer,
    kind: Image,
    builds: FakeBuilds,
    inputs: Values,
    *,
    context: Context,
    fault: Answer | None,
    carried_out: bool,
) -> None:
    server.fail("POST", BUILDS, fault, carried_out=carried_out)
    kind.create(context, inputs, preview=False)

    assert len(builds.builds) == 1


@pytest.mark.parametrize(
    ("message", "fix"),
    [
        (
            "failed precondition: due to quota restrictions, cannot run builds in this region. Please contact support",
            "pulumi config set app:buildRegion us-central1",
        ),
        ("'global' violates constraint 'constraints/gcp.resourceLocations'", "docs/deploying.md, 7"),
    ],
)
def test_a_region_that_takes_no_builds_is_told_with_the_setting_that_names_another(
    server: FakeServer, kind: Image, inputs: Values, context: Context, *, message: str, fix: str
) -> None:
    server.fail("POST", "/builds$", error(400, message, "FAILED_PRECONDITION"), times=9)

    with pytest.raises(ProviderError, match="Could not start the build") as refused:
        kind.create(context, inputs, preview=False)

    assert fix in str(refused.value)


def test_a_build_that_cannot_be_started_is_given_up(
    server: FakeServer, kind: Image, builds: FakeBuilds, inputs: Values, context: Context
) -> None:
    server.fail("POST", BUILDS, BUSY, times=100)

    with pytest.raises(ProviderError, match="Could not start the build"):
        kind.create(context, inputs, preview=False)
    assert len(server.seen("POST", BUILDS)) == 3


def test_cancelling_leaves_a_build_that_the_next_up_takes_up(
    kind: Image, builds: FakeBuilds, inputs: Values, clock: FakeClock, *, context: Context
) -> None:
    builds.polls = 100
    clock.on_wait = lambda now: context.cancelled.set() if now > 20 else None

    with pytest.raises(ProviderError, match=r"build b1 ended; it is still running.*next `pulumi up` uses"):
        kind.create(context, inputs, preview=False)
    again = Context(urn=context.urn)
    kind.create(again, inputs, preview=False)
    assert len(builds.builds) == 1


def test_a_build_that_never_ends_is_left_to_itself(
    kind: Image, builds: FakeBuilds, inputs: Values, clock: FakeClock, *, context: Context
) -> None:
    builds.polls = 10_000

    with pytest.raises(ProviderError, match=r"still working after 30m00s. It is still running.*https://logs/b"):
        kind.create(context, inputs, preview=False)
    assert 1800 <= clock.time < 1810


def test_a_build_that_does_not_say_what_it_pushed_is_not_believed(
    kind: Image, builds: FakeBuilds, inputs: Values, context: Context
) -> None:
    builds.outcome = lambda _build: {"status": "SUCCESS", "images": [f"{ADDRESS}:latest"]}

    with pytest.raises(ProviderError, match="no digest"):
        kind.create(context, inputs, preview=False)


def test_a_digest_that_is_not_in_the_registry_is_not_believed(
    server: FakeServer, kind: Image, inputs: Values, context: Context
) -> None:
    server.fail("GET", "/versions/", error(404, "gone", "NOT_FOUND"))

    with pytest.raises(ProviderError, match="is not in the registry"):
        kind.create(context, inputs, preview=False)


def test_refresh_finds_the_image_or_that_it_is_gone(
    kind: Image, builds: FakeBuilds, inputs: Values, context: Context
) -> None:
    created = kind.create(context, inputs, preview=False)
    found = kind.read(context, created.id, inputs, created.outputs)

    assert found is not None
    assert (found.inputs, found.outputs) == (inputs, created.outputs)
    builds.images.clear()
    assert kind.read(context, created.id, inputs, created.outputs) is None


def test_an_import_is_not_needed(kind: Image, context: Context) -> None:
    with pytest.raises(ProviderError, match="needs no import: declare it"):
        kind.read(context, "projects/x", None, None)


def test_deleting_keeps_what_revisions_refer_to(
    server: FakeServer, kind: Image, inputs: Values, context: Context
) -> None:
    kind.delete(context, "id", inputs, {})

    assert server.requests == []


COPIED = f"sha256:{'a' * 64}"
TRIED = f"europe-west1-docker.pkg.dev/demo-dev/web/web@{COPIED}"


def test_a_copy_is_known_in_a_preview_and_by_its_digest_in_the_stacks_own_repository(
    server: FakeServer, kind: Image, context: Context, *, copies: list[tuple[str, str, str]]
) -> None:
    inputs = kind.check(context, None, {**GIVEN, "copyOf": TRIED}).inputs

    foreseen = kind.create(context, inputs, preview=True).outputs
    assert foreseen == kind.update(context, "id", {}, {}, inputs, preview=True)
    assert copies == []
    assert kind.create(context, inputs, preview=False).outputs == foreseen
    assert (foreseen["ref"], foreseen["digest"]) == (f"{ADDRESS}@{COPIED}", COPIED)
    assert copies == [(TRIED, ADDRESS, "copy-" + "a" * 40)]
    assert server.requests == []


def test_a_copy_needs_no_files_of_the_checkout(kind: Image, context: Context) -> None:
    checked = kind.check(context, None, {**GIVEN, "copyOf": TRIED, "dockerfile": "none/Dockerfile"})

    assert not checked.failures
    assert "contentHash" not in checked.inputs


@pytest.mark.parametrize("name", ["copyOf", "repository"])
def test_a_copy_of_what_is_not_known_yet_is_unknown_in_a_preview(kind: Image, context: Context, name: str) -> None:
    checked = kind.check(context, None, {**GIVEN, "copyOf": TRIED, name: UNKNOWN})

    assert not checked.failures
    assert kind.create(context, checked.inputs, preview=True).outputs["ref"] is UNKNOWN


def test_between_built_and_copied_the_image_is_updated_and_never_replaced(
    kind: Image, inputs: Values, context: Context
) -> None:
    copied = kind.check(context, inputs, {**GIVEN, "copyOf": TRIED}).inputs

    for old, new in ((inputs, copied), (copied, inputs)):
        diff = kind.diff(context, "id", old, old, new)
        assert diff.changed == {"contentHash", "copyOf"}
        assert not diff.replace


def test_a_changed_file_is_a_changed_input(kind: Image, root: Path, inputs: Values, context: Context) -> None:
    (root / "service" / "web.py").write_text("new")
    news = kind.check(context, inputs, GIVEN).inputs
    diff = kind.diff(context, "id", inputs, inputs, news)

    assert diff.changed == {"contentHash"}
    assert not diff.replace


@pytest.mark.parametrize("name", ["project", "region", "repository", "name"])
def test_another_place_is_another_image(kind: Image, inputs: Values, context: Context, name: str) -> None:
    assert kind.diff(context, "id", inputs, inputs, {**inputs, name: "other"}).replace == {name}


@pytest.mark.parametrize(
    ("changes", "property"),
    [
        ({"project": "X"}, "project"),
        ({"repository": "Web"}, "repository"),
        ({"name": "web:1"}, "name"),
        ({"name": "a/b"}, "name"),
        ({"bucket": None}, "bucket"),
        ({"serviceAccount": "build"}, "serviceAccount"),
        ({"context": "/home/me"}, "context"),
        ({"dockerfile": "../Dockerfile"}, "dockerfile"),
        ({"dockerfile": "none/Dockerfile"}, "context"),
        ({"timeoutSeconds": 0}, "timeoutSeconds"),
        ({"platform": "arm"}, "platform"),
        ({"copyOf": ""}, "copyOf"),
        ({"copyOf": "us-docker.pkg.dev/demo-dev/web/web:latest"}, "copyOf"),
        ({"copyOf": f"us-docker.pkg.dev/demo-dev/web@sha256:{'a' * 64}"}, "copyOf"),
        ({"copyOf": f"docker.io/library/python/x@sha256:{'a' * 64}"}, "copyOf"),
        ({"copyOf": f"us-docker.pkg.dev.example/a/b/c@sha256:{'a' * 64}"}, "copyOf"),
    ],
)
def test_bad_inputs_are_named(kind: Image, context: Context, changes: Values, property: str) -> None:
    assert [failure.property for failure in kind.check(context, None, {**GIVEN, **changes}).failures] == [property]
