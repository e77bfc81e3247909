"""A real browser at the sample app, with the static files of this repository, which say how its pages look."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from flask_hearth.model.declaration import Declaration
from flask_hearth.settings import HearthSettings
from flask_hearth.static_files import StaticFiles
from flask_hearth.testing import browser as real
from flask_hearth.testing.browser import Visit
from flask_hearth.testing.sample import ITEMS, create_app
from flask_hearth.tests.databases import make_tables
from flask_hearth.tests.pages.events import EVENTS

STATIC = Path(__file__).parents[3] / "static"


# Not longer than a module: while Playwright is there, its event loop runs in this thread, and no test that needs one
# of its own could follow.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with real.open_browser() as browser:
        if browser is None:
            pytest.skip(real.MISSING)
        yield browser


@contextmanager
def served(folder: Path, *declarations: Declaration, **environ: str) -> Iterator[str]:
    """Address of the app on an empty database, with collections that the tests declare."""
    url = f"sqlite://{folder / 'app.sqlite3'}"
    make_tables(url, declarations)
    settings = {"APP_ENV": "development", "FLASK_DEBUG": "0", "DATABASE_URL": url}
    app = create_app(HearthSettings.from_env(settings | environ), declarations=declarations, files=StaticFiles(STATIC))
    app.add_url_rule("/broken", view_func=lambda: str(1 / 0))
    with real.serve_app(app, STATIC) as address:
        yield address


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where everybody may write."""
    with served(tmp_path_factory.mktemp("site"), ITEMS, EVENTS) as address:
        yield address


@pytest.fixture(scope="module")
def guarded_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where only users may write. Nobody can sign in, as nothing answers where users would be asked for."""
    firebase = {"AUTH": "firebase", "GOOGLE_CLOUD_PROJECT": "demo-hearth", "FIREBASE_WEB_KEY": "AIzaSy" + 33 * "x"}
    with served(
        tmp_path_factory.mktemp("guarded"), ITEMS, **firebase, HEARTH_IDENTITY_ORIGIN="http://127.0.0.1:9"
    ) as address:
        yield address


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A new profile."""
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def visit(context: BrowserContext, site: str) -> Visit:
    return Visit(context.new_page(), site)
