"""Paths: those that the stack asks for exist, and those that it guesses from the source are the real ones."""

from collections.abc import Iterator

import pytest
from flask import Flask

from app import create_app
from app.domain import DECLARATIONS
from app.settings import AppSettings
from flask_hearth import paths
from flask_hearth.serving.settings import gunicorn_settings
from flask_hearth.stores.sql.migrating import Migrations
from flask_hearth.stores.urls import Sqlite
from hearth.hosting import shadowing, static_files
from hearth.testing.stacks import STACKS, run_stack
from infra.program import ROOT


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """With a database whose schema is up to date: without one it rightly says that it is not ready."""
    database = tmp_path_factory.mktemp("contract") / "app.sqlite3"
    settings = AppSettings.from_env(
        {
            "APP_ENV": "development",
            "DATABASE_URL": f"sqlite:///{database}",
            # With the pages that only this brings.
            "AUTH": "firebase",
            "FIREBASE_WEB_KEY": "AIzaSyD-made-up-for-tests-0123456789abc",
            "GOOGLE_CLOUD_PROJECT": "demo-hearth",
        }
    )
    assert isinstance(settings.database, Sqlite)
    Migrations(DECLARATIONS, ROOT / "service" / "migrations").upgrade(settings.database)
    app = create_app(settings)
    yield app
    app.extensions["hearth"].store.close()


def rules(app: Flask) -> set[str]:
    """Of the app's URL map, with those for every collection spelled out."""
    names = [declaration.name for declaration in DECLARATIONS]
    return {each for rule in app.url_map.iter_rules() for each in shadowing.expanded(rule.rule, names)}


def test_the_routes_read_off_the_source_are_the_real_ones(app: Flask) -> None:
    """What is missed here is a page that a static file could hide without a warning."""
    assert shadowing.routes(ROOT / "service", {"flask_hearth": paths.RULES}) == rules(app)


@pytest.mark.parametrize("probe", ["startupProbe", "livenessProbe"])
def test_the_probed_paths_answer(app: Flask, probe: str) -> None:
    container = run_stack(STACKS[0]).one("gcp:cloudrunv2/service:Service").inputs["template"]["containers"][0]
    path = container[probe]["httpGet"]["path"]

    assert app.test_client().get(path).status_code == 200
    # Google's front end keeps paths that end in z to itself.
    assert not path.endswith("z")


def test_probes_and_traffic_go_to_the_port_that_the_service_listens_on() -> None:
    container = run_stack(STACKS[0]).one("gcp:cloudrunv2/service:Service").inputs["template"]["containers"][0]
    port = container["ports"]["containerPort"]
    assumed = gunicorn_settings({})["bind"]

    assert {container[probe]["httpGet"]["port"] for probe in ("startupProbe", "livenessProbe")} == {port}
    assert assumed == f"0.0.0.0:{port}"


def test_no_shipped_file_hides_a_page(app: Flask) -> None:
    assert not list(shadowing.shadows(static_files.digests(ROOT / "static"), rules(app), clean_urls=True))


def test_no_page_is_where_hosting_never_asks_the_service(app: Flask) -> None:
    assert not [rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/__/")]
