"""Firebase's parts of a project that may be there before any program declares them, and that are then adopted."""

from typing import Any

from hearth.localcloud.standin.client import ApiFault, Body
from hearth.localcloud.standin.resource import RestKind
from hearth.plugin.kinds import Values

_GONE = 404
_EXISTS = 409


class FirebaseProjectKind(RestKind):
    """Firebase added to a project: adopted where it is there already, and never taken out, as Google can't either."""

    def insert(self, where: Values, inputs: Values, body: Body) -> Body:
        try:
            return self.fetch(where)
        except ApiFault as fault:
            if fault.code != _GONE:
                raise
        return self.client.call("POST", self.row.api, f"projects/{where['project']}:addFirebase", {}, {})

    def remove(self, where: Values, old: Values) -> Body:
        return {}


class HostingSiteKind(RestKind):
    """A site. A project has its default one, called as the project, from the start: creating that adopts it."""

    def where(self, inputs: Values) -> dict[str, Any]:
        found = super().where(inputs)
        return found | {"siteId": found["siteId"] or found["project"]}

    def insert(self, where: Values, inputs: Values, body: Body) -> Body:
        try:
            return super().insert(where, inputs, body)
        except ApiFault as fault:
            if fault.code != _EXISTS:
                raise
            there = self.fetch(where)
            if there.get("type") != "DEFAULT_SITE":
                raise
            return there
