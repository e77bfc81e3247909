"""What a developer does all day on one deployment. Each test takes back what it edited, or edits on."""

import filecmp
import json
import os
import re
from pathlib import Path

import pytest

from hearth.localcloud.commands import variables
from hearth.tests import example
from hearth.tests.engine.deployment import APP, CHECKOUT, Deployment
from hearth.tests.engine.load import SteadyLoad

RELEASE = "hearth:hosting:SiteRelease"
SERVICE = "gcp:cloudrunv2/service:Service"
IMAGE = "hearth:build:Image"


def uploads(log: str) -> int:
    """How many of the site's files were sent."""
    return log.count("POST /firebasehosting/upload/")


def started_builds(log: str) -> int:
    return len(re.findall(r"POST /cloudbuild/\S+/builds ", log))


def summary(output: str) -> set[str]:
    """What the engine says it did: `{"3 updated", "24 unchanged"}`."""
    return set(re.findall(r"\d+ (?:created|updated|deleted|replaced|unchanged|changes)", output))


def style_sheet(deployed: Deployment) -> str:
    """What the front page, as the service makes it now, calls its style sheet."""
    (path,) = re.findall(r'href="(/style[^"]*)"', deployed.get("/", deployed.service).text)
    return str(path)


# --- Up ---


def test_the_page_comes_from_the_service_through_the_edge_and_its_cache(deployed: Deployment) -> None:
    first, second = deployed.get(), deployed.get()

    assert first.status_code == 200
    assert "Flask + Firebase" in first.text
    assert first.headers["Cache-Control"] == "public, max-age=300, s-maxage=600"
    assert "Set-Cookie" not in first.headers
    assert (second.headers["X-Cache"], second.text) == ("HIT", first.text)


def test_static_files_are_served_as_they_are(deployed: Deployment) -> None:
    assert deployed.get("/style.css").content == (CHECKOUT / "static" / "style.css").read_bytes()


def test_the_service_answers_at_its_own_address(deployed: Deployment) -> None:
    assert deployed.get("/health", deployed.service).json() == {"status": "healthy"}


def test_up_changes_no_file_of_the_checkout(deployed: Deployment) -> None:
    """Neither the stack's file nor the lock: `git status` stays clean."""
    stacks = [example.stack_file(name).name for name in example.STACKS]
    for origin, files in ((CHECKOUT, ["Pulumi.yaml", "requirements.txt", "Makefile"]), (example.FOLDER, stacks)):
        _, different, missing = filecmp.cmpfiles(origin, deployed.root, files, shallow=False)
        assert (different, missing) == ([], [])
    extra = {path.name for path in deployed.root.iterdir()} - {path.name for path in CHECKOUT.iterdir()} - {*stacks}
    assert not extra


def test_up_again_changes_nothing_starts_no_process_and_ends_with_the_addresses(deployed: Deployment) -> None:
    before = deployed.processes()

    output = deployed.up()

    assert {what.split()[1] for what in summary(output)} == {"unchanged"}
    assert deployed.processes() == before
    tail = output.splitlines()[-8:]
    assert any("site" in line and f":{deployed.ports.edge}" in line for line in tail)
    assert any("service" in line and f":{deployed.ports.service}" in line for line in tail)
    assert any("console" in line and f":{deployed.ports.apis}" in line for line in tail)


# --- Plain pulumi ---


def test_a_preview_after_up_finds_no_difference_whatever_gcp_provider_is_on_path(
    deployed: Deployment, tmp_path: Path
) -> None:
    """Google's own would send the local stack to Google."""
    impostor = tmp_path / "pulumi-resource-gcp"
    impostor.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    impostor.chmod(0o755)
    environment = variables.environment(
        deployed.checkout, deployed.ports, {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    )

    done = deployed.pulumi("preview", "--expect-no-changes", "--stack", "local", env=environment)

    assert done.returncode == 0, done.stdout


def test_a_refresh_after_up_finds_no_difference(deployed: Deployment) -> None:
    done = deployed.pulumi("refresh", "--yes", "--expect-no-changes", "--stack", "local")

    assert done.returncode == 0, done.stdout


def test_another_scale_is_a_preview_of_that_property_alone(deployed: Deployment) -> None:
    deployed.edit("Pulumi.local.yaml", 'app:maxInstances: "2"', 'app:maxInstances: "3"')

    changes = deployed.changes()
    deployed.edit("Pulumi.local.yaml", 'app:maxInstances: "3"', 'app:maxInstances: "2"')

    service = changes.pop(SERVICE)
    assert service.pop("op") == "update"
    assert [path.rpartition(".")[2] for path in service] == ["maxInstanceCount"]
    assert not changes


def test_a_shell_without_make_env_is_refused_before_anything_is_sent(deployed: Deployment) -> None:
    environment = variables.environment(deployed.checkout, deployed.ports, os.environ)
    bare = {name: value for name, value in environment.items() if not name.endswith("_CUSTOM_ENDPOINT")}
    log = deployed.log()

    done = deployed.pulumi("up", "--yes", "--skip-preview", "--stack", "local", env=bare)

    assert done.returncode != 0
    assert 'eval "$(make -s env)"' in done.stdout
    assert deployed.log() == log


def test_a_file_that_hides_a_page_is_warned_of_at_preview(deployed: Deployment) -> None:
    shadow = deployed.root / "static" / "index.html"
    shadow.write_text("<p>Hides the page</p>", encoding="utf-8")

    done = deployed.pulumi("preview", "--stack", "local")
    shadow.unlink()

    assert done.returncode == 0, done.stdout
    assert "warning: static/index.html hides the service's route /" in done.stdout


def test_a_release_that_the_state_lost_is_imported(deployed: Deployment, tmp_path: Path) -> None:
    release = deployed.resource(RELEASE)
    lost = deployed.pulumi("state", "delete", release["urn"], "--yes", "--stack", "local")
    assert lost.returncode == 0, lost.stdout
    wanted = {
        "resources": [
            {"type": RELEASE, "name": release["urn"].rpartition("::")[2], "id": release["id"], "parent": "component"}
        ],
        "nameTable": {"component": release["parent"]},
    }
    (tmp_path / "import.json").write_text(json.dumps(wanted), encoding="utf-8")

    done = deployed.pulumi(
        "import", "--file", str(tmp_path / "import.json"), "--yes", "--protect=false", "--stack", "local"
    )

    assert done.returncode == 0, done.stdout
    found = deployed.resource(RELEASE)
    assert (found["urn"], found["id"]) == (release["urn"], release["id"])
    assert found["outputs"]["files"] == release["outputs"]["files"]
    deployed.up()


# --- Edits ---


def test_an_edited_style_is_its_file_and_its_two_names_in_the_diff_one_upload_and_seen_at_once(
    deployed: Deployment,
) -> None:
    style = deployed.root / "static" / "style.css"
    old = style_sheet(deployed)
    style.write_text(style.read_text(encoding="utf-8") + "\n/* edited */\n", encoding="utf-8")

    changes = deployed.changes()
    before, started = uploads(deployed.log()), started_builds(deployed.log())
    output = deployed.up()
    new = style_sheet(deployed)

    assert {path for path in changes[RELEASE] if path.startswith("files")} == {
        f'files["{path}"]' for path in (old, new, "/style.css")
    }
    assert not [path for path in changes[RELEASE] if path.startswith(("config", "caching"))]
    # The image has the file, too, and only the image is new in the service.
    assert {path.rpartition(".")[2] for path in changes[SERVICE] if path != "op"} == {"image"}
    assert not re.search(r"/(robots\.txt|favicon\.svg|404\.html)", output)
    # Two names, one content.
    assert uploads(deployed.log()) - before == 1
    assert started_builds(deployed.log()) - started == 1
    for path in (new, "/style.css"):
        assert deployed.get(path).text.endswith("/* edited */\n")


def test_a_page_from_before_an_edit_gets_the_style_of_after_it(deployed: Deployment) -> None:
    """Its old name is not among the files any more, so the service answers; nobody may keep that."""
    old = deployed.get("/style.0123456789abcdef.css")

    assert old.text == deployed.get("/style.css").text
    assert old.headers["Cache-Control"] == "no-cache"


def test_names_by_content_are_kept_and_others_asked_about_with_hosting_and_without(deployed: Deployment) -> None:
    for base in (deployed.site, deployed.service):
        kept, asked = deployed.get(style_sheet(deployed), base), deployed.get("/style.css", base)

        assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert asked.headers["Cache-Control"] == "no-cache"
        assert kept.content == asked.content


def test_an_edited_page_is_a_new_image_and_release_and_no_visitor_notices(deployed: Deployment) -> None:
    deployed.get()
    before, release = deployed.resource(IMAGE), deployed.resource(RELEASE)
    sent = uploads(deployed.log())
    deployed.edit("service/app/templates/index.html", "Flask + Firebase", "Flask + Firebase, edited")

    with SteadyLoad(deployed.site + "/") as load:
        deployed.up()
        page = deployed.get().text

    assert "Flask + Firebase, edited" in page
    assert load.failures == []
    assert load.answered > 20
    assert deployed.resource(IMAGE)["outputs"]["digest"] != before["outputs"]["digest"]
    assert deployed.resource(RELEASE)["outputs"]["release"] != release["outputs"]["release"]
    assert uploads(deployed.log()) == sent


def test_a_page_edited_back_needs_no_build(deployed: Deployment) -> None:
    """The registry still has the image of that content."""
    builds = started_builds(deployed.log())
    deployed.edit("service/app/templates/index.html", "Flask + Firebase, edited", "Flask + Firebase")

    deployed.up()

    assert "edited" not in deployed.get().text
    assert started_builds(deployed.log()) == builds


# --- Looking ---


def test_status_shows_what_runs(deployed: Deployment) -> None:
    done = deployed.make("status")

    assert done.returncode == 0
    for words in (str(deployed.cloud()), APP, str(deployed.ports.edge), str(deployed.ports.service)):
        assert words in done.stdout


def test_logs_show_edge_and_service(deployed: Deployment) -> None:
    deployed.get("/health/live")

    lines = deployed.make("logs").stdout.splitlines()

    assert {line.split("|")[0].strip() for line in lines if "|" in line} >= {"edge", APP}


@pytest.mark.parametrize("variable", ["HEARTH_EDGE_PORT", "HEARTH_API_PORT"])
def test_a_running_cloud_is_not_moved_by_up(deployed: Deployment, variable: str) -> None:
    done = deployed.make("up", **{variable: "59999"})

    assert done.returncode == 1
    assert f"{variable}=59999, but the local cloud already runs on port" in done.stdout
