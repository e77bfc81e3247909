"""A real browser at a real app, with static files in front of it as on Hosting.

What the browser complains of on the way (an error on the console, something that the Content-Security-Policy refused,
an error of a script) fails the test, wherever it happens. Imported by tests alone: Playwright is no small thing.
"""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Response, expect, sync_playwright
from werkzeug.middleware.shared_data import SharedDataMiddleware
from werkzeug.serving import make_server

from flask_hearth.testing.processes import PATIENCE

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLACES = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",)
MISSING = "no Chromium is installed (Debian: chromium; or: playwright install chromium; or set CHROMIUM)"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS: list[tuple[int, Literal["light", "dark"]]] = [(390, "light"), (390, "dark"), (1280, "dark"), (1280, "light")]
"""Widths of windows and colours that the pages are made for."""
AXE = Axe()


class ComplaintError(AssertionError):
    """A page is not as it should be."""


@contextmanager
def open_browser() -> Iterator[Browser | None]:
    """A browser; None where none is installed. While it is open, no test that needs an event loop can run."""
    with sync_playwright() as playwright:
        program = _chromium(playwright)
        if program is None:
            yield None
            return
        expect.set_options(timeout=PATIENCE * 1000)
        # Containers have neither the rights for its sandbox nor much shared memory; the pages are our own.
        browser = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
            timeout=PATIENCE * 1000,
        )
        yield browser
        browser.close()


def _chromium(playwright: Playwright) -> str | None:
    """The browser that CHROMIUM names, one that is installed, or the one that `playwright install` fetched."""
    if named := os.environ.get("CHROMIUM"):
        return named
    found = [path for name in NAMES if (path := shutil.which(name))]
    found += [path for path in (*PLACES, playwright.chromium.executable_path) if Path(path).exists()]
    return found[0] if found else None


@contextmanager
def serve_app(app: Flask, static: Path) -> Iterator[str]:
    """Address of the app, whose store is closed in the end."""
    server = make_server("127.0.0.1", 0, SharedDataMiddleware(app, {"/": str(static)}), threaded=True)
    # How often it looks whether it should end.
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        # By this name, as browsers trust it with what they keep for secure sites.
        yield f"http://localhost:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["hearth"].store.close()


@dataclass
class Visit:
    """Somebody at the site, with one window."""

    page: Page
    site: str
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.watch(self.page)

    def watch(self, page: Page) -> None:
        page.set_default_timeout(PATIENCE * 1000)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium reports an answer's error status there too; whether that is right is the test's own business.
        if message.type in {"error", "warning"} and "the server responded with a status of" not in message.text:
            self.complaints.append(message.text)

    def go(self, path: str) -> Response:
        answer = self.page.goto(self.site + path)
        if answer is None:
            raise ComplaintError(f"{path} was not answered")
        return answer

    def press(self, name: str) -> None:
        """A button that leads nowhere by itself."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str, role: Literal["button", "link"] = "link") -> None:
        """To another page, which is there afterwards."""
        with self.page.expect_navigation():
            self.page.get_by_role(role, name=name, exact=True).click()

    def check(self) -> None:
        """The page as it is now, in every look: all can use it, it fits its window, and nothing on it was refused."""
        # On a gradient axe-core judges no contrast. Set by script, as the page's own policy allows.
        self.page.locator("body").evaluate("body => body.style.backgroundImage = 'none'")
        for width, colours in LOOKS:
            self.page.set_viewport_size({"width": width, "height": 900})
            self.page.emulate_media(color_scheme=colours)
            # What passed is not asked for, which takes half of the time.
            found = AXE.run(self.page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response["violations"]
            told = [(each["id"], each["help"], [node["target"] for node in each["nodes"]]) for each in found]
            if told:
                raise ComplaintError(f"{self.page.url} at {width} pixels in {colours} colours: {told}")
            if not self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
                raise ComplaintError(f"{self.page.url} is wider than a window of {width} pixels")
        if self.complaints:
            raise ComplaintError(f"{self.page.url}: {self.complaints}")
