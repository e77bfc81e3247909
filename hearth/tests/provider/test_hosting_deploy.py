"""The Hosting protocol: nothing half public, whatever fails on the way."""

import threading

import pytest

from hearth.plugin.kinds import ProviderError
from hearth.tests.provider.fake_server import BROKEN, BUSY, DENIED, NOT_FOUND, Answer, error
from hearth.tests.provider.site_stage import FIRST, SERVICE, Stage


def test_calls_come_in_the_order_of_the_official_client(stage: Stage) -> None:
    stage.create()
    site = "/firebasehosting/v1beta1/projects/demo-shop/sites/demo-shop"

    # Two files have the same content, so that there are two uploads.
    uploads = [str(request) for request in stage.hosting.uploads]
    assert len(uploads) == 2
    assert [str(each) for each in stage.server.requests if str(each) not in uploads] == [
        f"GET /run/v2/{SERVICE}",
        f"POST {site}/versions",
        f"POST {site}/versions/v1:populateFiles",
        f"GET {site}/versions/v1/files",
        f"PATCH {site}/versions/v1",
        f"POST {site}/channels/live/releases",
        f"GET {site}",
    ]


def test_many_files_go_in_batches_that_hosting_takes(stage: Stage) -> None:
    for number in range(2500):
        (stage.public / f"{number}.txt").write_text("the same")
    stage.create()

    batches = [len(each.json["files"]) for each in stage.server.seen("POST", ":populateFiles$")]
    assert batches == [1000, 1000, 503]
    # Nothing of an earlier batch was forgotten until the check.
    assert len(stage.server.seen("GET", "/files$")) == 1
    live = stage.live
    assert live is not None
    assert len(live) == 2503


STEPS = [
    ("POST", "/versions$"),
    ("POST", ":populateFiles$"),
    ("POST", "^/upload/"),
    ("GET", "/files$"),
    ("PATCH", "/versions/"),
    ("POST", "/releases$"),
]


@pytest.mark.parametrize(("method", "pattern"), STEPS)
@pytest.mark.parametrize("fault", [None, BUSY, DENIED], ids=["killed", "busy", "denied"])
def test_a_run_that_fails_at_any_step_leaves_the_old_release_and_the_next_run_recovers(
    stage: Stage, method: str, pattern: str, fault: Answer | None
) -> None:
    old = stage.create()
    (stage.public / "style.css").write_text("new")
    stage.server.fail(method, pattern, fault, times=1000)

    with pytest.raises(ProviderError, match="Could not"):
        stage.update(old)
    assert stage.live == FIRST
    stage.server.mend()
    stage.update(old)
    assert stage.live == {**FIRST, "/style.css": "new"}
    assert len(stage.hosting.releases["demo-shop"]) == 2


@pytest.mark.parametrize(("method", "pattern"), STEPS)
@pytest.mark.parametrize("fault", [None, BROKEN, BUSY], ids=["no answer", "broken", "busy"])
@pytest.mark.parametrize("carried_out", [True, False])
def test_one_lost_answer_at_any_step_is_made_good(
    stage: Stage, method: str, pattern: str, fault: Answer | None, *, carried_out: bool
) -> None:
    stage.server.fail(method, pattern, fault, carried_out=carried_out)
    outputs = stage.create()

    assert stage.live == FIRST
    # One release, also where it was made although the answer was lost.
    (release,) = stage.hosting.releases["demo-shop"]
    assert (outputs["release"], outputs["version"]) == (release["name"], release["version"]["name"])


def test_a_file_that_is_there_already_needs_no_upload(stage: Stage) -> None:
    """Somebody else uploads the same content at the same time."""
    stage.server.fail("POST", "^/upload/", error(409, "already exists", "ALREADY_EXISTS"), times=2, carried_out=True)
    stage.create()

    assert stage.live == FIRST


def test_a_file_that_did_not_arrive_is_uploaded_again(stage: Stage) -> None:
    stage.server.fail("POST", "^/upload/", Answer(b""), times=1)
    stage.create()

    assert stage.live == FIRST
    assert len(stage.hosting.uploads) == 3


def test_a_file_that_is_nobodys_is_an_error(stage: Stage) -> None:
    answer = {"uploadUrl": f"{stage.server.origin}/upload/v1", "uploadRequiredHashes": ["f" * 64]}
    stage.server.fail("POST", ":populateFiles$", Answer(answer))

    with pytest.raises(ProviderError, match=r"asks for the file ffff.*not part of this deployment"):
        stage.create()


def test_a_version_with_missing_files_is_never_finalized(stage: Stage) -> None:
    stage.server.fail("POST", "^/upload/", Answer(b""), times=1000)

    with pytest.raises(ProviderError, match=r"2 files \(.*\) are still missing on Hosting after 3 uploads"):
        stage.create()
    assert [version["status"] for version in stage.hosting.versions.values()] == ["CREATED"]
    assert stage.live is None


def test_a_site_that_was_created_a_moment_ago_is_waited_for(stage: Stage) -> None:
    stage.server.fail("POST", "/versions$", NOT_FOUND, times=5)
    stage.create()

    assert stage.clock.time == 25
    assert stage.live == FIRST


def test_a_site_that_is_gone_is_not_waited_for(stage: Stage) -> None:
    old = stage.create()
    stage.hosting.sites.clear()

    with pytest.raises(ProviderError, match="no such site"):
        stage.update(old)
    assert stage.clock.time == 0


@pytest.mark.parametrize(("method", "pattern"), [("PATCH", "/versions/"), ("POST", "/releases$")])
def test_a_definite_no_is_not_asked_again(stage: Stage, method: str, pattern: str) -> None:
    stage.server.fail(method, pattern, DENIED, times=1000)

    with pytest.raises(ProviderError, match="does not have permission"):
        stage.create()
    assert len(stage.server.seen(method, pattern)) == 1


def test_a_site_that_never_appears_is_an_error(stage: Stage) -> None:
    stage.hosting.sites.clear()

    with pytest.raises(ProviderError, match=r"no such site, or the default URL .* is off"):
        stage.create()
    assert stage.clock.time == 120


def test_cancelling_ends_before_the_release(stage: Stage) -> None:
    stage.context.cancelled.set()

    with pytest.raises(ProviderError, match="Stopped before the release: the site has not changed"):
        stage.create()
    assert stage.live is None


def test_sixteen_uploads_run_side_by_side(stage: Stage) -> None:
    """None is answered before all sixteen have arrived."""
    together = threading.Barrier(16)
    for number in range(14):
        (stage.public / f"{number}.txt").write_text(str(number))
    stage.server.on_request = lambda request: (
        together.wait(timeout=120) if request.path.startswith("/upload/") else None
    )
    stage.create()

    assert len(stage.hosting.uploads) == 16
