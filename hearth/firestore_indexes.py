"""The composite indexes that firestore.indexes.json lists, in the Firebase CLI's form.

Left out, and refused rather than dropped in silence: what is no composite index (`fieldOverrides`), and indexes of
vectors.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pulumi

MOST: Final = 1000
"""Of a database in a project with billing, which Cloud Run needs (Firestore, "Quotas and limits")."""

_SCOPES: Final = frozenset({"COLLECTION", "COLLECTION_GROUP"})
_MODES: Final[Mapping[str, frozenset[str]]] = {
    "order": frozenset({"ASCENDING", "DESCENDING"}),
    "arrayConfig": frozenset({"CONTAINS"}),
}


class IndexesError(pulumi.RunError):
    """The file can't be used; shown without a traceback."""


@dataclass(frozen=True, kw_only=True)
class IndexField:
    """One of `order` and `array_config` is there."""

    path: str
    order: str | None = None
    array_config: str | None = None


@dataclass(frozen=True, kw_only=True)
class Index:
    """A composite index."""

    collection: str
    scope: str
    fields: tuple[IndexField, ...]

    @property
    def name(self) -> str:
        """What tells it apart from others, such as `cities-country-population-descending`.

        Google adds the document's name at the end where it is missing.
        """
        return "-".join([self.collection, *(word for each in self.fields for word in _words(each))])


def read(path: Path) -> tuple[Index, ...]:
    """Those of the file; none where there is none. Raises IndexesError."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except ValueError as error:
        raise IndexesError(f"{path.name} is not JSON: {error}. `make firestore` writes it anew.") from None
    listed = document.get("indexes") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise IndexesError(f'{path.name} has no list "indexes". `make firestore` writes it anew.')
    if more := [key for key, value in document.items() if key != "indexes" and value]:
        raise IndexesError(
            f"{path.name}, {more[0]}: not supported here, so it would not be deployed. Remove it; the settings of a "
            "single field are a gcp.firestore.Field, as in infra/firestore.py."
        )
    found = tuple(_index(f"{path.name}, indexes[{number}]", each) for number, each in enumerate(listed))
    if len({each.name for each in found}) < len(found):
        raise IndexesError(f"{path.name} lists an index twice, which Google refuses. `make firestore` writes it anew.")
    if len(found) > MOST:
        raise IndexesError(
            f"{path.name} lists {len(found)} indexes, and a Firestore database has at most {MOST}. Declare fewer: each "
            "one of several fields is two here, one in each direction."
        )
    return found


def _index(at: str, entry: Any) -> Index:
    if not isinstance(entry, dict) or entry.keys() != {"collectionGroup", "queryScope", "fields"}:
        raise IndexesError(
            f"{at}: an index has collectionGroup, queryScope and fields, and nothing else that would be deployed."
        )
    fields = entry["fields"]
    if entry["queryScope"] not in _SCOPES or not isinstance(fields, list) or len(fields) < 2:
        raise IndexesError(
            f"{at}: queryScope is {' or '.join(sorted(_SCOPES))}, and fields lists at least two: an index of one field "
            "is there by itself."
        )
    return Index(
        collection=str(entry["collectionGroup"]),
        scope=entry["queryScope"],
        fields=tuple(_field(f"{at}.fields[{number}]", each) for number, each in enumerate(fields)),
    )


def _field(at: str, entry: Any) -> IndexField:
    mode = sorted(entry.keys() - {"fieldPath"}) if isinstance(entry, dict) and "fieldPath" in entry else []
    if len(mode) != 1 or entry[mode[0]] not in _MODES.get(mode[0], ()):
        raise IndexesError(
            f"{at}: a field has a fieldPath, and order (ASCENDING or DESCENDING) or arrayConfig (CONTAINS)."
        )
    return IndexField(path=entry["fieldPath"], order=entry.get("order"), array_config=entry.get("arrayConfig"))


def _words(field: IndexField) -> list[str]:
    if field.path == "__name__":
        return []
    mode = field.order or field.array_config or ""
    return [field.path] if mode == "ASCENDING" else [field.path, mode.lower()]
