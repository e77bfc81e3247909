"""The front page and each collection's page in a real browser: nothing refused, and usable by everybody (axe-core)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from app import create_app
from app.domain import DECLARATIONS
from app.settings import AppSettings
from flask_hearth.testing import browser as real

STATIC = Path(__file__).parents[2] / "static"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with real.open_browser() as browser:
        if browser is None:
            pytest.skip(real.MISSING)
        yield browser


@pytest.fixture(scope="module")
def site(database_url: str) -> Iterator[str]:
    settings = AppSettings.from_env({"APP_ENV": "development", "FLASK_DEBUG": "0", "DATABASE_URL": database_url})
    with real.serve_app(create_app(settings), STATIC) as address:
        yield address


@pytest.mark.parametrize("path", ["/", *(f"/{declaration.name}" for declaration in DECLARATIONS if declaration.pages)])
def test_a_page_is_as_it_should_be(browser: Browser, site: str, path: str) -> None:
    visit = real.Visit(browser.new_page(), site)

    assert visit.go(path).status == 200
    visit.check()
    visit.page.close()
