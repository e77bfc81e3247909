"""The front page: the same for all, and kept at the edge."""

from datetime import UTC, datetime
from typing import Final

from flask import Blueprint, Response, make_response, render_template

from flask_hearth import pages

BROWSER_SECONDS: Final = 300
EDGE_SECONDS: Final = 600

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def index() -> Response:
    """The front page with the server's time, which stands still for as long as the edge keeps the page.

    Reads neither session nor cookies: Cloud Run makes an answer that sets a cookie private.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    page = render_template(
        "index.html",
        now=now,
        browser_minutes=BROWSER_SECONDS // 60,
        edge_minutes=EDGE_SECONDS // 60,
        collections=pages.collections(),
    )
    response = make_response(page)
    response.headers["Cache-Control"] = f"public, max-age={BROWSER_SECONDS}, s-maxage={EDGE_SECONDS}"
    return response
