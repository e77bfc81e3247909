"""What stands in paths: the name of a declared collection (`paged`: of one with pages), and the id of an object."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Flask, request
from werkzeug.exceptions import NotFound
from werkzeug.routing import BaseConverter

from flask_hearth.model import ids
from flask_hearth.model.declaration import Declaration


# Both converters say what they take by their pattern alone: Werkzeug answers 405, not 404, for a path whose
# conversion fails where another method would be right.
class IdConverter(BaseConverter):
    regex = ids.NOT_RESERVED + ids.PATTERN


def init_app(app: Flask, declarations: Iterable[Declaration]) -> None:
    """Teach the app's routes all three. Raises ValueError when two declarations have one name."""
    named: dict[str, Declaration] = {}
    for declaration in declarations:
        if declaration.name in named:
            raise ValueError(
                f"Two declarations are named {declaration.name!r}: they would have the same path. Rename one."
            )
        named[declaration.name] = declaration
    app.url_map.converters["collection"] = _collections(named)
    app.url_map.converters["paged"] = _collections(
        {name: declaration for name, declaration in named.items() if declaration.pages}
    )
    app.url_map.converters["id"] = IdConverter
    app.before_request(_refuse_slashes)


def _refuse_slashes() -> None:
    """Raises NotFound for `//` at the beginning of a path, which Werkzeug takes for `/`: it is another path to caches.

    Within a path it finds no route, as `merge_slashes` is off.
    """
    if request.environ["PATH_INFO"].startswith("//"):
        raise NotFound


def _collections(named: Mapping[str, Declaration]) -> type[BaseConverter]:
    """One class per app, as apps may differ in what they serve. A name that is not declared is no route: 404."""

    class CollectionConverter(BaseConverter):
        regex = f"(?:{'|'.join(named)})" if named else "(?!)"

        def to_python(self, value: str) -> Declaration:
            return named[value]

        def to_url(self, value: Any) -> str:
            return str(value.name)

    return CollectionConverter
