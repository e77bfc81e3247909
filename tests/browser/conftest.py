"""A real browser at the real app, with static files in front of it as on Hosting.

What the browser complains of on the way (an error on the console, something that the Content-Security-Policy refused,
an error of a script) fails the test, wherever it happens.
"""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from app import create_app
from app.settings import Settings
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Response, sync_playwright
from werkzeug.middleware.shared_data import SharedDataMiddleware
from werkzeug.serving import make_server

from tests.service.api.samples import ITEMS
from tests.service.databases import make_tables

STATIC = Path(__file__).parents[2] / "static"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLACES = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS: list[tuple[int, Literal["light", "dark"]]] = [(390, "light"), (390, "dark"), (1280, "dark"), (1280, "light")]
"""Widths of windows and colours that the pages are made for."""
AXE = Axe()


def chromium(playwright: Playwright) -> str | None:
    """The browser that CHROMIUM names, one that is installed, or the one that `playwright install` fetched."""
    if named := os.environ.get("CHROMIUM"):
        return named
    found = [path for name in NAMES if (path := shutil.which(name))]
    found += [path for path in (*PLACES, playwright.chromium.executable_path) if Path(path).exists()]
    return found[0] if found else None


# Not longer than a module: while Playwright is there, its event loop runs in this thread, and no test that needs one
# of its own could follow.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        program = chromium(playwright)
        if program is None:
            pytest.skip("no Chromium is installed (Debian: chromium; or: playwright install chromium; or set CHROMIUM)")
        # Containers have neither the rights for its sandbox nor much shared memory; the pages are our own.
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield browser
        browser.close()


@contextmanager
def served(folder: Path, **environ: str) -> Iterator[str]:
    """Address of the app on an empty database, with a collection that the tests declare."""
    url = f"sqlite://{folder / 'app.sqlite3'}"
    make_tables(url, (ITEMS,))
    settings = {"APP_ENV": "development", "FLASK_DEBUG": "0", "DATABASE_URL": url}
    app = create_app(Settings.from_env(settings | environ), declarations=(ITEMS,))
    app.add_url_rule("/broken", view_func=lambda: str(1 / 0))
    server = make_server("127.0.0.1", 0, SharedDataMiddleware(app, {"/": str(STATIC)}), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        # By this name, as browsers trust it with what they keep for secure sites.
        yield f"http://localhost:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["store"].close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where everybody may write."""
    with served(tmp_path_factory.mktemp("site")) as address:
        yield address


@pytest.fixture(scope="module")
def guarded_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where only users may write. Nobody can sign in, as nothing answers where users would be asked for."""
    firebase = {"AUTH": "firebase", "GOOGLE_CLOUD_PROJECT": "demo-hearth", "FIREBASE_WEB_KEY": "AIzaSy" + 33 * "x"}
    with served(tmp_path_factory.mktemp("guarded"), **firebase, HEARTH_IDENTITY_ORIGIN="http://127.0.0.1:9") as address:
        yield address


@dataclass
class Visit:
    """Somebody at the site, with one window."""

    page: Page
    site: str
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.watch(self.page)

    def watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium reports an answer's error status there too; whether that is right is the test's own business.
        if message.type in {"error", "warning"} and "the server responded with a status of" not in message.text:
            self.complaints.append(message.text)

    def go(self, path: str) -> Response:
        answer = self.page.goto(self.site + path)
        assert answer
        return answer

    def press(self, name: str, role: str = "button") -> None:
        self.page.get_by_role(role, name=name, exact=True).click()  # type: ignore[arg-type]

    def check(self) -> None:
        """The page as it is now, in every look: all can use it, it fits its window, and nothing on it was refused."""
        # On a gradient axe-core judges no contrast. Set by script, as the page's own policy allows.
        self.page.evaluate("document.body.style.backgroundImage = 'none'")
        for width, colours in LOOKS:
            self.page.set_viewport_size({"width": width, "height": 900})
            self.page.emulate_media(color_scheme=colours)
            found = AXE.run(self.page, options={"runOnly": RULES}).response["violations"]
            told = [(each["id"], each["help"], [node["target"] for node in each["nodes"]]) for each in found]
            assert told == [], (self.page.url, width, colours)
            assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (self.page.url, width)
        assert self.complaints == [], self.page.url


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A new profile."""
    context = browser.new_context()
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def visit(context: BrowserContext, site: str) -> Visit:
    return Visit(context.new_page(), site)
