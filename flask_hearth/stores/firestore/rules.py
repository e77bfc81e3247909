"""Firestore's security rules: which documents browsers and phones may read past the service.

Nobody but it writes, except for documents in which clients ask it for a change, each once and under its own id.

Rules hold for Firebase's own client libraries, whose users have ID tokens; the service has its access by IAM, to which
they don't apply (Firestore, "Get started with Cloud Firestore Security Rules"). What no rule allows is refused, so
without any collection named, all is. A list is answered if its query asks for nothing else than what may be read: an
owner's for `where(owner, "==", uid)`. Anonymous users are strangers, as anybody can have any number of them.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from flask_hearth import edit_names

MAX_ID: Final = 64
MAX_BODY: Final = 32_768
"""Characters of what a client's document asks for; a body is JSON text."""

FILE: Final = "firestore.rules"
"""What the Firebase CLI calls it."""

_PATH: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*")
_UNQUOTED: Final = re.compile(r"[^'\\\x00-\x1f]+")

_TEXT: Final = """\
rules_version = '2';

// Written by `make firestore`. The service needs no rule: it has its access by IAM.
service cloud.firestore {{
  match /databases/{{database}}/documents {{
    match /{{document=**}} {{
      allow read, write: if false;
    }}
{matches}{edits}  }}
}}
"""
_MATCH: Final = """\
    match /{collection}/{{id}} {{
      allow read: if request.auth.token.firebase.sign_in_provider != 'anonymous' && ({who});
    }}
"""
_EDITS: Final = f"""\
    match /{edit_names.EDITORS}/{{user}}/{edit_names.EDITS}/{{id}} {{
      function own() {{
        return request.auth.uid == user && request.auth.token.firebase.sign_in_provider != 'anonymous';
      }}
      function fits(edit) {{
        return edit.keys().hasOnly(['view', 'operation', 'id', 'body'])
          && edit.view + ' ' + edit.operation in [%s]
          && edit.get('id', '') is string && edit.get('id', '').size() <= {MAX_ID}
          && edit.get('body', '') is string && edit.get('body', '').size() <= {MAX_BODY};
      }}
      allow read: if own();
      allow create: if own() && id.matches('{edit_names.ID}') && fits(request.resource.data);
    }}
"""


@dataclass(frozen=True, kw_only=True)
class Readable:
    """A collection, and which users may read its documents. Raises ValueError for names that rules could not have."""

    collection: str
    owner: str | None = None
    """The field of a document, or the path to it, that has the id of the user who may read it."""
    claims: tuple[tuple[str, str | int | bool], ...] = ()
    """Custom claims of ID tokens. Who has one, or has it in a list, may read every document."""

    def __post_init__(self) -> None:
        paths = [self.collection, *([] if self.owner is None else [self.owner])]
        texts = [text for claim in self.claims for text in claim if isinstance(text, str)]
        wrong = [each for each in paths if not _PATH.fullmatch(each)]
        if wrong := [*wrong, *(each for each in texts if not _UNQUOTED.fullmatch(each))]:
            raise ValueError(
                f"{wrong[0]!r} can't stand in security rules: a collection or a field has A-Z, a-z, 0-9 and _, and a "
                "claim neither quotes nor backslashes."
            )
        if self.owner is None and not self.claims:
            raise ValueError(f"Nobody may read {self.collection}: name an owner's field or claims, or leave it out.")


def text(readable: Iterable[Readable] = (), edits: Sequence[tuple[str, str]] = ()) -> str:
    """The file's content. `edits` are views and operations that clients may ask for by documents."""
    return _TEXT.format(
        matches="".join(_MATCH.format(collection=each.collection, who=" || ".join(_who(each))) for each in readable),
        edits=_EDITS % ", ".join(f"'{view} {operation}'" for view, operation in edits) if edits else "",
    )


def _who(readable: Readable) -> Iterable[str]:
    if readable.owner is not None:
        path = "".join(f"['{part}']" for part in readable.owner.split("."))
        yield f"resource.data{path} == request.auth.uid"
    for name, value in readable.claims:
        wanted = f"'{value}'" if isinstance(value, str) else str(value).lower()
        # What fails, as `in` does without a list, counts as false beside what is true.
        yield f"request.auth.token['{name}'] == {wanted}"
        yield f"{wanted} in request.auth.token['{name}']"
