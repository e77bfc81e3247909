"""Checked identity by Firebase ID tokens, for apps that run with AUTH=firebase.

The API knows its users by `Authorization: Bearer`, pages by the session, and neither by the other's: a cookie that the
API does not look at can't be abused by other sites. Who may do what with a collection is `flask_hearth.access`.

Left out: taking a session back before its end, for which each request would have to ask Google.
"""

import logging
from typing import Final

from flask import Flask, request
from werkzeug.wrappers import Response

from flask_hearth import identity, problems, routes_taken, state, templating
from flask_hearth.auth import bearer, keys, pages, session
from flask_hearth.auth.issuer import Issuer
from flask_hearth.auth.keys import KeysUnavailableError
from flask_hearth.auth.tokens import Verifier
from flask_hearth.errors import Problem, error_response, is_api
from flask_hearth.identity import User

PATH: Final = "HEARTH_AUTH_PATH"
"""Key of `app.config`: below which path the pages to sign in and out are; the root unless it says otherwise."""

_log: Final = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Check who asks from here on, by HEARTH_GOOGLE_CLOUD_PROJECT, HEARTH_FIREBASE_WEB_KEY and HEARTH_IDENTITY_ORIGIN.

    Fetches nothing yet, so that Google's absence stops no start-up. Raises ValueError where the first two are not set.
    """
    config = app.config
    for name in ("HEARTH_GOOGLE_CLOUD_PROJECT", "HEARTH_FIREBASE_WEB_KEY"):
        if not config.setdefault(name, None):
            raise ValueError(
                f"{name} is not set, and HEARTH_AUTH is 'firebase': nobody could sign in. Set it in app.config, as "
                "`flask_hearth.settings` does."
            )
    config.setdefault("HEARTH_IDENTITY_ORIGIN", None)
    issuer = Issuer.of(config)
    verifier = Verifier(issuer.project, keys.PublicKeys(issuer.keys_url))

    def find() -> User | None:
        return bearer.user(verifier) if is_api(request.path) else session.user()

    path = app.config.setdefault(PATH, "")
    templating.init_app(app)
    state.for_app(app).finder = find
    app.config[identity.CHECKED] = True
    app.config[identity.SIGN_IN] = f"{path}{pages.PATH}"
    app.before_request(bearer.required)
    app.register_error_handler(KeysUnavailableError, unavailable)
    session.configure(app)
    routes_taken.register(
        app,
        pages.blueprint(issuer, verifier),
        url_prefix=path or None,
        fix=f"Set {PATH} to a path below which signing in and out are then.",
    )


def unavailable(error: KeysUnavailableError) -> Response:
    """503: not the client's fault, and no reason to sign in again."""
    _log.warning("%s", error)
    return error_response(
        Problem(problems.KEYS_UNAVAILABLE, str(error), headers={"Retry-After": str(keys.PAUSE_SECONDS)})
    )
