"""Which part of a list a request asks for: a numbered page near the beginning, or from a cursor on, anywhere.

Numbers are what the eye and old clients want, but a store counts its way to them and they shift when something is
removed; so they end at REACH, and a cursor goes on from there.
"""

from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from flask import request

from flask_hearth.api import cursors
from flask_hearth.api.query import invalid_parameter
from flask_hearth.model.declaration import Declaration
from flask_hearth.stores.interface import Page, Position, Query, position

DEFAULT_PER_PAGE: Final = 20
MAX_PER_PAGE: Final = 100
REACH: Final = 10_000
"""page times per_page at most: as many objects as a store may have to step over for one answer."""

PARAMETERS: Final = frozenset({"page", "per_page", "cursor"})

_MAX_DIGITS: Final = 9


@dataclass(frozen=True, kw_only=True)
class Window:
    """The part of what a query finds. `page` is None where a cursor says where it begins."""

    query: Query
    page: int | None
    per_page: int
    after: Position | None = None
    before: Position | None = None

    @property
    def offset(self) -> int:
        return 0 if self.page is None else (self.page - 1) * self.per_page

    def next(self, declaration: Declaration, page: Page) -> str | None:
        """The cursor of the part after this one, if there is one. After one that was come back to, there is."""
        if not page.records or not (page.more or self.before):
            return None
        return cursors.encode(declaration, self.query, position(page.records[-1], self.query))

    def links(self, declaration: Declaration, page: Page) -> str:
        """The parts beside this one, as the header Link has them (RFC 8288); empty without any.

        Relative, as this service may stand behind any host name.
        """
        first = self.page == 1
        found = {"first": None if first else {}, "prev": self._previous(declaration, page)}
        following = self.next(declaration, page)
        found["next"] = {"cursor": following} if following else None
        asked = {name: value for name, value in request.args.items() if name not in PARAMETERS}
        return ", ".join(
            f'<{request.path}?{urlencode({**asked, **where, "per_page": self.per_page})}>; rel="{relation}"'
            for relation, where in found.items()
            if where is not None
        )

    def _previous(self, declaration: Declaration, page: Page) -> dict[str, str] | None:
        if self.page is not None:
            return {"page": str(self.page - 1)} if self.page > 1 else None
        if not page.records or not (page.more or self.after):
            return None
        start = position(page.records[0], self.query)
        return {"cursor": cursors.encode(declaration, self.query, start, backwards=True)}


def read_window(declaration: Declaration, query: Query) -> Window:
    """Which part of what the query finds the request asks for. Raises Problem (422)."""
    per_page = min(_number("per_page", DEFAULT_PER_PAGE), MAX_PER_PAGE)
    if "cursor" in request.args:
        if "page" in request.args:
            raise invalid_parameter(
                "cursor", "can't be combined with page: a cursor already says where its page begins"
            )
        end, backwards = _position(declaration, query, request.args["cursor"])
        window = Window(query=query, page=None, per_page=per_page)
        return replace(window, before=end) if backwards else replace(window, after=end)
    page = _number("page", 1)
    if page * per_page > REACH:
        raise invalid_parameter(
            "page",
            f"times per_page ({per_page}) is over {REACH}: to go further, send `next` of a response as `cursor`",
        )
    return Window(query=query, page=page, per_page=per_page)


def _number(name: str, default: int) -> int:
    """A whole number from 1 on. What is too long to be of any use becomes a large one."""
    text = request.args.get(name)
    if text is None:
        return default
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        raise invalid_parameter(name, "is no whole number")
    number = 10**_MAX_DIGITS if len(digits.lstrip("0")) > _MAX_DIGITS else int(digits)
    if text.startswith("-") or number < 1:
        raise invalid_parameter(name, "is under 1")
    return number


def _position(declaration: Declaration, query: Query, cursor: str) -> tuple[Position, bool]:
    try:
        return cursors.decode(declaration, query, cursor)
    except cursors.CursorError:
        raise invalid_parameter(
            "cursor",
            f"is not a cursor of {declaration.name}: send `next` of a response, unchanged, with the filters and the "
            "order of that request",
        ) from None
