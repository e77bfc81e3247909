"""All members of a role, and a whole policy: what somebody else granted of it goes.

Of a policy, the audit configuration is taken and does nothing: the local cloud keeps none.
"""

import json
from typing import Any

from hearth.catalog.functions import policy_data
from hearth.localcloud.standin.bindings import Binding, binding_of, remove_role, set_members
from hearth.localcloud.standin.client import ApiFault, Body
from hearth.localcloud.standin.member import MemberKind
from hearth.plugin.kinds import Context, ProviderError, ReadResult, Values

_GONE = 404


class _AuthoritativeKind(MemberKind):
    def update(
        self, context: Context, id: str, old_inputs: Values, old: Values, news: Values, *, preview: bool
    ) -> Values:
        where = self.where(news)
        if preview:
            return {**old, **self._outputs(where, news, old.get("etag"))}
        try:
            policy = self._modify(where, lambda bindings: self.add_to(bindings, news))
        except ApiFault as fault:
            raise ProviderError(f"Error applying IAM policy for {self._path(where)}: {fault}") from fault
        return self._outputs(where, news, policy.get("etag"))

    def _live(self, where: Values) -> Body | None:
        """The policy as it is; None when what has it is gone."""
        try:
            return self._policy(where)
        except ApiFault as fault:
            if fault.code == _GONE:
                return None
            raise ProviderError(f"Error reading IAM policy for {self._path(where)}: {fault}") from fault


class BindingKind(_AuthoritativeKind):
    """All members of one role."""

    def add_to(self, bindings: list[Binding], inputs: Values) -> list[Binding]:
        return set_members(bindings, inputs)

    def remove_from(self, bindings: list[Binding], inputs: Values) -> list[Binding]:
        return remove_role(bindings, inputs)

    def read(self, context: Context, id: str, inputs: Values | None, old: Values | None) -> ReadResult | None:
        # An id ends with the role, which has a slash in it, and a condition's title.
        told = inputs if inputs is not None else self._parse(f"{id} any")
        where = self.where(told)
        policy = self._live(where)
        binding = binding_of((policy or {}).get("bindings") or [], told)
        if policy is None or binding is None:
            return None
        named = {name: value for name, value in told.items() if name not in {"member", "title"}}
        condition = {"condition": binding["condition"]} if binding.get("condition") else {}
        declared = {**named, **condition, "members": _in_order(told.get("members"), binding["members"])}
        return ReadResult(id, declared, self._outputs(where, declared, policy.get("etag")))

    def _id(self, where: Values, inputs: Values) -> str:
        named = (self.grant.id or self.grant.resource).format(**where)
        title = (inputs.get("condition") or {}).get("title")
        return f"{named}/{inputs['role']}" + (f"/{title}" if title else "")


class PolicyKind(_AuthoritativeKind):
    """The whole policy of a resource."""

    def add_to(self, bindings: list[Binding], inputs: Values) -> list[Binding]:
        return _bindings(inputs["policyData"])

    def remove_from(self, bindings: list[Binding], inputs: Values) -> list[Binding]:
        return []

    def read(self, context: Context, id: str, inputs: Values | None, old: Values | None) -> ReadResult | None:
        last = self.parameters[-1]
        where = self.where(inputs if inputs is not None else {last: id.removeprefix("b/")})
        policy = self._live(where)
        if policy is None:
            return None
        live = policy_data({"bindings": policy.get("bindings") or []})
        declared = {**(inputs or {last: where[last]}), "policyData": live}
        if inputs is not None and policy_data({"bindings": _bindings(inputs["policyData"])}) == live:
            declared["policyData"] = inputs["policyData"]
        return ReadResult(id, declared, self._outputs(where, declared, policy.get("etag")))

    def _id(self, where: Values, inputs: Values) -> str:
        return (self.grant.id or self.grant.resource).format(**where)


def _bindings(text: Any) -> list[Binding]:
    try:
        found = json.loads(text).get("bindings") or []
        return [dict(each) for each in found]
    except (ValueError, AttributeError, TypeError) as fault:
        raise ProviderError(
            "policyData is not a policy: it must be the JSON that gcp.organizations.get_iam_policy() makes of bindings."
        ) from fault


def _in_order(declared: Any, members: list[str]) -> list[str]:
    """As they were declared, as far as they are there: a policy has no order of its own."""
    known = [each for each in declared or [] if each in members]
    return [*known, *(each for each in members if each not in known)]
