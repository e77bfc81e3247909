"""Values that are written differently and mean the same to Google's provider, so that going over to one is no change.

There, a property has a function for it (`DiffSuppressFunc`, `StateFunc`), and no schema tells which. For single
properties the rules of their type say the kind (`hearth.catalog.rules`); for all others, references and JSON are told
by the property's name, which was not checked type by type. Left out: that a project's number is its id.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from hearth.catalog import rules

# Some types compare references in objects, too; elsewhere only those of the resource itself.
_AT_ANY_DEPTH = ("gcp:compute/", "gcp:container/")
_GRANT = re.compile(r"I[aA][mM](Member|Binding|Policy)$")
_JSON = re.compile(r"(^policyData|[jJ]son)$")
_DURATION = re.compile(r"([+-]?)((?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+")
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")
_SECONDS: Final = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}

Written = Callable[[str], Any]


def same(type: str, path: str, before: Any, after: Any) -> bool:
    """Whether two values at a path, which has no list places, are the same; None is what is not declared."""
    kind = rules.of(type).same.get(path)
    if kind is not None:
        return _same_kind(kind, before, after)
    if not isinstance(before, str) or not isinstance(after, str):
        return False
    name = path.rpartition(".")[2]
    if _JSON.search(name):
        return bool(_parsed(before) == _parsed(after))
    if name == path or type.startswith(_AT_ANY_DEPTH):
        return _refer_alike("" if name == "name" and _GRANT.search(type) else name, before, after)
    return False


def seconds(text: str) -> float | None:
    """A duration as Go writes it (`90s`, `1.5h`, `1m30s`); None for any other text."""
    found = _DURATION.fullmatch(text)
    if found is None:
        return None
    total = sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text))
    return -total if found[1] == "-" else total


def _same_kind(kind: str, before: Any, after: Any) -> bool:
    name, _, argument = kind.partition(" ")
    if name == "default":
        return bool((before or argument) == (after or argument))
    if name == "empty":
        return _is_empty(before) and _is_empty(after)
    if not isinstance(before, str) or not isinstance(after, str):
        return False
    if name == "prefix":
        return before == argument + after or after == argument + before
    if name == "reference":
        return _refer_alike("", before, after)
    written = KINDS[kind]
    first, second = written(before), written(after)
    return first is not None and bool(first == second)


def _is_empty(block: Any) -> bool:
    """Whether a block is as good as absent: nothing but zero values in it."""
    return block is None or (isinstance(block, Mapping) and not any(block.values()))


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _port_range(text: str) -> str:
    return text if "-" in text else f"{text}-{text}"


def _relative(text: str) -> str:
    """A link without its host and version."""
    return text[max(text.find("projects/"), 0) :]


KINDS: Final[Mapping[str, Written]] = {
    "case": str.upper,
    "case and dash": lambda text: text.upper().replace("-", "_"),
    "dot": lambda text: text.removesuffix("."),
    "duration": seconds,
    "json": _parsed,
    "last": lambda text: text.rpartition("/")[2],
    "path": _relative,
    "port": _port_range,
    "slash": lambda text: text.removesuffix("/"),
    "spaces": str.strip,
    "time": _moment,
}
"""By kind, what of a text counts; None where it has not the kind's form.

Besides, `default X` is what leaving out means, `empty` a block that is there for nothing, `prefix X` what may stand
before the one or the other, `reference` a name or the whole name or link of the same resource.
"""


def _refer_alike(name: str, before: str, after: str) -> bool:
    """A resource's name, its whole name and its link are one reference: `net`, `projects/p/global/networks/net`."""
    short, long = sorted((_relative(before), _relative(after)), key=len)
    collection, _, last = long.rpartition("/")
    alike = short in (long, last)
    # The property is called after what it refers to, or else it may be any text with slashes.
    return alike and bool(collection) and _is_called(collection.rpartition("/")[2], name)


def _is_called(collection: str, name: str) -> bool:
    one = re.sub(r"ies$", "y", collection) if collection.endswith("ies") else collection.removesuffix("s")
    return name.removesuffix("Id").lower().endswith(one.lower()) or not name
