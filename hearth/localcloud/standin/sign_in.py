"""Identity Platform's configuration, and API keys, whose text is a secret apart from the rest."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from hearth.localcloud.standin.client import Body
from hearth.localcloud.standin.resource import RestKind
from hearth.plugin.kinds import Context, DiffResult, Values

# What Google's provider puts into the state as switched off where the API leaves it out (magic-modules,
# custom_flatten/identity_platform_config_email and _phone_number). `anonymous` is not among them.
_READ_BACK: Final = ("email", "phoneNumber")


class IdentityConfigKind(RestKind):
    """One of each project: switched on once, then only changed; a program can let go of it and not delete it."""

    def insert(self, where: Values, inputs: Values, body: Body) -> Body:
        path = f"projects/{where['project']}/identityPlatform:initializeAuth"
        self.client.call("POST", self.row.api, path, {}, {})
        query = {"updateMask": ",".join(sorted(body))}
        return self.client.call("PATCH", self.row.api, self.row.path.format(**where), query, body)

    def remove(self, where: Values, old: Values) -> Body:
        return {}

    def outputs(self, live: Body, inputs: Values, where: Values) -> dict[str, Any]:
        found = super().outputs(live, inputs, where)
        if found.get("signIn"):
            found["signIn"] = {way: {"enabled": False} for way in _READ_BACK} | found["signIn"]
        return found

    def diff(self, context: Context, id: str, old_inputs: Values, old: Values, news: Values) -> DiffResult:
        """With what is read back and not declared: it is no default, so that taking it out is a change each time."""
        found = super().diff(context, id, old_inputs, old, news)
        declared = news.get("signIn")
        if not isinstance(declared, Mapping):
            return found
        read_back = {f"signIn.{way}" for way in _READ_BACK if way not in declared}
        return replace(found, changed=found.changed | read_back)


class ApiKeyKind(RestKind):
    """A key with its text, which a method of its own tells."""

    def fetch(self, where: Values) -> Body:
        text = self.client.get(self.row.api, self.row.path.format(**where) + "/keyString")
        return {**super().fetch(where), **text}
