"""APIs of a project: creating one switches it on, and by default nothing ever switches it off again."""

from hearth.localcloud.standin.client import ApiFault, Body
from hearth.localcloud.standin.resource import RestKind
from hearth.plugin.kinds import Values


class ProjectServiceKind(RestKind):
    """An API that is on. One that is off does not exist, to a program."""

    def id(self, where: Values) -> str:
        return f"{where['project']}/{where['service']}"

    def insert(self, where: Values, inputs: Values, body: Body) -> Body:
        return self.client.call("POST", self.row.api, self.row.path.format(**where) + ":enable", {}, {})

    def fetch(self, where: Values) -> Body:
        found = super().fetch(where)
        if found.get("state") != "ENABLED":
            raise ApiFault(404, f"{where['service']} is not enabled in project {where['project']}")
        return found

    def change(self, where: Values, old_inputs: Values, planned: Values, changed: set[str]) -> Body:
        return {}

    def remove(self, where: Values, old: Values) -> Body:
        if not old.get("disableOnDestroy"):
            return {}
        dependents = bool(old.get("disableDependentServices"))
        path = self.row.path.format(**where) + ":disable"
        return self.client.call("POST", self.row.api, path, {}, {"disableDependentServices": dependents})
