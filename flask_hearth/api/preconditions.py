"""Conditional requests (RFC 9110, section 13; RFC 6585, section 3).

Entity tags are strong, and each is the stored version. A CDN that compresses makes weak ones of them, and clients
hand those back; as a tag of ours is never of another object's state, the weak form is taken in If-Match, too.
"""

import re
from dataclasses import dataclass
from typing import Final

from flask import request

from flask_hearth import problems
from flask_hearth.errors import Problem
from flask_hearth.model.declaration import Declaration

_TAG: Final = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
# Empty members and a lot of white space are to be borne in lists (RFC 9110, section 5.6.1.2).
_LIST: Final = re.compile(rf"[\s,]*{_TAG}(?:\s*,[\s,]*{_TAG})*[\s,]*")
_OPAQUE: Final = re.compile(r'"([^"]*)"')


@dataclass(frozen=True)
class Tags:
    """The versions that a header lists; `any` is `*`."""

    versions: frozenset[str] = frozenset()
    any: bool = False

    def __contains__(self, version: object) -> bool:
        return self.any or version in self.versions


@dataclass(frozen=True)
class Preconditions:
    """If-Match and If-None-Match of a request; None where it has no such header."""

    match: Tags | None = None
    none_match: Tags | None = None

    @property
    def expected(self) -> str | None:
        """The one version that a change may replace, where the headers come down to that."""
        if self.match is None or self.match.any or len(self.match.versions) != 1:
            return None
        return next(iter(self.match.versions))

    @property
    def need_record(self) -> bool:
        """Whether only the stored object tells if they hold: for several tags, or one that it must not have."""
        several = self.match is not None and len(self.match.versions) > 1
        return several or self.none_match is not None

    def check(self, version: str) -> None:
        """For a change of what is in this state. Raises Problem (412)."""
        if self.match is not None and version not in self.match:
            raise failed()
        if self.none_match is not None and version in self.none_match:
            raise failed()


def read_for_change(declaration: Declaration) -> Preconditions:
    """Of PUT, PATCH or DELETE. Raises Problem: 428 where If-Match is required and missing, 400 for a malformed one."""
    found = read_optional()
    if declaration.require_if_match and found.match is None:
        raise Problem(
            problems.PRECONDITION_REQUIRED,
            "If-Match is missing: send the ETag of the state that you mean to change, so that nobody else's change "
            "is lost, or * to change any.",
        )
    return found


def read_optional() -> Preconditions:
    """Raises Problem (400): a precondition that was misread would protect nothing."""
    return Preconditions(match=_tags("If-Match"), none_match=_tags("If-None-Match"))


def refuse_header(*names: str, why: str) -> None:
    """Raises Problem (400) for a request with one of these headers, which ask for what can't be had here."""
    for name in names:
        if name in request.headers:
            raise Problem(
                problems.POINTLESS_HEADER,
                f"{name} has no effect on {request.method} here: {why}. Leave it out.",
                errors=[{"header": name, "detail": "has no effect here"}],
            )


def failed() -> Problem:
    return Problem(
        problems.PRECONDITION_FAILED, "The object's state does not satisfy If-Match or If-None-Match. Get it again."
    )


def _tags(header: str) -> Tags | None:
    text = request.headers.get(header)
    if text is None:
        return None
    if text.strip() == "*":
        return Tags(any=True)
    if not _LIST.fullmatch(text):
        raise Problem(
            problems.MALFORMED_HEADER,
            f'{header} is malformed: send one or more ETags as you got them, including the quotes, such as "1", or *.',
            errors=[{"header": header, "detail": "is not a list of entity tags (RFC 9110, section 8.8.3)"}],
        )
    return Tags(frozenset(_OPAQUE.findall(text)))
