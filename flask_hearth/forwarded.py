"""The address that the visitor sees, where a front end forwards requests under one of its own.

Behind Firebase Hosting, `Host` is the service's own address, and `X-Forwarded-Host` the site's. But the service can be
reached without Hosting as well, with any header at all; so that header counts only if it names one of the hosts that
the stack knows. One that doesn't is ignored, not refused: what is left is `Host`, by which Google's front end found
the service, and a domain that somebody has just connected to the site serves meanwhile. Health checks and calls to
the service's own address forward nothing, and are untouched.

Not Flask's TRUSTED_HOSTS: it refuses, also the probes of Cloud Run, whose Host is the container's; and it has no
pattern for Hosting's preview channels.
"""

import logging
import re
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Final

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_SCHEMES: Final = frozenset({"http", "https"})
_PORT: Final = re.compile(r":[0-9]{1,5}\Z")
# RFC 1123, section 2.1, in lowercase; the first label may have wildcards.
_HOST: Final = re.compile(r"[a-z0-9*-]+(\.[a-z0-9-]+)*")

_log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Believe what is forwarded under the names in HEARTH_TRUSTED_HOSTS."""
    trusted: Collection[str] = app.config.setdefault("HEARTH_TRUSTED_HOSTS", ())
    app.wsgi_app = behind_front_end(app.wsgi_app, trusted)  # type: ignore[assignment, method-assign]


def is_host(text: str) -> bool:
    """Whether it is a host name in lowercase, without scheme and port; `*` alone in place of one would be any."""
    return _HOST.fullmatch(text) is not None and not ("*" in text and "." not in text)


def behind_front_end(application: "WSGIApplication", trusted: Collection[str]) -> "WSGIApplication":
    """`application` as seen under the forwarded host and scheme; itself, where no host is trusted.

    `trusted` are names without ports, where `*` stands for letters, digits and hyphens.
    """
    if not trusted:
        return application
    wanted = re.compile("|".join(re.escape(host).replace(r"\*", "[a-z0-9-]+") for host in trusted))
    # Addresses of clients are `flask_hearth.client`'s: here they would be believed from everybody.
    forwarded = ProxyFix(application, x_for=0, x_proto=1, x_host=1)

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        host = environ.get("HTTP_X_FORWARDED_HOST")
        if host is not None and not wanted.fullmatch(_PORT.sub("", host.lower())):
            _log.debug("X-Forwarded-Host is ignored: %.100r is not a host of this service", host)
            del environ["HTTP_X_FORWARDED_HOST"]
        # Cloud Run sets it itself, whoever asks; anything else is no scheme.
        if environ.get("HTTP_X_FORWARDED_PROTO") not in _SCHEMES:
            environ.pop("HTTP_X_FORWARDED_PROTO", None)
        return forwarded(environ, start_response)

    return answer
