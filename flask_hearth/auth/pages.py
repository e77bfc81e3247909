"""Signing in and out on a page.

The browser sends the password to Google itself (static/sign-in.js), and what comes here is the ID token that Google
gave for it: this service never sees a password. Signing in by a window of another provider (Google, GitHub) is left
out: such a window reports to the page that opened it, which Cross-Origin-Opener-Policy cuts off.
"""

from typing import Final

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from flask_hearth import csrf, headers, identity
from flask_hearth.auth import session
from flask_hearth.auth.destination import safe_destination
from flask_hearth.auth.issuer import Issuer
from flask_hearth.auth.tokens import InvalidTokenError, Verifier

PATH: Final = "/sign-in"
_FORM_BYTES: Final = 64 * 1024


def blueprint(issuer: Issuer, verifier: Verifier) -> Blueprint:
    """The pages, for users of this issuer."""
    # Named so that the app may have one called `auth`.
    pages = Blueprint("hearth_auth", __name__)

    def page(*, fault: str = "", status: int = 200) -> Response:
        # Only here, and only there: this is the one page that talks to anybody but us.
        headers.allow_connections_to(issuer.sign_in_origin)
        text = render_template(
            "hearth/sign_in.html",
            issuer=issuer,
            user=identity.current(),
            next=safe_destination(request.values.get("next")),
            fault=fault,
        )
        return make_response(text, status)

    @pages.get("/sign-in")
    def sign_in() -> Response:
        """The form; for who is signed in, a way out."""
        return page()

    @pages.before_request
    def hold() -> None:
        """A token is no longer than a header may be, and nothing else here is long."""
        request.max_content_length = request.max_form_memory_size = _FORM_BYTES

    @pages.post("/sign-in")
    def begin() -> AnyResponse:
        """Exchange an ID token for a session. 400 or 403 with the form for one not good, not new, or anonymous."""
        csrf.check()
        try:
            claims = verifier.verify(request.form.get("id_token", ""))
        except InvalidTokenError as error:
            return page(fault=f"Google's response could not be used: {error}. Sign in again.", status=400)
        if claims.user.anonymous:
            return page(fault="An anonymous sign-in may only read, for which none is needed.", status=403)
        if not session.is_recent(claims):
            return page(fault="That sign-in took too long. Sign in again.", status=400)
        session.begin(claims)
        return redirect(safe_destination(request.form.get("next")), 303)

    @pages.post("/sign-out")
    def end() -> AnyResponse:
        """End the session on this browser."""
        csrf.check()
        session.end()
        return redirect(safe_destination(request.form.get("next")), 303)

    return pages
