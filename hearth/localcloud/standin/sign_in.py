"""Identity Platform's configuration, and API keys, whose text is a secret apart from the rest."""

from hearth.localcloud.standin.client import Body
from hearth.localcloud.standin.resource import RestKind
from hearth.plugin.kinds import Values


class IdentityConfigKind(RestKind):
    """One of each project: switched on once, then only changed; a program can let go of it and not delete it."""

    def insert(self, where: Values, inputs: Values, body: Body) -> Body:
        path = f"projects/{where['project']}/identityPlatform:initializeAuth"
        self.client.call("POST", self.row.api, path, {}, {})
        query = {"updateMask": ",".join(sorted(body))}
        return self.client.call("PATCH", self.row.api, self.row.path.format(**where), query, body)

    def remove(self, where: Values, old: Values) -> Body:
        return {}


class ApiKeyKind(RestKind):
    """A key with its text, which a method of its own tells."""

    def fetch(self, where: Values) -> Body:
        text = self.client.get(self.row.api, self.row.path.format(**where) + "/keyString")
        return {**super().fetch(where), **text}
