"""The names that pages give to files are names under which Hosting has them, with the same bytes."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient
from jinja2 import Environment, nodes

import flask_hearth
from app import create_app
from app.settings import AppSettings
from flask_hearth.static_files import StaticFiles
from flask_hearth.staticfiles import caching, names
from hearth.hosting.static_files import digests, with_twins
from hearth.provider.ignore import IgnoreRules
from hearth.testing.stacks import STACKS, run_stack
from infra.program import ROOT

FRAMEWORK = Path(flask_hearth.__file__).parent / "templates"
TEMPLATES = [*sorted((ROOT / "service" / "app" / "templates").rglob("*.html")), *sorted(FRAMEWORK.rglob("*.html"))]


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    settings = AppSettings.from_env({"APP_ENV": "development", "DATABASE_URL": f"sqlite:///{tmp_path}/x.sqlite3"})
    return create_app(settings).test_client()


def released(stack: str) -> Mapping[str, str]:
    files: Mapping[str, str] = run_stack(stack).one("hearth:hosting:SiteRelease").inputs["files"]
    return files


def named(template: Path) -> list[str]:
    """What a template asks `static_url` for, as far as it is written there."""
    tree = Environment(autoescape=True).parse(template.read_text(encoding="utf-8"))
    return [
        call.args[0].value
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name)
        and call.node.name == "static_url"
        and isinstance(call.args[0], nodes.Const)
    ]


@pytest.mark.parametrize("stack", STACKS)
def test_pages_name_files_as_hosting_has_them(stack: str) -> None:
    files = released(stack)
    shipped = StaticFiles(ROOT / "static")
    plain = [path for path in files if names.remove_digest(path) is None]

    assert plain
    for path in plain:
        given = unquote(shipped.url(path))
        assert files[given] == files[path]
        assert names.has_twin(path) is (given != path)


def test_the_service_answers_every_name_on_hosting_with_the_same_bytes_and_caching(client: FlaskClient) -> None:
    stack = run_stack(STACKS[0]).one("hearth:hosting:SiteRelease").inputs

    for path in stack["files"]:
        with client.get(path) as answer:
            kind = "plain" if names.remove_digest(path) is None else "digested"
            assert answer.data == (ROOT / "static" / (names.remove_digest(path) or path)[1:]).read_bytes()
            assert answer.headers["Cache-Control"] == stack["caching"][kind]


def test_odd_files_have_the_same_names_on_both_sides(tmp_path: Path) -> None:
    for name in (
        "a b.css",
        "é.svg",
        "x.0123456789abcdef.js",
        "x.js",
        "copy.js",
        "empty",
        "100%.png",
        "[a].css",
        "#.js",
    ):
        (tmp_path / name).write_text("" if name == "empty" else "same", encoding="utf-8")
    published = with_twins(digests(tmp_path))
    service = StaticFiles(tmp_path)

    assert {unquote(service.url(path)) for path in digests(tmp_path)} == {
        path for path, digest in published.items() if names.has_digest(path, digest)
    }


@pytest.mark.parametrize("template", TEMPLATES, ids=[file.name for file in TEMPLATES])
def test_every_file_that_a_template_names_is_there(template: Path) -> None:
    assert named(FRAMEWORK / "hearth" / "layout.html") == ["favicon.svg", "style.css"]
    assert [name for name in named(template) if not (ROOT / "static" / name).is_file()] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=[file.name for file in TEMPLATES])
def test_no_template_writes_a_files_name_itself(template: Path) -> None:
    """It would be the plain one, which browsers ask about at each visit."""
    text = template.read_text(encoding="utf-8")
    plain = {path for path in digests(ROOT / "static") if names.has_twin(path)}

    assert plain & set(re.findall(r"""["'](/[^"'{}]+)["']""", text)) == set()


def test_the_image_gets_what_hosting_publishes_and_nothing_else() -> None:
    rules = IgnoreRules((ROOT / ".dockerignore").read_text(encoding="utf-8"))
    published = ["static/style.css", "static/a/b.css", "static/.well-known/security.txt", "static/404.html"]
    kept_back = ["static/.env", "static/a/.DS_Store", "static/node_modules/x/y.js", "static/a/node_modules/y.js"]

    assert [path for path in published if rules.excludes(path)] == []
    assert [path for path in kept_back if not rules.excludes(path)] == []


def test_firebase_json_leaves_the_caching_of_files_to_the_release() -> None:
    """A pattern there would hold for the service's answers, too: an old page's style would be kept for a year."""
    section = json.loads((ROOT / "firebase.json").read_text(encoding="utf-8"))["hosting"]
    keys = {header["key"].lower() for rule in section["headers"] for header in rule["headers"]}

    assert "cache-control" not in keys
    assert "immutable" in caching.DIGESTED
