"""What the engine would do, read off the events of a preview."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from hearth.catalog import types as catalog
from hearth.plugin.diff import changed_paths
from hearth.preview.values import MISSING, UNKNOWN, at, leaves, written

Op = Literal["create", "update", "replace", "delete"]
OPS: tuple[Op, ...] = get_args(Op)
# `create-replacement` and `delete-replaced` are the two halves of a `replace`, which has an event of its own.
_BY_NAME: Mapping[str, Op] = {
    "create": "create",
    "import": "create",
    "update": "update",
    "replace": "replace",
    "import-replacement": "replace",
    "delete": "delete",
}
SAME = frozenset({"same", "read", "refresh"})


@dataclass(frozen=True, kw_only=True)
class Property:
    """One property that differs, by its path in the inputs; secrets are masked."""

    path: str
    old: str
    new: str
    replaces: bool
    unsure: bool = False
    """Whether it replaces only because nobody knows what a change of it does."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One resource that does not stay as it is."""

    op: Op
    type: str
    name: str
    """Its logical name in the program."""
    old: Mapping[str, Any]
    """Inputs at base; empty for a new one."""
    new: Mapping[str, Any]
    """Inputs at head; empty for one that goes."""
    properties: tuple[Property, ...]
    was_protected: bool
    is_protected: bool

    @property
    def title(self) -> str:
        """`cloudrunv2.Service web`."""
        package, module, kind = self.type.split(":")
        return f"{package if package != 'gcp' else ''}:{module.partition('/')[0]}.{kind}".lstrip(":") + f" {self.name}"

    @property
    def lost(self) -> bool:
        """Whether the resource that is there now goes."""
        return self.op in {"replace", "delete"}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that would happen to one stack."""

    changes: tuple[Change, ...]
    same: int
    types: tuple[str, ...] = ()
    """Of every resource at head, in order."""

    def counts(self) -> Counter[Op]:
        return Counter(change.op for change in self.changes)


def read(events: Iterable[Mapping[str, Any]], protected: Collection[str] = ()) -> Plan:
    """Read the events of `pulumi preview --event-log`; `protected` are the URNs that base protects."""
    changes, same = [], 0
    types: list[str] = []
    for event in events:
        metadata = (event.get("resourcePreEvent") or {}).get("metadata") or {}
        op = metadata.get("op", "")
        if not (metadata.get("new") or metadata.get("old") or {}).get("custom"):
            # Components and the stack itself exist in the state alone, and change when what they hold does.
            continue
        if op in SAME or _BY_NAME.get(op, "delete") != "delete":
            types.append(metadata["type"])
        # Nobody declared a default provider: another version of its package brings another one.
        if op in _BY_NAME and not _is_default_provider(metadata):
            changes.append(_change(_BY_NAME[op], metadata, protected))
        elif op in SAME:
            same += 1
            changes += _unprotected(metadata, protected)
    ordered = sorted(changes, key=lambda change: (change.type, change.name))
    return Plan(changes=tuple(ordered), same=same, types=tuple(sorted(types)))


def _is_default_provider(metadata: Mapping[str, Any]) -> bool:
    name = metadata["urn"].rpartition("::")[2]
    return bool(metadata["type"].startswith("pulumi:providers:") and name.startswith("default"))


def _change(op: Op, metadata: Mapping[str, Any], protected: Collection[str]) -> Change:
    before, after = metadata.get("old") or {}, metadata.get("new") or {}
    old, new = before.get("inputs") or {}, after.get("inputs") or {}
    return Change(
        op=op,
        type=metadata["type"],
        name=metadata["urn"].rpartition("::")[2],
        old=old if op != "create" else {},
        new=new if op != "delete" else {},
        properties=tuple(_properties(op, metadata, old, new)),
        was_protected=metadata["urn"] in protected,
        is_protected=op != "delete" and bool(after.get("protect")),
    )


def _unprotected(metadata: Mapping[str, Any], protected: Collection[str]) -> Iterator[Change]:
    """To the engine a protection that goes is no change; to whoever reviews it, it is the one that matters."""
    if metadata["urn"] in protected and not (metadata.get("new") or {}).get("protect"):
        yield _change("update", metadata, protected)


def _properties(
    op: Op, metadata: Mapping[str, Any], old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Property]:
    if op == "create":
        for path in leaves(new):
            yield Property(path=path, old=MISSING, new=written(new, path), replaces=False)
    elif op != "delete":
        for path, kind in sorted((metadata.get("detailedDiff") or {}).items()):
            replaces = kind.get("diffKind", "").endswith("-replace")
            unsure = replaces and _unsure(metadata["type"], path, old, new)
            yield Property(path=path, old=written(old, path), new=written(new, path), replaces=replaces, unsure=unsure)
        if op == "replace" and not metadata.get("detailedDiff"):
            # Replaced because what it depends on is deleted first: of such a one the engine does not ask for a diff.
            for path in sorted(changed_paths(old, new)):
                # Neither the provider's own notes nor what nobody knows yet says anything.
                if "__defaults" not in path and written(new, path) != UNKNOWN:
                    yield Property(path=path, old=written(old, path), new=written(new, path), replaces=False)


def _unsure(type: str, path: str, *sides: Mapping[str, Any]) -> bool:
    """Whether a replacement is only assumed: of a block that comes or goes, what stands in it tells."""
    known = catalog.get(type)
    reached = [path, *(leaf for side in sides for leaf in leaves(at(side, path), path))]
    return (
        known is not None
        and any(known.replacement_unknown(each) for each in reached)
        and not any(known.known_to_replace(each) for each in reached)
    )
