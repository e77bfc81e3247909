"""The bindings of an IAM policy, changed by one member or as a whole: role and condition tell them apart."""

from typing import Any

from hearth.plugin.kinds import Values

Binding = dict[str, Any]


def _matches(binding: Binding, declared: Values) -> bool:
    if binding.get("role") != declared["role"]:
        return False
    condition = binding.get("condition") or {}
    if "title" in declared:
        return bool(condition.get("title") == declared["title"])
    wanted = declared.get("condition") or {}
    return all(condition.get(key) == wanted.get(key) for key in ("title", "expression"))


def binding_of(bindings: list[Binding], declared: Values) -> Binding | None:
    return next((binding for binding in bindings if _matches(binding, declared)), None)


def add_member(bindings: list[Binding], declared: Values) -> list[Binding]:
    binding = binding_of(bindings, declared)
    if binding is None:
        condition = {"condition": dict(declared["condition"])} if declared.get("condition") else {}
        return [*bindings, {"role": declared["role"], "members": [declared["member"]]} | condition]
    if declared["member"] in binding["members"]:
        return bindings
    grown = binding | {"members": [*binding["members"], declared["member"]]}
    return [grown if each is binding else each for each in bindings]


def remove_member(bindings: list[Binding], declared: Values) -> list[Binding]:
    binding = binding_of(bindings, declared)
    if binding is None:
        return bindings
    left = [member for member in binding["members"] if member != declared["member"]]
    shrunk = [each | {"members": left} if each is binding else each for each in bindings]
    return [each for each in shrunk if each["members"]]


def set_members(bindings: list[Binding], declared: Values) -> list[Binding]:
    """With exactly the declared members of the role."""
    condition = {"condition": dict(declared["condition"])} if declared.get("condition") else {}
    own = {"role": declared["role"], "members": sorted(declared["members"])} | condition
    return [*remove_role(bindings, declared), own]


def remove_role(bindings: list[Binding], declared: Values) -> list[Binding]:
    """Without any member of the role."""
    binding = binding_of(bindings, declared)
    return [each for each in bindings if each is not binding]
