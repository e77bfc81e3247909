"""docs/live.md: its page in a browser, on the Firestore emulator with the security rules of its views."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from playwright.sync_api import BrowserContext, expect

from flask_hearth import Hearth
from flask_hearth.settings import HearthSettings
from flask_hearth.static_files import StaticFiles
from flask_hearth.stores.firestore import rules
from flask_hearth.testing import browser as real
from flask_hearth.testing.browser import Visit
from flask_hearth.testing.firestore_emulator import FirestoreEmulator
from flask_hearth.tests.auth.token_issuer import PROJECT
from flask_hearth.tests.browser.conftest import STATIC
from flask_hearth.tests.browser.identity_toolkit import IdentityToolkit
from flask_hearth.tests.databases import Databases
from flask_hearth.tests.docs.guides import declared
from flask_hearth.tests.docs.page import blocks
from flask_hearth.tests.stores.firestore_clients import Clients
from flask_hearth.tests.views.world import app_over
from flask_hearth.views import stored
from flask_hearth.views.readers import readable

VIEW, TEMPLATE, SCRIPT, PACKAGE = (blocks("live.md", language)[0] for language in ("python", "html", "js", "json"))
PACKAGES = Path(__file__).parents[3] / ".local" / "npm"
"""Where the SDK and the bundler are, which are too large to be fetched by a test."""
PASSWORD = "difference engine"


@pytest.fixture(scope="module")
def front_end(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Static files, with the script built as the page says, and the template."""
    wanted = json.loads(PACKAGE)["dependencies"] | json.loads(PACKAGE)["devDependencies"]
    for name, version in wanted.items():
        package = PACKAGES / "node_modules" / name / "package.json"
        if not package.is_file() or json.loads(package.read_text(encoding="utf-8"))["version"] != version:
            exact = " ".join(f"{name}@{version}" for name, version in wanted.items())
            pytest.skip(f"docs/live.md's packages are not installed: npm install --prefix .local/npm {exact}")
    folder = tmp_path_factory.mktemp("front-end")
    (folder / "web").mkdir()
    (folder / "web" / "guide.js").write_text(SCRIPT, encoding="utf-8")
    (folder / "package.json").write_text(PACKAGE, encoding="utf-8")
    (folder / "node_modules").symlink_to(PACKAGES / "node_modules")
    shutil.copytree(STATIC, folder / "static")
    subprocess.run(["npm", "run", "--silent", "build"], cwd=folder, check=True, timeout=600)
    (folder / "templates").mkdir()
    (folder / "templates" / "guide.html").write_text(TEMPLATE, encoding="utf-8")
    return folder


@dataclass
class World:
    """A visitor at the site. Who writes with the models of `names` does so past it, as a job of ours would."""

    names: dict[str, Any]
    google: IdentityToolkit
    visit: Visit
    service: ExitStack
    """Stops it when closed."""

    def sign_in(self, who: str) -> None:
        self.google.call("signUp", {"email": f"{who}@example.com", "password": PASSWORD})
        self.visit.page.get_by_label("Email address").fill(f"{who}@example.com")
        self.visit.page.get_by_label("Password").fill(PASSWORD)
        self.visit.press("Sign in")

    def says(self, text: str) -> None:
        expect(self.visit.page.get_by_role("status")).to_have_text(text)

    def patch(self, path: str, body: dict[str, Any]) -> None:
        token = self.google.token("ada@example.com")
        answer = requests.patch(
            f"{self.visit.site}/api/v1/{path}", json=body, headers={"Authorization": f"Bearer {token}"}, timeout=60
        )
        assert answer.ok, answer.text


@pytest.fixture
def world(
    front_end: Path,
    context: BrowserContext,
    databases: Databases,
    firestore_emulator: FirestoreEmulator,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[World]:
    """Ada's city, and the site."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", firestore_emulator.host)
    names = declared()
    declarations, views = (names["CITIES"], names["DISTRICTS"]), (names["KEPT_GUIDES"], names["MY_GUIDES"])
    held = [*declarations, *stored.declarations(views)]
    url = databases.url("firestore", held)
    clients = Clients(firestore_emulator, url.removeprefix("firestore://"))
    assert clients.release(rules.text(readable(views))).ok
    google = IdentityToolkit()
    settings = HearthSettings.from_env(
        {
            "APP_ENV": "development",
            "FLASK_DEBUG": "0",
            "DATABASE_URL": url,
            "AUTH": "firebase",
            "GOOGLE_CLOUD_PROJECT": PROJECT,
            "FIREBASE_WEB_KEY": "AIzaSy" + 33 * "x",
            "HEARTH_IDENTITY_ORIGIN": google.origin,
        }
    )
    app = Flask(__name__, static_folder=None, template_folder=str(front_end / "templates"))
    app.config.from_mapping(settings.config())
    exec(VIEW, names)  # noqa: S102 - our own page
    app.register_blueprint(names["blueprint"])
    Hearth(declarations=declarations, views=views, files=StaticFiles(front_end / "static")).init_app(app)
    other = app_over(databases.open_url(url, held), *views, declarations=declarations)
    with other.app_context(), ExitStack() as service:
        names["City"].create(id="rome", name="Rome", editor="ada").save()
        names["District"].create(id="trevi", name="Trevi", city="rome", people=3_000).save()
        site = service.enter_context(real.serve_app(app, front_end / "static"))
        yield World(names, google, Visit(context.new_page(), site), service)
    google.close()


def test_an_owners_browser_shows_a_change_through_rest_and_reads_the_view_while_the_service_is_stopped(
    world: World,
) -> None:
    world.visit.go("/guide?city=rome")
    world.says("Sign in to read your guide.")
    world.visit.check()
    world.sign_in("ada")
    world.says("3000 people")
    expect(world.visit.page.get_by_role("listitem")).to_have_text(["Trevi"])
    world.visit.page.evaluate("window.loaded = 'once'")

    world.patch("districts/trevi", {"name": "Trevi and more", "people": 3_100})
    world.says("3100 people")
    expect(world.visit.page.get_by_role("listitem")).to_have_text(["Trevi and more"])

    world.service.close()
    world.names["District"].get("trevi").update(people=3_200)
    world.says("3200 people")
    world.visit.press("Sign out")
    world.says("Sign in to read your guide.")
    world.sign_in("ada")
    world.says("3200 people")
    assert world.visit.page.evaluate("window.loaded") == "once"
    assert world.visit.complaints == []


def test_a_stranger_is_told_so(world: World) -> None:
    world.visit.go("/guide?city=rome")
    world.sign_in("bob")

    world.says("You may not read this guide, or there is none.")
    expect(world.visit.page.get_by_role("listitem")).to_have_count(0)
    world.visit.check()
