"""Values that are written differently and mean the same to Google's provider, so that going over to one is no change.

There, a property has a function for it (`DiffSuppressFunc`, `StateFunc`), and no schema tells which. So this goes by
the kinds that nearly all types share, and for single properties by a list. Left out: durations, times and ranges of
addresses, which are the same in several forms.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

# Some types compare references in objects, too; elsewhere only those of the resource itself.
_AT_ANY_DEPTH = ("gcp:compute/", "gcp:container/")
_GRANT = re.compile(r"I[aA][mM](Member|Binding|Policy)$")
_JSON = re.compile(r"(^policyData|[jJ]son)$")
_TABLE = "gcp:bigquery/table:Table"
_IN_ANY_CASE: Final = frozenset(
    {
        ("gcp:artifactregistry/repository:Repository", "format"),
        ("gcp:bigquery/dataset:Dataset", "location"),
        ("gcp:compute/firewall:Firewall", "allows.protocol"),
        ("gcp:compute/firewall:Firewall", "denies.protocol"),
        ("gcp:sql/databaseInstance:DatabaseInstance", "settings.diskType"),
        ("gcp:storage/bucket:Bucket", "location"),
    }
)
_LEFT_OUT: Final[Mapping[tuple[str, str], str]] = {("gcp:sql/user:User", "type"): "BUILT_IN"}
"""What leaving a property out means, although it becomes no input."""


def same(type: str, path: str, before: Any, after: Any) -> bool:
    """Whether two values at a path, which has no list places, are the same; None is what is not declared."""
    if (type, path) in _LEFT_OUT:
        before, after = (each or _LEFT_OUT[type, path] for each in (before, after))
        return bool(before == after)
    if not isinstance(before, str) or not isinstance(after, str):
        return False
    if (type, path) in _IN_ANY_CASE:
        return _plain_case(before) == _plain_case(after)
    name = path.rpartition(".")[2]
    if _JSON.search(name) or (type, path) == (_TABLE, "schema"):
        return bool(_parsed(before) == _parsed(after))
    if name == path or type.startswith(_AT_ANY_DEPTH):
        return _refer_alike("" if name == "name" and _GRANT.search(type) else name, before, after)
    return False


def _plain_case(text: str) -> str:
    return text.upper().replace("-", "_")


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _refer_alike(name: str, before: str, after: str) -> bool:
    """A resource's name, its whole name and its link are one reference: `net`, `projects/p/global/networks/net`."""
    short, long = sorted((_relative(before), _relative(after)), key=len)
    collection, _, last = long.rpartition("/")
    alike = short in (long, last)
    # The property is called after what it refers to, or else it may be any text with slashes.
    return alike and bool(collection) and _is_called(collection.rpartition("/")[2], name)


def _relative(text: str) -> str:
    """A link without its host and version."""
    return text[max(text.find("projects/"), 0) :]


def _is_called(collection: str, name: str) -> bool:
    one = re.sub(r"ies$", "y", collection) if collection.endswith("ies") else collection.removesuffix("s")
    return name.removesuffix("Id").lower().endswith(one.lower()) or not name
