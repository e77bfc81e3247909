"""A site's release: what is public, when, and what a broken run leaves behind."""

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.provider.clients.session import Session
from infra.provider.site_release import SiteRelease
from plugin.kinds import UNKNOWN, Context, ProviderError, Values
from tests.infra.provider.fake_clock import FakeClock
from tests.infra.provider.fake_hosting import FakeHosting
from tests.infra.provider.fake_server import BUSY, DENIED, NOT_FOUND, Answer, FakeServer, error

ID = "projects/demo-shop/sites/demo-shop/channels/live"
SERVICE = "projects/demo-shop/locations/us-central1/services/web"
IMAGE = "us-central1-docker.pkg.dev/demo-shop/web/web@sha256:1"
CONFIG = {"rewrites": [{"glob": "**", "run": {"serviceId": "web", "region": "us-central1"}}]}


@dataclass
class Stage:
    """A folder of files, a site, and a service that is ready."""

    server: FakeServer
    hosting: FakeHosting
    kind: SiteRelease
    clock: FakeClock
    context: Context
    public: Path

    def service(self, **changes: Any) -> None:
        """What Cloud Run answers about the service."""
        ready = {
            "name": SERVICE,
            "template": {"containers": [{"image": "sidecar"}, {"image": IMAGE, "ports": [{"containerPort": 8080}]}]},
            "latestReadyRevision": f"{SERVICE}/revisions/web-00001",
            "latestCreatedRevision": f"{SERVICE}/revisions/web-00001",
            "terminalCondition": {"type": "Ready", "state": "CONDITION_SUCCEEDED"},
        }
        self.server.answer("GET", f"/run/v2/{SERVICE}", ready | changes)

    def inputs(self, **changes: Any) -> Values:
        """Inputs that declare the folder as it is now."""
        files = {
            f"/{file.relative_to(self.public).as_posix()}": hashlib.sha256(file.read_bytes()).hexdigest()
            for file in sorted(self.public.rglob("*"))
            if file.is_file()
        }
        service = {"name": SERVICE, "image": IMAGE, "template": "t1"}
        given = {"project": "demo-shop", "site": "demo-shop", "files": files, "config": CONFIG, "service": service}
        checked = self.kind.check(self.context, None, given | changes)
        assert not checked.failures
        return checked.inputs

    def create(self, **changes: Any) -> Values:
        return self.kind.create(self.context, self.inputs(**changes), preview=False).outputs

    def update(self, old: Values, **changes: Any) -> Values:
        return self.kind.update(self.context, ID, old, old, self.inputs(**changes), preview=False)

    @property
    def live(self) -> dict[str, str] | None:
        return self.hosting.live("demo-shop")


@pytest.fixture
def stage(tmp_path: Path, server: FakeServer, session: Session, clock: FakeClock, context: Context) -> Iterator[Stage]:
    public = tmp_path / "static"
    (public / "assets").mkdir(parents=True)
    (public / "style.css").write_text("body{margin:0}")
    (public / "404.html").write_text("<title>Not found</title>")
    (public / "assets" / "copy.css").write_text("body{margin:0}")
    stage = Stage(
        server, FakeHosting(server, "demo-shop"), SiteRelease(tmp_path, session, clock), clock, context, public
    )
    stage.service()
    yield stage
    assert context.cancelled.is_set() or list(tmp_path.iterdir()) == [public], "nothing is left in the checkout"


FIRST = {
    "/style.css": "body{margin:0}",
    "/404.html": "<title>Not found</title>",
    "/assets/copy.css": "body{margin:0}",
}


def test_the_first_release_makes_files_and_config_public(stage: Stage) -> None:
    outputs = stage.create(message="Release 1: café")

    assert stage.live == FIRST
    release = stage.hosting.releases["demo-shop"][0]
    assert release["message"] == "Release 1: café"
    assert release["version"]["config"] == CONFIG
    assert release["version"]["labels"] == {"deployment-tool": "hearth"}
    assert outputs == {
        **stage.inputs(message="Release 1: café"),
        "version": release["version"]["name"],
        "release": release["name"],
        "url": "https://demo-shop.web.app",
    }


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


def test_one_changed_file_is_one_difference_and_one_upload(stage: Stage) -> None:
    inputs, old = stage.inputs(), stage.create()
    before = len(stage.hosting.uploads)
    (stage.public / "style.css").write_text("body{margin:1px}")
    diff = stage.kind.diff(stage.context, ID, inputs, old, stage.inputs())
    stage.update(old)

    assert diff.changed == {'files["/style.css"]'}
    assert not diff.replace
    assert stage.live == {**FIRST, "/style.css": "body{margin:1px}"}
    assert len(stage.hosting.uploads) == before + 1


def test_added_and_deleted_files_are_differences_of_their_own(stage: Stage) -> None:
    inputs, old = stage.inputs(), stage.create()
    (stage.public / "404.html").unlink()
    (stage.public / "new.css").write_text("new")
    diff = stage.kind.diff(stage.context, ID, inputs, old, stage.inputs())
    stage.update(old)

    assert diff.changed == {'files["/404.html"]', 'files["/new.css"]'}
    assert stage.live == {"/style.css": "body{margin:0}", "/assets/copy.css": "body{margin:0}", "/new.css": "new"}


def test_a_new_revision_is_a_new_release_without_any_upload(stage: Stage) -> None:
    """Only a release empties the CDN's cache, so that pages of the old revision go."""
    old = stage.create()
    before = len(stage.hosting.uploads)
    service = {"name": SERVICE, "image": IMAGE, "template": "t2"}
    new = stage.update(old, service=service)

    assert new["version"] != old["version"]
    assert len(stage.hosting.releases["demo-shop"]) == 2
    assert len(stage.hosting.uploads) == before
    assert stage.live == FIRST


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


def test_a_site_without_files_is_released_too(stage: Stage) -> None:
    """A service with nothing static beside it."""
    stage.create(files={})

    assert stage.live == {}
    assert stage.server.seen("POST", ":populateFiles$") == []


def test_a_preview_sends_nothing(stage: Stage) -> None:
    created = stage.kind.create(stage.context, stage.inputs(), preview=True)
    updated = stage.kind.update(stage.context, ID, {}, {"url": "https://x"}, stage.inputs(), preview=True)

    assert (created.id, created.outputs["version"], created.outputs["url"]) == ("", UNKNOWN, UNKNOWN)
    assert (updated["release"], updated["url"]) == (UNKNOWN, "https://x")
    assert stage.server.requests == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param(
            {
                "latestCreatedRevision": f"{SERVICE}/revisions/web-00002",
                "terminalCondition": {
                    "state": "CONDITION_FAILED",
                    "message": "Revision 'web-00002' is not ready and cannot serve traffic.",
                },
            },
            r"not ready on its latest revision web-00002, requests still go to web-00001: "
            r"The user-provided container failed to start and listen on the port; "
            r"Revision 'web-00002' is not ready and cannot serve traffic\.\nNothing was released",
            id="failed revision",
        ),
        pytest.param(
            {"latestReadyRevision": f"{SERVICE}/revisions/web-00000"},
            "latest revision web-00001, requests still go to web-00000: its condition is CONDITION_SUCCEEDED",
            id="older revision serves",
        ),
        pytest.param(
            {"latestReadyRevision": "", "terminalCondition": {"state": "CONDITION_PENDING"}},
            "and no other one serves: its condition is CONDITION_PENDING",
            id="never ready",
        ),
        pytest.param(
            {"terminalCondition": {"state": "CONDITION_FAILED", "message": "Route is broken."}},
            "not ready on its latest revision web-00001.*Route is broken",
            id="route failed",
        ),
        pytest.param({"reconciling": True}, "still being updated. Run again", id="reconciling"),
        pytest.param(
            {"template": {"containers": [{"image": "other@sha256:2"}]}},
            f"is on the image other@sha256:2, not on {IMAGE}",
            id="other image",
        ),
        pytest.param({"template": {}}, r"is on the image \(none\)", id="no container"),
    ],
)
def test_a_service_that_is_not_ready_on_the_image_meant_is_refused_with_its_reason(
    stage: Stage, changes: dict[str, Any], words: str
) -> None:
    """The state may hold the new image while Cloud Run still runs the old one."""
    failed = {
        "type": "Ready",
        "state": "CONDITION_FAILED",
        "message": "The user-provided container failed to start and listen on the port.",
    }
    stage.server.answer("GET", f"/run/v2/{SERVICE}/revisions/web-00002", {"conditions": [failed]})
    stage.service(**changes)

    with pytest.raises(ProviderError, match=words):
        stage.create()
    assert stage.hosting.versions == {}


def test_a_service_that_does_not_exist_is_refused(stage: Stage) -> None:
    stage.server.fail("GET", "/run/", NOT_FOUND)

    with pytest.raises(ProviderError, match=f"The Cloud Run service {SERVICE} does not exist"):
        stage.create()


def test_a_site_without_a_service_needs_none(stage: Stage) -> None:
    stage.create(service=None, config={})

    assert stage.server.seen("GET", "^/run/") == []
    assert stage.live == FIRST


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
@pytest.mark.parametrize("fault", [None, BUSY], ids=["no answer", "busy"])
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

    with pytest.raises(ProviderError, match=r"asks for the file ffff.*none of this deployment's"):
        stage.create()


def test_a_version_with_missing_files_is_never_finalized(stage: Stage) -> None:
    stage.server.fail("POST", "^/upload/", Answer(b""), times=1000)

    with pytest.raises(ProviderError, match=r"still misses 2 files \(.*\) after they were uploaded 3 times"):
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

    with pytest.raises(ProviderError, match=r"no such site, or .* default URL switched off"):
        stage.create()
    assert stage.clock.time == 120


def test_a_file_that_changed_since_the_preview_is_not_released(stage: Stage) -> None:
    inputs = stage.inputs()
    (stage.public / "style.css").write_text("changed")

    with pytest.raises(ProviderError, match=r"static/style\.css changed while deploying.*Run again"):
        stage.kind.create(stage.context, inputs, preview=False)
    assert stage.hosting.versions == {}


def test_a_file_that_vanished_since_the_preview_is_not_released(stage: Stage) -> None:
    inputs = stage.inputs()
    (stage.public / "style.css").unlink()

    with pytest.raises(ProviderError, match=r"static/style\.css cannot be read \(No such file"):
        stage.kind.create(stage.context, inputs, preview=False)


def test_cancelling_ends_before_the_release(stage: Stage) -> None:
    stage.context.cancelled.set()

    with pytest.raises(ProviderError, match="Stopped before the release: the site serves what it did before"):
        stage.create()
    assert stage.live is None


def test_refresh_right_after_a_release_changes_nothing(stage: Stage) -> None:
    outputs = stage.create(message="first")
    found = stage.kind.read(stage.context, ID, stage.inputs(message="first"), outputs)

    assert found is not None
    assert (found.id, found.inputs, found.outputs) == (ID, stage.inputs(message="first"), outputs)


def test_refresh_shows_what_somebody_else_released(stage: Stage) -> None:
    inputs, outputs = stage.inputs(), stage.create()
    (stage.public / "style.css").write_text("theirs")
    theirs = stage.create(config={"cleanUrls": True})
    (stage.public / "style.css").write_text("body{margin:0}")
    found = stage.kind.read(stage.context, ID, inputs, outputs)

    assert found is not None
    diff = stage.kind.diff(stage.context, ID, found.inputs, found.outputs, inputs)
    assert diff.changed == {'files["/style.css"]', "config.cleanUrls", "config.rewrites"}
    assert found.inputs["files"]["/style.css"].startswith("gzip:")
    assert found.inputs["files"]["/404.html"] == inputs["files"]["/404.html"]
    assert found.outputs["version"] == theirs["version"]


def test_hosting_may_name_the_project_by_number_or_by_id(stage: Stage) -> None:
    inputs, outputs = stage.inputs(), stage.create()
    by_id = {**outputs, "version": outputs["version"].replace("123456789012", "demo-shop")}
    found = stage.kind.read(stage.context, ID, inputs, by_id)

    assert found is not None
    assert (found.inputs, found.outputs) == (inputs, by_id)


@pytest.mark.parametrize("gone", ["site", "release"])
def test_refresh_finds_that_it_is_gone(stage: Stage, gone: str) -> None:
    inputs, outputs = stage.inputs(), stage.create()
    stage.hosting.releases.clear()
    if gone == "site":
        stage.hosting.sites.clear()

    assert stage.kind.read(stage.context, ID, inputs, outputs) is None


def test_refresh_of_a_disabled_site_shows_that_nothing_is_served(stage: Stage) -> None:
    inputs, outputs = stage.inputs(), stage.create()
    stage.kind.delete(stage.context, ID, inputs, outputs)
    # Its release may still tell which version it switched off.
    stage.hosting.releases["demo-shop"][0]["version"] = {"name": outputs["version"]}
    found = stage.kind.read(stage.context, ID, inputs, outputs)

    assert found is not None
    assert (found.inputs["files"], found.inputs["config"], found.outputs["version"]) == ({}, {}, "")


def test_an_import_finds_inputs_that_declare_what_is_live(stage: Stage) -> None:
    inputs, outputs = stage.inputs(message="hello", service=None), stage.create(message="hello", service=None)
    found = stage.kind.read(stage.context, ID, None, None)

    assert found is not None
    assert found.inputs == {key: value for key, value in inputs.items() if value is not None}
    assert found.outputs == outputs
    assert not stage.kind.diff(stage.context, ID, found.inputs, found.outputs, inputs).changed


def test_a_file_known_only_as_it_is_served_cannot_be_released(stage: Stage) -> None:
    """What an import could not find in the folder."""
    with pytest.raises(ProviderError, match=r"/lost\.css stands in the inputs as gzip:0"):
        stage.create(files={"/lost.css": f"gzip:{'0' * 64}"})


@pytest.mark.parametrize("id", ["demo-shop", "sites/demo-shop", "projects/p/sites/s", f"{ID}/releases/1"])
def test_an_import_by_another_id_says_which_form_it_has(stage: Stage, id: str) -> None:
    with pytest.raises(ProviderError, match="projects/PROJECT/sites/SITE/channels/live is"):
        stage.kind.read(stage.context, id, None, None)


def test_deleting_takes_the_site_down(stage: Stage) -> None:
    outputs = stage.create()
    stage.kind.delete(stage.context, ID, stage.inputs(), outputs)

    assert stage.live is None
    assert stage.hosting.releases["demo-shop"][0]["type"] == "SITE_DISABLE"


def test_a_renamed_release_does_not_take_the_site_down(stage: Stage) -> None:
    """The engine creates the resource under its new name before it deletes the old one."""
    old_inputs, old = stage.inputs(), stage.create()
    stage.create()
    stage.kind.delete(stage.context, ID, old_inputs, old)

    assert stage.live == FIRST


def test_a_preview_channel_never_disables_the_site(stage: Stage) -> None:
    outputs = stage.create()
    id = ID.replace("live", "pr-1")  # noqa: A001 - its name in the protocol
    stage.kind.delete(stage.context, id, {**stage.inputs(), "channel": "pr-1"}, outputs)

    assert stage.live == FIRST


@pytest.mark.parametrize("gone", ["site", "disabled"])
def test_deleting_what_is_gone_already_succeeds(stage: Stage, gone: str) -> None:
    inputs, outputs = stage.inputs(), stage.create()
    if gone == "site":
        stage.hosting.sites.clear()
    else:
        stage.kind.delete(stage.context, ID, inputs, outputs)
    before = len(stage.hosting.releases["demo-shop"])
    stage.kind.delete(stage.context, ID, inputs, outputs)

    assert len(stage.hosting.releases["demo-shop"]) == before


@pytest.mark.parametrize("name", ["project", "site", "channel"])
def test_another_site_is_another_release(stage: Stage, name: str) -> None:
    old = stage.inputs()

    assert stage.kind.diff(stage.context, ID, old, old, {**old, name: "other"}).replace == {name}


@pytest.mark.parametrize(
    ("changes", "property"),
    [
        ({"project": 3}, "project"),
        ({"site": "A.B"}, "site"),
        ({"site": None}, "site"),
        ({"channel": "live/x"}, "channel"),
        ({"public": "/etc"}, "public"),
        ({"public": "../secrets"}, "public"),
        ({"message": "x" * 513}, "message"),
        ({"message": 3}, "message"),
        ({"files": ["/a"]}, "files"),
        ({"files": {"/.git/config": "0" * 64}}, 'files["/.git/config"]'),
        ({"config": {"rewrites": [{"glob": "**"}]}}, "config.rewrites[0]"),
        ({"service": {"name": "web", "image": IMAGE}}, "service.name"),
        ({"ignore": []}, "ignore"),
    ],
)
def test_bad_inputs_are_named(stage: Stage, changes: dict[str, Any], property: str) -> None:
    given = {"project": "demo-shop", "site": "demo-shop"}

    assert [each.property for each in stage.kind.check(stage.context, None, given | changes).failures] == [property]


def test_inputs_have_defaults(stage: Stage) -> None:
    given = {"project": "demo-shop", "site": "demo-shop"}
    expected = {**given, "channel": "live", "public": "static", "files": {}, "config": {}, "message": ""}

    assert stage.kind.check(stage.context, None, given).inputs == expected


def test_sixteen_uploads_run_side_by_side(stage: Stage) -> None:
    """None is answered before all sixteen have arrived."""
    together = threading.Barrier(16)
    for number in range(14):
        (stage.public / f"{number}.txt").write_text(str(number))
    stage.server.on_request = lambda request: together.wait(timeout=20) if request.path.startswith("/upload/") else None
    stage.create()

    assert len(stage.hosting.uploads) == 16
