"""Routes of Hearth's where the app has one as well: an error that names the key of `app.config` which moves Hearth's.

Flask asks one of two equal routes, which one being a matter of order, and never says so. Left out: routes that match
the same paths without being equal, as `/<name>` does, of which Flask prefers the more particular one.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from flask import Blueprint, Flask

from flask_hearth import state

_COLLECTION: Final = re.compile(r"<(?:collection|paged):\w+>")
_VARIABLE: Final = re.compile(r"<[^>]*>")


def register(app: Flask, blueprint: Blueprint, *, fix: str, **options: Any) -> None:
    """Register a blueprint of Hearth's; `fix` says how to move it. Raises ValueError where the app has such a route."""
    before = {rule.endpoint for rule in app.url_map.iter_rules()}
    app.register_blueprint(blueprint, **options)
    added = {rule.endpoint for rule in app.url_map.iter_rules()} - before
    state.for_app(app).routes |= dict.fromkeys(added, fix)
    _refuse(app)


def init_app(app: Flask) -> None:
    """Look again at the first request, as the app may have got routes since."""
    known = state.for_app(app)

    @app.before_request
    def look() -> None:
        if not known.routes_compared:
            _refuse(app)
            known.routes_compared = True


def _refuse(app: Flask) -> None:
    known = state.for_app(app)
    names = [declaration.name for declaration in known.declarations]
    rules = [*app.url_map.iter_rules()]
    ours = {
        path: known.routes[rule.endpoint]
        for rule in rules
        if rule.endpoint in known.routes
        for path in _paths(rule.rule, names)
    }
    for rule in rules:
        for path in _paths(rule.rule, names):
            if rule.endpoint not in known.routes and path in ours:
                raise ValueError(
                    f"{rule.rule} is a route of the app {app.name!r} already, and of Hearth's as well: only one would "
                    f"ever be asked. {ours[path]}"
                )


def _paths(rule: str, names: list[str]) -> Iterator[str]:
    """What equal rules have in common; a rule for every collection is one for each name."""
    for each in [_COLLECTION.sub(name, rule) for name in names] if _COLLECTION.search(rule) else [rule]:
        yield _VARIABLE.sub("<>", each).rstrip("/")
