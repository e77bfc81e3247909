"""Firestore's security rules: which documents browsers and phones may read past the service. Nobody but it writes.

Rules hold for Firebase's own client libraries, whose users have ID tokens; the service has its access by IAM, to which
they don't apply (Firestore, "Get started with Cloud Firestore Security Rules"). What no rule allows is refused, so
without any collection named, all is. A list is answered if its query asks for nothing else than what may be read: an
owner's for `where(owner, "==", uid)`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

FILE: Final = "firestore.rules"
"""What the Firebase CLI calls it."""

ROLES: Final = "roles"
"""The custom claim of an ID token that lists the user's roles."""

_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")

_TEXT: Final = """\
rules_version = '2';

// Written by `make firestore`. The service needs no rule: it has its access by IAM.
service cloud.firestore {{
  match /databases/{{database}}/documents {{
    match /{{document=**}} {{
      allow read, write: if false;
    }}
{matches}  }}
}}
"""
_MATCH: Final = """\
    match /{collection}/{{id}} {{
      allow read: if request.auth != null && ({who});
    }}
"""


@dataclass(frozen=True, kw_only=True)
class Readable:
    """A collection, and which users may read its documents. Raises ValueError for names that rules could not have."""

    collection: str
    owner: str | None = None
    """The field of a document that has the id of the user who may read it."""
    roles: tuple[str, ...] = ()
    """Who has one of these may read every document."""

    def __post_init__(self) -> None:
        names = [self.collection, *([self.owner] if self.owner is not None else []), *self.roles]
        if wrong := [each for each in names if not _WORD.fullmatch(each)]:
            raise ValueError(
                f"{wrong[0]!r} can't stand in security rules: use A-Z, a-z, 0-9, _ and -, beginning with a letter."
            )
        if self.owner is None and not self.roles:
            raise ValueError(f"Nobody may read {self.collection}: name an owner's field or roles, or leave it out.")


def text(readable: Iterable[Readable] = ()) -> str:
    """The file's content."""
    return _TEXT.format(
        matches="".join(_MATCH.format(collection=each.collection, who=" || ".join(_who(each))) for each in readable)
    )


def _who(readable: Readable) -> Iterable[str]:
    if readable.owner is not None:
        yield f"resource.data['{readable.owner}'] == request.auth.uid"
    if readable.roles:
        yield f"request.auth.token.get('{ROLES}', []).hasAny({list(readable.roles)!r})"
