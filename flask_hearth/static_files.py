"""Static files, by the names that pages give them and for whoever asks the service itself.

Behind Hosting, a request for a file does not get here, but for two: before a release, a name that only the new pages
know; and long after it, one that only old pages know. Both are answered with the file as it is here.
Left out: compression, which Hosting's CDN does, and a public cache for what is not immutable.
"""

import logging
import mimetypes
from pathlib import Path
from typing import Final
from urllib.parse import quote

from flask import Flask, Response, request, send_file
from werkzeug.exceptions import NotFound

from flask_hearth import folders, state, templating
from flask_hearth.staticfiles import caching, folder, names

_log = logging.getLogger(__name__)

# Python's own table alone: what a machine adds to it would make answers differ between machines.
_TYPES: Final = mimetypes.MimeTypes()
for _extension in ("otf", "ttf", "woff", "woff2"):
    _TYPES.add_type(f"font/{_extension}", f".{_extension}")


class StaticFiles:
    """The files of a folder. Which there are is settled at start-up; a digest is made when it is first asked for.

    `digested` is off where files change while the service runs: then pages give the plain names. It may be switched
    off later.
    Raises flask_hearth.staticfiles.folder.StaticFilesError for a folder that could not be published either.
    """

    def __init__(self, root: Path, *, digested: bool = True) -> None:
        self.root = root
        self.digested = digested
        self._files = folder.files(root) if root.is_dir() else {}
        self._digests: dict[str, str] = {}
        self._missed: set[str] = set()

    def url(self, name: str) -> str:
        """The relative URL of a file (`style.css`, `img/a b.png`), to be kept for as long as there is such a content.

        A file that is not there is told once in the log, and has its plain URL: a page without its picture is better
        than none, and Hosting may have what was left out of the image.
        """
        path = f"/{name.lstrip('/')}"
        if self.digested and path not in self._files and path not in self._missed:
            self._missed.add(path)
            _log.warning("A page refers to %s, but static/ has no such file. Correct the name.", path)
        if self.digested and path in self._files and names.has_twin(path):
            digest = self._digest(path)
            path = path if names.has_digest(path, digest) else names.add_digest(path, digest)
        return quote(path)

    def answer(self, path: str) -> Response | None:
        """The file that the path of a request names, with or without a digest; None when there is none."""
        own = path if path in self._files else names.remove_digest(path)
        if own is None or own not in self._files:
            return None
        digest = self._digest(own)
        response = send_file(
            self._files[own], mimetype=_TYPES.guess_type(own)[0] or "application/octet-stream", etag=digest
        )
        # An unknown digest is one of before or of after: whoever keeps this must ask again.
        response.headers["Cache-Control"] = caching.DIGESTED if names.has_digest(path, digest) else caching.PLAIN
        # That of SEND_FILE_MAX_AGE_DEFAULT, which is for files about which nothing else is said.
        response.headers.pop("Expires", None)
        return response

    def _digest(self, path: str) -> str:
        if path not in self._digests:
            self._digests[path] = folder.digest(self._files[path])
        return self._digests[path]


def for_app(app: Flask) -> StaticFiles:
    """Those of an app that `init_app` was called for."""
    files = state.for_app(app).files
    if files is None:
        raise RuntimeError(f"The app {app.name!r} has no static files yet: call Hearth's init_app first.")
    return files


def init_app(app: Flask) -> None:
    """Give templates `static_url`, and answer requests for files that no route takes.

    The files are those handed to Hearth, or those of HEARTH_STATIC. Raises as StaticFiles does.
    """
    app.config.setdefault("HEARTH_STATIC", None)
    known = state.for_app(app)
    files = known.files = known.files or StaticFiles(folders.static(app))
    templating.add_globals(app, static_url=files.url)

    @app.before_request
    def answer() -> Response | None:
        # A rule for every path would do, but then a wrong method on a wrong path would be a 405 instead of a 404.
        if not isinstance(request.routing_exception, NotFound) or request.method not in {"GET", "HEAD"}:
            return None
        return files.answer(request.path)
