"""Grants: one member of one role in the policy of one resource, leaving the rest of the policy alone.

A policy is read, changed and written back with the etag it was read with. The engine makes several grants on one
resource at once, so a collision is usual: within this process they take turns, and one with another process is
repeated from the read.
"""

import re
import threading
from collections.abc import Callable
from typing import Any, ClassVar

from hearth.catalog import apis
from hearth.catalog.types import ResourceType
from hearth.localcloud.standin.bindings import Binding, add_member, binding_of, remove_member
from hearth.localcloud.standin.client import ApiFault, Body, pause
from hearth.localcloud.standin.grants import Grant
from hearth.localcloud.standin.inputs import declared, marked
from hearth.localcloud.standin.kind import Cloud, GcpKind
from hearth.plugin.kinds import CheckResult, Context, CreateResult, ProviderError, ReadResult, Values

_GONE = 404
_COLLIDED = frozenset({409, 412})
_TRIES = 12
_ROLE = r"(?:(?:projects|organizations)/[^/ ]+/)?roles/[^/ ]+"
# `RESOURCE/ROLE/MEMBER` as in the state, or with spaces and a condition's title, as Google documents imports.
_ID = re.compile(rf"(?P<resource>.+?)[/ ](?P<role>{_ROLE})[/ ](?P<member>[^/ ]+(?:/[^ ]*?)?)(?: (?P<title>.+))?")


class MemberKind(GcpKind):
    """All types of grants."""

    # Shared by all kinds of a process, because each request has a kind of its own.
    _turns: ClassVar[dict[str, threading.Lock]] = {}

    def __init__(self, type: ResourceType, grant: Grant, cloud: Cloud) -> None:
        super().__init__(type, cloud)
        self.grant = grant
        self.parameters = tuple(re.findall(r"\{(\w+)\}", grant.resource))

    def check(self, context: Context, olds: Values | None, news: Values) -> CheckResult:
        self.grants.add(context.urn, self.type, {**news, **self.where(news)})
        return super().check(context, olds, news)

    def create(self, context: Context, inputs: Values, *, preview: bool) -> CreateResult:
        inputs = declared(inputs)
        where = self.where(inputs)
        if preview:
            return CreateResult("", self.previewed({**where, **inputs}, new=True))
        try:
            policy = self._modify(where, lambda bindings: self.add_to(bindings, inputs))
        except ApiFault as fault:
            raise ProviderError(f"Error applying IAM policy for {self._path(where)}: {fault}") from fault
        return CreateResult(self._id(where, inputs), self._outputs(where, inputs, policy.get("etag")))

    def read(self, context: Context, id: str, inputs: Values | None, old: Values | None) -> ReadResult | None:
        told = declared(inputs) if inputs is not None else self._parse(id)
        where = self.where(told)
        try:
            policy = self._policy(where)
        except ApiFault as fault:
            if fault.code == _GONE:
                return None
            raise ProviderError(f"Error reading IAM policy for {self._path(where)}: {fault}") from fault
        binding = binding_of(policy.get("bindings") or [], told)
        if binding is None or told["member"] not in binding["members"]:
            return None
        if inputs is None:
            told = {key: value for key, value in told.items() if key != "title"}
            told |= {"condition": binding["condition"]} if binding.get("condition") else {}
        # The etag is the whole policy's: another grant beside this one is no change of this one.
        etag = (old or {}).get("etag") or policy.get("etag")
        return ReadResult(self._id(where, told), marked(inputs or {}, told), self._outputs(where, told, etag))

    def update(
        self, context: Context, id: str, old_inputs: Values, old: Values, news: Values, *, preview: bool
    ) -> Values:
        # Every input replaces, so this is only ever another spelling of the same.
        return self._outputs(self.where(news), declared(news), old.get("etag"))

    def delete(self, context: Context, id: str, inputs: Values, old: Values) -> None:
        where = self.where(inputs)
        try:
            self._modify(where, lambda bindings: self.remove_from(bindings, inputs))
        except ApiFault as fault:
            if fault.code != _GONE:
                raise ProviderError(f"Error applying IAM policy for {self._path(where)}: {fault}") from fault

    # What a subclass does otherwise

    def add_to(self, bindings: list[Binding], inputs: Values) -> list[Binding]:
        """The policy's bindings once this is granted."""
        return add_member(bindings, inputs)

    def remove_from(self, bindings: list[Binding], inputs: Values) -> list[Binding]:
        """The policy's bindings once this is granted no more."""
        return remove_member(bindings, inputs)

    # Common to all

    def where(self, inputs: Values) -> dict[str, Any]:
        """The resource's parameters; its last input may hold the whole name, which then says them all."""
        found = super().where(inputs)
        last = found[self.parameters[-1]]
        if isinstance(last, str) and "/" in last and self.grant.resource.count("/"):
            pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.grant.resource)
            whole = re.fullmatch(pattern, last)
            return whole.groupdict() if whole else found
        return found

    def _modify(self, where: Values, change: Callable[[list[Body]], list[Body]]) -> Body:
        path = self._path(where)
        with self._turns.setdefault(f"{self.grant.api.name}/{path}", threading.Lock()):
            tries = 0
            while True:
                tries += 1
                policy = self._policy(where)
                before = policy.get("bindings") or []
                after = change(before)
                if after == before:
                    return policy
                try:
                    # With the etag it was read with; version 3, so that a condition of another grant survives.
                    return self._write(path, {"bindings": after, "etag": policy.get("etag"), "version": 3})
                except ApiFault as fault:
                    if fault.code not in _COLLIDED or tries == _TRIES:
                        raise
                pause(tries)

    def _policy(self, where: Values) -> Body:
        path = self._path(where)
        if self.grant.api is apis.STORAGE:
            return self.client.get(self.grant.api, f"{path}/iam", optionsRequestedPolicyVersion="3")
        if self.grant.by_post:
            asked = {"options": {"requestedPolicyVersion": 3}}
            return self.client.call("POST", self.grant.api, f"{path}:getIamPolicy", {}, asked)
        return self.client.get(self.grant.api, f"{path}:getIamPolicy", **{"options.requestedPolicyVersion": "3"})

    def _write(self, path: str, policy: Body) -> Body:
        if self.grant.api is apis.STORAGE:
            return self.client.call("PUT", self.grant.api, f"{path}/iam", {}, policy)
        return self.client.call("POST", self.grant.api, f"{path}:setIamPolicy", {}, {"policy": policy})

    def _path(self, where: Values) -> str:
        return self.grant.resource.format(**where)

    def _id(self, where: Values, inputs: Values) -> str:
        named = (self.grant.id or self.grant.resource).format(**where)
        title = (inputs.get("condition") or {}).get("title")
        return f"{named}/{inputs['role']}/{inputs['member']}" + (f"/{title}" if title else "")

    def _parse(self, id: str) -> dict[str, Any]:
        found = _ID.fullmatch(id)
        if found is None:
            raise ProviderError(f"{id!r} does not name a grant: RESOURCE ROLE MEMBER, as in `{self._example()}`")
        resource, last = found["resource"], self.parameters[-1]
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.grant.resource)
        whole = re.fullmatch(pattern, resource)
        place = whole.groupdict() if whole else {last: resource}
        title = {"title": found["title"]} if found["title"] else {}
        return place | {"role": found["role"], "member": found["member"]} | title

    def _example(self) -> str:
        return f"{self.grant.resource} roles/viewer user:ann@example.com"

    def _outputs(self, where: Values, inputs: Values, etag: Any) -> dict[str, Any]:
        last = self.parameters[-1]
        shown = {last: self._path(where)} if self.grant.shows_whole_name else {}
        return {**where, **inputs, **shown, "etag": etag}
