"""Headers of every answer of the app: the security set, and caching that is off unless a view asks for it.

Files that Firebase Hosting serves itself are not here: they have the headers that firebase.json lists. Those are the
same security set, and Hosting puts it over that of the app's answers, too; here it is for calls to the service's own
address. Except a page that uses `allow_connections_to` from the policy there, or its own policy never arrives.
"""

from collections.abc import Mapping
from typing import Final

from flask import Flask, Response, g, request

CSP: Final = "Content-Security-Policy"

SECURITY: Final[Mapping[str, str]] = {
    # Nothing inline, nothing from elsewhere, no frame around us: an injected tag has no effect.
    CSP: (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    # Without includeSubDomains: on a custom domain it would also bind neighbours that this service knows nothing of.
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

FIRST_ERROR: Final = 400
"""The lowest status that is an error (RFC 9110, section 15)."""

UNCACHED: Final = "private, no-store"


BROWSER_SECONDS: Final = 300
EDGE_SECONDS: Final = 600
"""Of what only a release changes: a release makes the edge ask again, and browsers follow."""


def init_app(app: Flask) -> None:
    """Complete every answer of the app, errors included."""
    app.after_request(add_security_headers)


def cacheable(response: Response) -> Response:
    """The same answer for all to keep, until a release."""
    response.headers["Cache-Control"] = f"public, max-age={BROWSER_SECONDS}, s-maxage={EDGE_SECONDS}"
    response.add_etag()
    response.make_conditional(request)
    return response


def allow_connections_to(*origins: str) -> None:
    """Let the scripts of this page, and of no other, send requests to these origins besides our own."""
    g.connect_to = " ".join(dict.fromkeys(origins))


def add_security_headers(response: Response) -> Response:
    """Add what the app has not set of the security set.

    Caching is off where the app says nothing of it. That goes for errors, too, of which Hosting would keep a 404 for
    ten minutes, also after the page has come to be.
    """
    # Flask's own answer to OPTIONS is no text of any type, as it has no content (RFC 9110, section 9.3.7).
    if request.method == "OPTIONS" and response.calculate_content_length() == 0:
        response.headers.pop("Content-Type", None)
    origins = g.get("connect_to")
    own = SECURITY[CSP].replace("connect-src 'self'", f"connect-src 'self' {origins}") if origins else SECURITY[CSP]
    for name, value in {**SECURITY, CSP: own}.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", UNCACHED)
    return response
