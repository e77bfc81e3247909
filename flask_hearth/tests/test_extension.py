"""`Hearth` on an app of somebody's own."""

import logging
import re
from pathlib import Path

import pytest
from flask import Blueprint, Flask, request
from werkzeug.exceptions import HTTPException

import flask_hearth
from flask_hearth import Hearth, config_keys, paths
from flask_hearth.tasks import Tasks
from flask_hearth.testing.sample import ITEMS
from flask_hearth.tests.api.memory_store import MemoryStore

GOOD_KEY = "kPmVn2Q9sTzX4bW7cR1eY6uH3jL8dF5g"


def bare(folder: Path, **config: object) -> Flask:
    """An app whose package lies in `folder`, with nothing but a key."""
    app = Flask("shop", static_folder=None, root_path=str(folder))
    app.config.from_mapping({"SECRET_KEY": GOOD_KEY, **config})
    return app


def test_an_app_without_a_word_of_configuration_is_served(tmp_path: Path) -> None:
    """Nothing is declared, so nothing has to be kept anywhere, and there is no API."""
    app = bare(tmp_path)
    Hearth(app)
    client = app.test_client()

    assert client.get("/health/ready").json == {"status": "ready"}
    assert client.get("/nowhere").content_type == "application/problem+json"
    assert client.get("/api/v1/openapi.json").status_code == 404


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
        "HEARTH_API_PATH": "/api",
        "HEARTH_AUTH": "none",
        "HEARTH_DATABASE_POOL_SIZE": 5,
        "HEARTH_DATABASE_POOL_WAIT_SECONDS": 2,
        "HEARTH_DATABASE_URL": None,
        "HEARTH_DATA_DIR": None,
        "HEARTH_EDITS_CALLER": None,
        "HEARTH_GOOGLE_CLOUD_PROJECT": None,
        "HEARTH_HEALTH_PATH": "/health",
        "HEARTH_IDENTITY_CHECKED": False,
        "HEARTH_LOG_LEVEL": "error",
        "HEARTH_LOG_STRUCTURED": True,
        "HEARTH_MIGRATIONS": None,
        "HEARTH_SIGN_IN": None,
        "HEARTH_STATIC": None,
        "HEARTH_TRUSTED_HOPS": 2,
        "HEARTH_TRUSTED_HOSTS": (),
        "HEARTH_VIEWS_DATABASE_URL": None,
        "HEARTH_WRITES_PER_MINUTE": 0,
    }


def test_the_readme_names_every_key_of_the_configuration(tmp_path: Path) -> None:
    app = bare(tmp_path, HEARTH_AUTH="firebase", HEARTH_GOOGLE_CLOUD_PROJECT="demo-x", HEARTH_FIREBASE_WEB_KEY="k")
    Hearth(app, tasks=Tasks())
    told = (Path(flask_hearth.__file__).parent / "README.md").read_text(encoding="utf-8")

    assert set(re.findall(r"`(HEARTH_[A-Z_]+)`", told)) == {key for key in app.config if key.startswith("HEARTH_")}
    assert set(re.findall(r"`(HEARTH_[A-Z_]+)`", told)) == config_keys.KEYS.keys()


def test_declarations_without_a_place_for_their_objects_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"HEARTH_DATABASE_URL is not set: .* store items"):
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


def test_the_apps_headers_are_not_replaced(tmp_path: Path) -> None:
    app = bare(tmp_path)
    own = {"Content-Security-Policy": "default-src 'self'", "Referrer-Policy": "no-referrer", "Cache-Control": "public"}
    app.add_url_rule("/", "front", lambda: ("hello", own))
    Hearth(app)
    headers = app.test_client().get("/").headers

    assert {name: headers[name] for name in own} == own
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("handled", [HTTPException, Exception, 404], ids=["all of HTTP", "all", "one"])
def test_the_apps_error_handlers_come_first(tmp_path: Path, handled: type[Exception] | int) -> None:
    app = bare(tmp_path)
    app.register_error_handler(handled, lambda _error: ("the app's own words", 404))
    Hearth(app)

    assert app.test_client().get("/nowhere").text == "the app's own words"


def test_a_template_global_of_the_apps_keeps_its_meaning(tmp_path: Path) -> None:
    """As that of Flask-WTF, which has the same name."""
    app = bare(tmp_path)
    app.jinja_env.globals["csrf_token"] = lambda: "the app's"
    Hearth(app)

    assert app.jinja_env.globals["csrf_token"]() == "the app's"  # type: ignore[operator]
    assert "request_id" in app.jinja_env.globals


def test_logging_is_left_alone_until_a_level_is_asked_for(tmp_path: Path) -> None:
    root = logging.getLogger()
    before = root.level, [*root.handlers]
    Hearth(bare(tmp_path))
    assert (root.level, [*root.handlers]) == before

    Hearth(bare(tmp_path, HEARTH_LOG_LEVEL="error"))
    assert root.level == logging.ERROR


def test_the_session_cookie_is_the_apps(tmp_path: Path) -> None:
    app = bare(tmp_path)
    before = {key: value for key, value in app.config.items() if key.startswith("SESSION_")}
    Hearth(app)

    assert {key: value for key, value in app.config.items() if key.startswith("SESSION_")} == before


@pytest.mark.parametrize("taken", ["/health", "/health/ready"])
def test_a_health_check_where_the_app_has_a_route_is_refused_with_the_key_that_moves_it(
    tmp_path: Path, taken: str
) -> None:
    def app(**config: object) -> Flask:
        made = bare(tmp_path, **config)
        # Under the very name of Hearth's own.
        made.register_blueprint(Blueprint("health", __name__))
        made.add_url_rule(taken, "mine", lambda: "mine")
        return made

    with pytest.raises(ValueError, match=f"{taken} is a route of the app 'shop' already.*HEARTH_HEALTH_PATH"):
        Hearth(app())
    for path, found in (("/up", 200), (None, 404)):
        other = app(HEARTH_HEALTH_PATH=path)
        Hearth(other)
        assert other.test_client().get(taken).text == "mine"
        assert other.test_client().get("/up/live").status_code == found


def test_keys_may_come_from_the_environment_as_flask_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_HEARTH_WRITES_PER_MINUTE", "1")
    monkeypatch.setenv("FLASK_HEARTH_TRUSTED_HOSTS", '["www.example.com"]')
    monkeypatch.setenv("FLASK_HEARTH_HEALTH_PATH", "/up")
    app = bare(tmp_path)
    app.config.from_prefixed_env()
    app.add_url_rule("/", "front", lambda: request.host, methods=["POST"])
    Hearth(app)
    client = app.test_client()

    assert client.get("/up/live").status_code == 200
    assert client.post("/", headers={"X-Forwarded-Host": "www.example.com"}).text == "www.example.com"
    assert client.post("/").status_code == 429


FIREBASE = {"HEARTH_AUTH": "firebase", "HEARTH_GOOGLE_CLOUD_PROJECT": "demo-x", "HEARTH_FIREBASE_WEB_KEY": "k"}


def of_collections(app: Flask) -> None:
    Hearth(app, declarations=[ITEMS], store=MemoryStore())


@pytest.mark.parametrize(
    ("rule", "moved", "ours"),
    [
        ("/health/", {"HEARTH_HEALTH_PATH": "/up"}, "/up"),
        ("/api/docs", {"HEARTH_API_PATH": "/rest"}, "/rest/docs"),
        ("/api/v1/openapi.json", {"HEARTH_API_PATH": "/rest"}, "/rest/v1/openapi.json"),
        ("/api/v1/items", {"HEARTH_API_PATH": "/rest"}, "/rest/v1/items"),
        ("/api/v1/items/<number>", {"HEARTH_API_PATH": "/rest"}, "/rest/v1/items"),
        ("/sign-in", {"HEARTH_AUTH_PATH": "/account"}, "/account/sign-in"),
    ],
)
def test_a_route_that_is_taken_is_refused_with_the_key_that_moves_it(
    tmp_path: Path, rule: str, moved: dict[str, str], ours: str
) -> None:
    """Before Hearth is set up, and after: then at the first request, before anybody is answered by the wrong one."""

    def app(**config: object) -> Flask:
        made = bare(tmp_path, **FIREBASE, **config)
        made.add_url_rule(rule, "mine", lambda **_: "mine")
        return made

    (key,) = moved
    refused = f"{rule} is a route of the app 'shop' already.*{key}"
    with pytest.raises(ValueError, match=refused):
        of_collections(app())
    late = bare(tmp_path, TESTING=True, **FIREBASE)
    of_collections(late)
    late.add_url_rule(rule, "mine", lambda **_: "mine")
    for _ in range(2):
        with pytest.raises(ValueError, match=refused):
            late.test_client().get("/nowhere")

    other = app(**moved)
    of_collections(other)
    client = other.test_client()
    assert client.get(rule.replace("<number>", "7")).text == "mine"
    assert client.get(ours).status_code == 200


def test_a_route_of_the_apps_beside_those_of_the_api_is_its_own(tmp_path: Path) -> None:
    app = bare(tmp_path)
    app.add_url_rule("/api/v1/reports", "reports", lambda: "mine")
    app.add_url_rule("/api/v1/items/<number>/parts", "parts", lambda number: number)
    of_collections(app)

    assert app.test_client().get("/api/v1/reports").text == "mine"
    assert app.test_client().get("/api/v1/items/7/parts").text == "7"


def test_the_api_is_in_all_it_does_where_the_configuration_says(tmp_path: Path) -> None:
    app = bare(tmp_path, HEARTH_API_PATH="/rest", **FIREBASE)
    of_collections(app)
    client = app.test_client()

    assert sorted((client.get("/rest/v1/openapi.json").json or {})["paths"]) == [
        "/rest/v1/items",
        "/rest/v1/items/{id}",
    ]
    refused = client.post("/rest/v1/items", json={"name": "a"}, headers={"Accept": "text/html"})
    assert (refused.status_code, refused.content_type) == (401, "application/problem+json")
    assert client.get("/api/v1/items").status_code == 404


def test_blueprints_of_the_apps_may_have_usual_names(tmp_path: Path) -> None:
    app = bare(tmp_path, **FIREBASE)
    for name in ("api", "auth", "health"):
        app.register_blueprint(Blueprint(name, __name__))
    of_collections(app)

    assert {"api", "auth", "health"} < app.blueprints.keys()


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("HEARTH_TRUSTED_HOSTS", "www.example.com", "is 'www.example.com': .*as JSON"),
        ("HEARTH_TRUSTED_HOSTS", ["https://www.example.com"], "is .*: 'https://www.example.com' is no host name"),
        ("HEARTH_TRUSTED_HOSTS", ["*"], r"is .*: '\*' is no host name"),
        ("HEARTH_TRUSTED_HOSTS", 7, "is 7: set a list"),
        ("HEARTH_WRITES_PER_MINUTE", "many", "is 'many': .*a whole number, 0 or more"),
        ("HEARTH_WRITES_PER_MINUTE", "60", "is '60': .*a whole number"),
        ("HEARTH_WRITES_PER_MINUTE", True, "is True: .*a whole number"),
        ("HEARTH_WRITES_PER_MINUTE", None, "is None: .*a whole number"),
        ("HEARTH_TRUSTED_HOPS", -1, "is -1: .*0 or more"),
        ("HEARTH_TRUSTED_HOPS", 1.5, "is 1.5: .*0 or more"),
        ("HEARTH_DATABASE_POOL_SIZE", 0, "is 0: .*1 or more"),
        ("HEARTH_DATABASE_POOL_WAIT_SECONDS", "2", "is '2': .*1 or more"),
        ("HEARTH_LOG_LEVEL", "loud", "is 'loud': there is no such level"),
        ("HEARTH_LOG_LEVEL", 10, "is 10: there is no such level"),
        ("HEARTH_LOG_STRUCTURED", "no", "is 'no': .*True or False"),
        ("HEARTH_IDENTITY_CHECKED", 1, "is 1: .*True or False"),
        ("HEARTH_AUTH", "Firebase", "is 'Firebase': set one of none, firebase"),
        ("HEARTH_AUTH", None, "is None: set one of"),
        ("HEARTH_HEALTH_PATH", "up", "is 'up': .*begins with /.*or None"),
        ("HEARTH_HEALTH_PATH", "/", "is '/': .*does not end"),
        ("HEARTH_API_PATH", None, "is None: set a path"),
        ("HEARTH_AUTH_PATH", "account", "is 'account': set a path"),
        ("HEARTH_SIGN_IN", 3, "is 3: set a path"),
        ("HEARTH_STATIC", ["public"], r"is \['public'\]: set a path"),
        ("HEARTH_GOOGLE_CLOUD_PROJECT", 123456789, "is 123456789: set a text, or None"),
        ("HEARTH_WRITE_PER_MINUTE", 60, "is not one of Hearth's keys.*Did you mean HEARTH_WRITES_PER_MINUTE?"),
        ("HEARTH_QQQQQQQQQQQQQQQ", "red", "is not one of Hearth's keys.*There are HEARTH_API_PATH"),
    ],
)
def test_a_key_or_value_that_does_not_fit_is_refused(tmp_path: Path, key: str, value: object, said: str) -> None:
    with pytest.raises(ValueError, match=f"app 'shop'.*\n  - {key} {said}"):
        Hearth(bare(tmp_path, **{key: value}))


def test_all_keys_that_do_not_fit_are_told_at_once_and_a_databases_password_is_not(tmp_path: Path) -> None:
    app = bare(tmp_path, HEARTH_TRUSTED_HOPS="2", HEARTH_LOGLEVEL="info", HEARTH_DATABASE_URL=["postgresql://a:pw@h/d"])

    with pytest.raises(ValueError, match="can't be set up") as refused:
        Hearth(app)

    told = str(refused.value).splitlines()[1:]
    assert [line.split()[1] for line in told] == ["HEARTH_DATABASE_URL", "HEARTH_LOGLEVEL", "HEARTH_TRUSTED_HOPS"]
    assert "pw" not in str(refused.value)
    assert "hearth" not in app.extensions or not app.blueprints


def test_two_apps_of_one_process_keep_to_their_own_configuration(tmp_path: Path) -> None:
    hearth = Hearth()
    one, other = bare(tmp_path, HEARTH_HEALTH_PATH="/up", HEARTH_WRITES_PER_MINUTE=1), bare(tmp_path)
    for app in (one, other):
        app.add_url_rule("/", "front", lambda: "in", methods=["POST"])
        hearth.init_app(app)

    assert [one.test_client().post("/").status_code for _ in range(2)] == [200, 429]
    assert [other.test_client().post("/").status_code for _ in range(2)] == [200, 200]
    assert [app.test_client().get("/up").status_code for app in (one, other)] == [200, 404]


def test_commands_are_the_apps_own(tmp_path: Path) -> None:
    """And of two apps each has those of its parts."""
    plain, declared = bare(tmp_path), bare(tmp_path, HEARTH_DATABASE_URL=f"sqlite:///{tmp_path}/a.sqlite3")
    Hearth(plain)
    Hearth(declared, declarations=[ITEMS])

    assert sorted(plain.cli.commands) == ["serve"]
    assert sorted(declared.cli.commands) == ["db", "firestore", "openapi", "serve"]


def test_routes_that_the_app_had_before_are_not_taken_by_pages(tmp_path: Path) -> None:
    app = bare(tmp_path)
    app.add_url_rule("/items", "mine", lambda: "mine")

    with pytest.raises(ValueError, match="'items' would be at /items"):
        Hearth(app, declarations=[ITEMS], store=MemoryStore())


def test_the_paths_that_can_be_known_without_the_app_are_those_that_it_answers(tmp_path: Path) -> None:
    firebase = {"HEARTH_AUTH": "firebase", "HEARTH_GOOGLE_CLOUD_PROJECT": "demo-x", "HEARTH_FIREBASE_WEB_KEY": "k"}
    app = bare(tmp_path, **firebase)
    Hearth(app, declarations=[ITEMS], store=MemoryStore())

    assert sorted(paths.RULES) == sorted({rule.rule for rule in app.url_map.iter_rules()})


def test_the_package_has_what_it_says_and_nothing_else() -> None:
    assert flask_hearth.__version__
    assert flask_hearth.Hearth is Hearth
    with pytest.raises(AttributeError, match="no attribute 'Hearths'"):
        _ = flask_hearth.Hearths
