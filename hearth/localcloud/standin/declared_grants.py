"""Grants that undo each other: a member, all members, and a whole policy, declared of one role of one resource."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from hearth.catalog import ids
from hearth.catalog.played import short
from hearth.catalog.types import ResourceType
from hearth.plugin.kinds import UNKNOWN, Values

_POLICY, _BINDING, _MEMBER = "Policy", "Binding", "Member"


class DeclaredGrants:
    """Those of one run of the engine."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[str, str, str]] = {}

    def add(self, urn: str, type: ResourceType, inputs: Values) -> None:
        """`inputs` with the provider's defaults. What is not known yet is told by a later run."""
        kind = next((each for each in (_POLICY, _BINDING, _MEMBER) if type.token.endswith(each)), None)
        if kind is None or not ids.is_grant(type) or UNKNOWN in inputs.values():
            return
        condition = inputs.get("condition") if isinstance(inputs.get("condition"), Mapping) else {}
        role = f"{inputs.get('role', '')} {(condition or {}).get('title', '')}".strip()
        family = short(type.token).removesuffix(kind)
        self._found[urn] = (f"{family} {ids.holder(type, inputs)}", role, short(type.token))

    def warnings(self) -> Iterator[str]:
        """A warning for each policy that two of them write."""
        by_holder: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        for urn, (holder, role, kind) in self._found.items():
            by_holder[holder].append((role, kind, urn.rpartition("::")[2]))
        for holder, grants in sorted(by_holder.items()):
            if undone := _undone(grants):
                names = ", ".join(f"{kind} {name}" for _, kind, name in sorted(undone))
                yield (
                    f"{names} write the same roles of {holder.partition(' ')[2]}: each `up` of one takes away what the "
                    "others granted. Use members alone, or one binding for each role, or one policy."
                )


def _undone(grants: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    if len(grants) > 1 and any(kind.endswith(_POLICY) for _, kind, _ in grants):
        return grants
    found: list[tuple[str, str, str]] = []
    for role in {role for role, _, _ in grants}:
        of_role = [each for each in grants if each[0] == role]
        if len(of_role) > 1 and any(kind.endswith(_BINDING) for _, kind, _ in of_role):
            found += of_role
    return found
