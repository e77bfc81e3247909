"""`Hearth` on an app of somebody's own."""

import re
from pathlib import Path

import pytest
from flask import Flask

import flask_hearth
from flask_hearth import Hearth, paths
from flask_hearth.testing.sample import ITEMS
from flask_hearth.tests.api.memory_store import MemoryStore

GOOD_KEY = "kPmVn2Q9sTzX4bW7cR1eY6uH3jL8dF5g"


def bare(folder: Path, **config: object) -> Flask:
    """An app whose package lies in `folder`, with nothing but a key."""
    app = Flask("shop", static_folder=None, root_path=str(folder))
    app.config.from_mapping({"SECRET_KEY": GOOD_KEY, **config})
    return app


def test_an_app_without_a_word_of_configuration_is_served(tmp_path: Path) -> None:
    """Nothing is declared, so nothing has to be kept anywhere."""
    app = bare(tmp_path)
    Hearth(app)
    client = app.test_client()

    assert client.get("/health/ready").json == {"status": "ready"}
    assert client.get("/nowhere").content_type == "application/problem+json"
    assert client.get("/api/v1/openapi.json").json["paths"] == {}  # type: ignore[index]


def test_it_keeps_no_app_and_serves_many(tmp_path: Path) -> None:
    hearth = Hearth(declarations=[ITEMS], store=MemoryStore())
    apps = [bare(tmp_path), bare(tmp_path)]
    for app in apps:
        hearth.init_app(app)

    assert apps[0].extensions["hearth"] is not apps[1].extensions["hearth"]
    assert apps[0].extensions["hearth"].declarations == (ITEMS,)
    assert [value for value in vars(hearth).values() if isinstance(value, Flask)] == []


def test_a_second_call_is_refused(tmp_path: Path) -> None:
    app = bare(tmp_path)
    hearth = Hearth(app)

    with pytest.raises(RuntimeError, match=r"'shop' already.*Call init_app once"):
        hearth.init_app(app)


def test_what_the_app_has_set_is_not_replaced_and_the_rest_has_a_default(tmp_path: Path) -> None:
    app = bare(tmp_path, HEARTH_LOG_LEVEL="error", HEARTH_TRUSTED_HOPS=2)
    Hearth(app)

    found = {key: value for key, value in app.config.items() if key.startswith("HEARTH_")}
    assert found == {
        "HEARTH_AUTH": "none",
        "HEARTH_DATABASE_POOL_SIZE": 5,
        "HEARTH_DATABASE_POOL_WAIT_SECONDS": 2,
        "HEARTH_DATABASE_URL": None,
        "HEARTH_DATA_DIR": None,
        "HEARTH_GOOGLE_CLOUD_PROJECT": None,
        "HEARTH_IDENTITY_CHECKED": False,
        "HEARTH_LOG_LEVEL": "error",
        "HEARTH_LOG_STRUCTURED": True,
        "HEARTH_MIGRATIONS": None,
        "HEARTH_SIGN_IN": None,
        "HEARTH_STATIC": None,
        "HEARTH_TRUSTED_HOPS": 2,
        "HEARTH_TRUSTED_HOSTS": (),
        "HEARTH_WRITES_PER_MINUTE": 0,
    }


def test_the_readme_names_every_key_of_the_configuration(tmp_path: Path) -> None:
    app = bare(tmp_path, HEARTH_AUTH="firebase", HEARTH_GOOGLE_CLOUD_PROJECT="demo-x", HEARTH_FIREBASE_WEB_KEY="k")
    Hearth(app)
    told = (Path(flask_hearth.__file__).parent / "README.md").read_text(encoding="utf-8")

    assert set(re.findall(r"`(HEARTH_[A-Z_]+)`", told)) == {key for key in app.config if key.startswith("HEARTH_")}


def test_declarations_without_a_place_for_their_objects_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"HEARTH_DATABASE_URL is not set: .* keep items"):
        Hearth(bare(tmp_path), declarations=[ITEMS])


@pytest.mark.parametrize("missing", ["HEARTH_GOOGLE_CLOUD_PROJECT", "HEARTH_FIREBASE_WEB_KEY"])
def test_users_of_no_project_are_refused(tmp_path: Path, missing: str) -> None:
    firebase = {"HEARTH_AUTH": "firebase", "HEARTH_GOOGLE_CLOUD_PROJECT": "demo-x", "HEARTH_FIREBASE_WEB_KEY": "k"}

    with pytest.raises(ValueError, match=f"{missing} is not set"):
        Hearth(bare(tmp_path, **firebase | {missing: None}))


@pytest.mark.parametrize("further_up", [False, True], ids=["image", "checkout"])
def test_files_are_found_where_the_app_lies(tmp_path: Path, *, further_up: bool) -> None:
    package = tmp_path / "service" / "shop"
    static = (tmp_path if further_up else tmp_path / "service") / "static"
    for folder in (package, static):
        folder.mkdir(parents=True)
    (static / "a.txt").write_text("found", encoding="utf-8")
    app = bare(package)
    Hearth(app)

    with app.test_client().get("/a.txt") as answer:
        assert answer.data == b"found"


def test_files_are_those_that_the_configuration_names(tmp_path: Path) -> None:
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "a.txt").write_text("found", encoding="utf-8")
    for named in ("public", str(tmp_path / "public")):
        app = bare(tmp_path, HEARTH_STATIC=named)
        Hearth(app)

        with app.test_client().get("/a.txt") as answer:
            assert answer.data == b"found"


def test_an_apps_own_template_comes_before_the_frameworks(tmp_path: Path) -> None:
    own = tmp_path / "templates" / "hearth" / "layout.html"
    own.parent.mkdir(parents=True)
    own.write_text("OURS {% block main %}{% endblock %}", encoding="utf-8")
    app = bare(tmp_path)
    Hearth(app)

    page = app.test_client().get("/nowhere", headers={"Accept": "text/html"}).text

    assert page.startswith("OURS")
    assert "Not Found" in page


def test_routes_that_the_app_had_before_are_not_taken_by_pages(tmp_path: Path) -> None:
    app = bare(tmp_path)
    app.add_url_rule("/items", "mine", lambda: "mine")

    with pytest.raises(ValueError, match="'items' would be at /items"):
        Hearth(app, declarations=[ITEMS], store=MemoryStore())


def test_the_paths_that_can_be_known_without_the_app_are_those_that_it_answers(tmp_path: Path) -> None:
    firebase = {"HEARTH_AUTH": "firebase", "HEARTH_GOOGLE_CLOUD_PROJECT": "demo-x", "HEARTH_FIREBASE_WEB_KEY": "k"}
    app = bare(tmp_path, **firebase)
    Hearth(app)

    assert sorted(paths.RULES) == sorted({rule.rule for rule in app.url_map.iter_rules()})


def test_the_package_has_what_it_says_and_nothing_else() -> None:
    assert flask_hearth.__version__
    assert flask_hearth.Hearth is Hearth
    with pytest.raises(AttributeError, match="no attribute 'Hearths'"):
        _ = flask_hearth.Hearths
