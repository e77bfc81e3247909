"""The site: adopted or made, and released from exactly the files in static/."""

import hashlib
import json
from pathlib import Path

import pytest

from flask_hearth.staticfiles import names
from tests.infra.example import STACKS, run_stack

SITE = "gcp:firebase/hostingSite:HostingSite"
RELEASE = "hearth:hosting:SiteRelease"
FILES = {"style.css": "p {}", "icons/favicon.svg": "<svg/>", "robots.txt": "User-agent: *", "404.html": "<p>Gone"}
FIREBASE = {
    "public": "static",
    "ignore": ["**/.*", "**/node_modules/**"],
    "rewrites": [{"source": "**", "run": {"serviceId": "elsewhere", "region": "asia-east1"}}],
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with a site of its own."""
    root = tmp_path / "checkout"
    for name, text in FILES.items():
        (root / "static" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "static" / name).write_text(text, encoding="utf-8")
    (root / "service").mkdir()
    (root / "service" / "front.py").write_text('@app.get("/")\ndef front(): ...\n', encoding="utf-8")
    (root / "firebase.json").write_text(json.dumps({"hosting": FIREBASE}), encoding="utf-8")
    return root


def test_the_default_site_is_adopted_and_let_go() -> None:
    """It is there from the start, and Google refuses to delete it."""
    site = run_stack("dev").one(SITE).inputs

    assert (site["siteId"], site["deletionPolicy"]) == ("example-dev", "ABANDON")


def test_a_site_of_our_own_goes_with_the_stack() -> None:
    stack = run_stack("dev", {"app:siteId": "shop-preview"})

    site = stack.one(SITE).inputs
    assert (site["siteId"], site["deletionPolicy"]) == ("shop-preview", "DELETE")
    assert stack.one(RELEASE).inputs["site"] == "shop-preview"
    assert stack.outputs["siteUrl"] == "https://shop-preview.web.app"


def test_firebase_is_never_taken_out_of_the_project() -> None:
    """Google has no way to do so; a destroy that tried would fail half-way."""
    assert run_stack("dev").one("gcp:firebase/project:Project").retain


def test_the_release_holds_the_files_of_static_by_their_content(root: Path) -> None:
    release = run_stack("dev", root=root).one(RELEASE).inputs

    assert release["public"] == "static"
    assert {path: digest for path, digest in release["files"].items() if names.remove_digest(path) is None} == {
        f"/{name}": hashlib.sha256(text.encode()).hexdigest() for name, text in FILES.items()
    }


def test_the_release_has_a_name_by_content_for_each_file_that_pages_link_to(root: Path) -> None:
    files = run_stack("dev", root=root).one(RELEASE).inputs["files"]
    twins = {path: digest for path, digest in files.items() if names.remove_digest(path) is not None}

    assert {names.remove_digest(path) for path in twins} == {"/style.css", "/icons/favicon.svg"}
    assert all(names.has_digest(path, digest) for path, digest in twins.items())
    assert all(files[names.remove_digest(path)] == digest for path, digest in twins.items())


def test_a_name_by_content_is_kept_for_a_year_and_any_other_asked_about() -> None:
    assert run_stack("dev").one(RELEASE).inputs["caching"] == {
        "digested": "public, max-age=31536000, immutable",
        "plain": "no-cache",
    }


@pytest.mark.parametrize(("name", "region"), [("web", "us-central1"), ("shop", "europe-west4")])
def test_the_rewrite_goes_to_the_declared_service_whatever_firebase_json_says(
    root: Path, name: str, region: str
) -> None:
    """Left out, the region means us-central1, and Hosting would look for the service there."""
    release = run_stack("dev", {"app:name": name, "gcp:region": region}, root=root).one(RELEASE).inputs

    assert release["config"]["rewrites"] == [{"glob": "**", "run": {"serviceId": name, "region": region}}]
    assert release["service"]["name"] == f"projects/example-dev/locations/{region}/services/{name}"


def test_the_whole_service_must_be_there_before_the_release() -> None:
    """Hosting refuses a version that rewrites to a service which does not exist."""
    assert "Service web" in run_stack("local").one(RELEASE).depends_on


def test_a_custom_domain_is_connected_and_says_which_records_to_set() -> None:
    stack = run_stack("prod", {"app:customDomains": '["www.example.com"]'})

    domain = stack.one("gcp:firebase/hostingCustomDomain:HostingCustomDomain")
    assert domain.inputs["customDomain"] == "www.example.com"
    assert domain.inputs["siteId"] == "example-prod"
    # Waiting would run into a timeout: somebody has to set the records first.
    assert domain.inputs["waitDnsVerification"] is False
    assert domain.protect
    assert list(stack.outputs["dnsRecords"]) == ["www.example.com"]


def test_a_file_that_hides_a_route_is_warned_of_at_preview(root: Path) -> None:
    (root / "static" / "index.html").write_bytes(b"")

    (warning,) = run_stack("dev", root=root).warnings

    assert "static/index.html hides the service's route /:" in warning


def test_a_file_that_is_no_python_is_named_and_ends_no_preview(root: Path) -> None:
    (root / "service" / "views.py").write_text("def view(:\n", encoding="utf-8")

    (warning,) = run_stack("dev", root=root).warnings

    assert "service/views.py, line 1: invalid syntax" in warning


@pytest.mark.parametrize(("built", "warned"), [(True, False), (False, True)])
def test_a_front_end_that_was_not_built_is_warned_of_at_preview(root: Path, *, built: bool, warned: bool) -> None:
    """Its files would be taken off the site."""
    if built:
        (root / "static" / "dist").mkdir()
    (root / "package.json").write_text("{}", encoding="utf-8")

    assert any("make assets" in warning for warning in run_stack("dev", root=root).warnings) is warned


@pytest.mark.parametrize("name", STACKS)
def test_the_shipped_files_hide_nothing(name: str) -> None:
    assert [warning for warning in run_stack(name).warnings if " hides " in warning] == []
