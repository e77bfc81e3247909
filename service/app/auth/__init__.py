"""Checked identity by Firebase ID tokens, for apps that run with AUTH=firebase.

The API knows its users by `Authorization: Bearer`, pages by the session, and neither by the other's: a cookie that the
API does not look at can't be abused by other sites. Everything may be read by strangers; changing needs a user.

Left out: who may change what (every user may change everything), and taking a session back before its end, for which
each request would have to ask Google.
"""

import logging
from typing import Final

from flask import Flask, request
from werkzeug.wrappers import Response

from app import identity
from app.auth import bearer, keys, pages, session
from app.auth.issuer import Issuer
from app.auth.keys import KeysUnavailableError
from app.auth.tokens import Verifier
from app.errors import API_PATHS, Problem, answer
from app.identity import User
from app.settings import Settings

_log: Final = logging.getLogger(__name__)


def register(app: Flask, settings: Settings) -> None:
    """Check who asks from here on. Fetches nothing yet, so that Google's absence stops no start-up."""
    issuer = Issuer(
        # The settings are refused without these two.
        project=str(settings.google_cloud_project),
        web_key=str(settings.firebase_web_key),
        local_origin=settings.hearth_identity_origin,
    )
    verifier = Verifier(issuer.project, keys.PublicKeys(issuer.keys_url))

    def find() -> User | None:
        return bearer.user(verifier) if request.path.startswith(API_PATHS) else session.user()

    app.extensions[identity.FINDER] = find
    app.config[identity.CHECKED] = True
    app.config[identity.SIGN_IN] = pages.PATH
    app.before_request(bearer.required)
    app.register_error_handler(KeysUnavailableError, unavailable)
    session.configure(app)
    app.register_blueprint(pages.blueprint(issuer, verifier))


def unavailable(error: KeysUnavailableError) -> Response:
    """503: not the client's fault, and no reason to sign in again."""
    _log.warning("%s", error)
    return answer(Problem(503, str(error), headers={"Retry-After": str(keys.PAUSE_SECONDS)}))
