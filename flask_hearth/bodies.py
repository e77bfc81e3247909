"""A request's body is what it claims to be, or the request is refused: nothing is made of half of one (RFC 9112, 8).

Servers say of their input that it ends where the body does (`wsgi.input_terminated`), also where the client went away
before; Werkzeug then takes what came for the whole. Without that claim it compares with Content-Length. What else the
server finds wrong while the body is read, such as a malformed chunk, it raises as errors of its own, which nobody else
could tell from ours.

For any app of Flask's or Werkzeug's: `app.wsgi_app = whole_bodies(app.wsgi_app)`. Left out: how large a body may be.
"""

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.exceptions import BadRequest, HTTPException, RequestTimeout
from werkzeug.wsgi import get_content_length

if TYPE_CHECKING:
    from _typeshed.wsgi import InputStream, StartResponse, WSGIApplication, WSGIEnvironment


def init_app(app: Flask) -> None:
    app.wsgi_app = whole_bodies(app.wsgi_app)  # type: ignore[assignment, method-assign]


def whole_bodies(application: "WSGIApplication") -> "WSGIApplication":
    """`application`, in which reading a body that is cut off or malformed raises BadRequest (400).

    One that comes too slowly for the server raises RequestTimeout (408).
    """

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if get_content_length(environ) is not None:
            environ.pop("wsgi.input_terminated", None)
        environ["wsgi.input"] = _Body(environ["wsgi.input"])
        return application(environ, start_response)

    return answer


class _Body(io.RawIOBase):
    """A server's input whose errors are about the request."""

    def __init__(self, stream: "InputStream") -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, into: bytearray) -> int:  # type: ignore[override]
        try:
            data = self._stream.read(len(into))
        except HTTPException:
            raise
        except TimeoutError:
            raise RequestTimeout("The request's body came too slowly.") from None
        except Exception as error:
            raise BadRequest("The request's body is cut off or malformed.") from error
        into[: len(data)] = data
        return len(data)
