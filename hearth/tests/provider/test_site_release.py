"""A site's release as a resource: what is public, when, and what refresh, import and delete make of it."""

from typing import Any

import pytest

from flask_hearth.staticfiles import names
from hearth.plugin.kinds import UNKNOWN, ProviderError
from hearth.tests.provider.fake_server import NOT_FOUND
from hearth.tests.provider.site_stage import CONFIG, FIRST, ID, IMAGE, SERVICE, Stage


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


def test_a_name_by_content_needs_no_file_and_no_upload_of_its_own(stage: Stage) -> None:
    files = {**stage.inputs()["files"]}
    twins = names.twins(files)
    stage.create(files={**files, **twins})

    assert stage.live == {**FIRST, **{twin: FIRST[str(names.remove_digest(twin))] for twin in twins}}
    # Two of the three files have the same content.
    assert len(stage.hosting.uploads) == 2


def test_a_name_by_content_whose_file_changed_since_the_preview_is_not_released(stage: Stage) -> None:
    inputs = stage.inputs()
    twins = names.twins(inputs["files"])
    (stage.public / "style.css").write_text("body{margin:1px}")

    with pytest.raises(ProviderError, match=r"style\.css changed during the deployment"):
        stage.kind.create(stage.context, {**inputs, "files": twins}, preview=False)
    assert stage.live is None


def test_caching_becomes_rules_for_exactly_the_files_and_is_found_again_by_an_import(stage: Stage) -> None:
    files = {**stage.inputs()["files"]}
    caching = {"digested": "public, max-age=31536000, immutable", "plain": "no-cache"}
    given = stage.inputs(files={**files, **names.twins(files)}, caching=caching)
    stage.kind.create(stage.context, given, preview=False)

    config = stage.hosting.releases["demo-shop"][0]["version"]["config"]
    assert config["rewrites"] == CONFIG["rewrites"]
    assert [rule["headers"] for rule in config["headers"]] == [{"Cache-Control": value} for value in caching.values()]
    found = stage.kind.read(stage.context, ID, None, None)
    assert found is not None
    assert {key: found.inputs[key] for key in ("files", "config", "caching")} == {
        key: given[key] for key in ("files", "config", "caching")
    }


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
            "and no other revision serves: its condition is CONDITION_PENDING",
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


def test_a_file_that_changed_since_the_preview_is_not_released(stage: Stage) -> None:
    inputs = stage.inputs()
    (stage.public / "style.css").write_text("changed")

    with pytest.raises(ProviderError, match=r"static/style\.css changed during the deployment.*Run again"):
        stage.kind.create(stage.context, inputs, preview=False)
    assert stage.hosting.versions == {}


def test_a_file_that_vanished_since_the_preview_is_not_released(stage: Stage) -> None:
    inputs = stage.inputs()
    (stage.public / "style.css").unlink()

    with pytest.raises(ProviderError, match=r"static/style\.css cannot be read \(No such file"):
        stage.kind.create(stage.context, inputs, preview=False)


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
    with pytest.raises(ProviderError, match=r"`files` has /lost\.css with the hash gzip:0"):
        stage.create(files={"/lost.css": f"gzip:{'0' * 64}"})


@pytest.mark.parametrize("id", ["demo-shop", "sites/demo-shop", "projects/p/sites/s", f"{ID}/releases/1"])
def test_an_import_by_another_id_says_which_form_it_has(stage: Stage, id: str) -> None:
    with pytest.raises(ProviderError, match="must have the form projects/PROJECT/sites/SITE/channels/live"):
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
    expected = {**given, "channel": "live", "public": "static", "files": {}, "config": {}, "caching": {}, "message": ""}

    assert stage.kind.check(stage.context, None, given).inputs == expected
