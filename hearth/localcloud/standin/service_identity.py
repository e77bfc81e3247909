"""Service agents: the accounts that Google's services act as in a project. They can be made, not read or deleted."""

from typing import Any

from hearth.catalog.apis import SERVICE_USAGE
from hearth.localcloud.standin.client import ApiFault, OperationFault
from hearth.localcloud.standin.inputs import declared
from hearth.localcloud.standin.kind import GcpKind
from hearth.plugin.kinds import Context, CreateResult, ProviderError, ReadResult, Values

TOKEN = "gcp:projects/serviceIdentity:ServiceIdentity"  # noqa: S105 - a type


class ServiceIdentityKind(GcpKind):
    """Asking twice for the same one is harmless."""

    parameters = ("project", "service")

    def create(self, context: Context, inputs: Values, *, preview: bool) -> CreateResult:
        where = self.where(inputs)
        if preview:
            return CreateResult("", self.previewed(where, new=True))
        id_ = f"projects/{where['project']}/services/{where['service']}"
        try:
            operation = self.client.call("POST", SERVICE_USAGE, f"{id_}:generateServiceIdentity", {}, {})
            identity = self.client.wait(SERVICE_USAGE, operation, context)
        except (ApiFault, OperationFault) as fault:
            raise ProviderError(f"Error creating Service Identity: {fault}") from fault
        # Not every service has an account of its own.
        email = identity.get("email") or ""
        known: dict[str, Any] = {"email": email, "member": f"serviceAccount:{email}"} if email else {}
        return CreateResult(id_, where | known)

    def read(self, context: Context, id: str, inputs: Values | None, old: Values | None) -> ReadResult | None:
        if inputs is None or old is None:
            raise ProviderError(
                f"{id}: a service identity can't be imported; declare it, creating it again is harmless."
            )
        return ReadResult(id, inputs, old)

    def update(
        self, context: Context, id: str, old_inputs: Values, old: Values, news: Values, *, preview: bool
    ) -> Values:
        return {**old, **declared(news)}

    def delete(self, context: Context, id: str, inputs: Values, old: Values) -> None:
        return None
