"""Service accounts, which are known by an address made of their id and their project."""

from typing import Any

from hearth.localcloud.standin.client import ApiFault, Body
from hearth.localcloud.standin.resource import RestKind
from hearth.plugin.kinds import UNKNOWN, Values

_EXISTS = 409


class AccountKind(RestKind):
    """`accountId` names a new account, its e-mail address from then on."""

    def where(self, inputs: Values) -> dict[str, Any]:
        project = inputs.get("project") or self.settings.project
        return {"project": project, "email": inputs.get("email") or _email(inputs.get("accountId"), project)}

    def insert(self, where: Values, inputs: Values, body: Body) -> Body:
        account = {name: body[name] for name in ("displayName", "description") if name in body}
        try:
            return self.client.call(
                "POST",
                self.row.api,
                self.row.collection.format(**where),
                {},
                {"accountId": body["accountId"], "serviceAccount": account},
            )
        except ApiFault as fault:
            if fault.code == _EXISTS and inputs.get("createIgnoreAlreadyExists"):
                return self.fetch(where)
            raise

    def change(self, where: Values, old_inputs: Values, planned: Values, changed: set[str]) -> Body:
        path = self.row.path.format(**where)
        described = sorted(changed & {"displayName", "description"})
        if described:
            account = {name: planned.get(name, "") for name in described}
            self.client.call(
                "PATCH", self.row.api, path, {}, {"serviceAccount": account, "updateMask": ",".join(described)}
            )
        if "disabled" in changed:
            verb = "disable" if planned.get("disabled") else "enable"
            self.client.call("POST", self.row.api, f"{path}:{verb}", {}, {})
        return {}

    def outputs(self, live: Body, inputs: Values, where: Values) -> dict[str, Any]:
        return super().outputs(live, inputs, where) | _derived(str(live["email"]))

    def planned(self, inputs: Values, where: Values) -> dict[str, Any]:
        # Google's provider works these out before it asks, so that a preview shows whom a grant is for.
        known = super().planned(inputs, where)
        return known if where["email"] is UNKNOWN else known | _derived(where["email"]) | {"name": self.id(where)}


def _email(account: Any, project: Any) -> Any:
    if account is UNKNOWN or project is UNKNOWN:
        return UNKNOWN
    return f"{account}@{project}.iam.gserviceaccount.com" if account and project else None


def _derived(email: str) -> dict[str, str]:
    return {"email": email, "member": f"serviceAccount:{email}", "accountId": email.partition("@")[0]}
