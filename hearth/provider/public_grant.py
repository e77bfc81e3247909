"""`hearth:run:PublicGrant`: everybody's right to call a service, there before the service begins to ask for it.

A service with its check of callers off needs no grant. When the check goes on, Google's provider first changes the
service and then grants, and until the grant has taken effect every visitor is refused. What the service depends on
comes before both: where it is there and asks nobody yet, this grants, and waits.
Left out: a service that is still to be made, which has no visitors, and taking the grant away again: it is one of
`gcp.cloudrunv2.ServiceIamMember`, which keeps and deletes it.
"""

from hearth.catalog.apis import CLOUD_RUN, Api
from hearth.plugin.diff import changed_paths
from hearth.plugin.kinds import CheckResult, Context, CreateResult, DiffResult, Kind, ProviderError, ReadResult, Values
from hearth.provider import only_in_state
from hearth.provider.clients.cloud_run import CloudRun
from hearth.provider.clients.session import Session
from hearth.provider.clock import Clock, format_duration
from hearth.provider.validation import PROJECT, REGION, Inputs

_APIS: tuple[Api, ...] = (CLOUD_RUN,)
_PLACE = ("project", "region", "service")
_LONGEST_SETTLE = 600
_ROLE, _EVERYBODY = "roles/run.invoker", "allUsers"


class PublicGrant(Kind):
    """Its outputs are its inputs."""

    token = "hearth:run:PublicGrant"  # noqa: S105 - a type token

    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    def check(self, context: Context, olds: Values | None, news: Values) -> CheckResult:
        inputs = Inputs(news, {"settleSeconds": 60}, _PLACE)
        inputs.text("project", PROJECT)
        inputs.text("region", REGION)
        inputs.text("service")
        inputs.integer("settleSeconds", 0, _LONGEST_SETTLE)
        inputs.reachable(self._session.endpoints, _APIS)
        return inputs.checked()

    def diff(self, context: Context, id: str, old_inputs: Values, old: Values, news: Values) -> DiffResult:
        changed = changed_paths(old_inputs, news)
        return DiffResult(changed=changed, replace=changed & set(_PLACE))

    def create(self, context: Context, inputs: Values, *, preview: bool) -> CreateResult:
        if preview:
            return CreateResult("", inputs)
        name = "projects/{project}/locations/{region}/services/{service}".format_map(inputs)
        run = CloudRun(self._session, inputs["project"])
        if (run.service(name) or {}).get("invokerIamDisabled") and _granted(run, name) and inputs["settleSeconds"]:
            context.say(f"waiting {format_duration(inputs['settleSeconds'])} until everybody may call the service")
            if self._clock.wait(inputs["settleSeconds"], context.cancelled):
                raise ProviderError("Stopped before the grant to everybody took effect. Run `pulumi up` again.")
        return CreateResult(f"{name}/public", inputs)

    def read(self, context: Context, id: str, inputs: Values | None, old: Values | None) -> ReadResult | None:
        """What was granted beforehand stays so. Raises ProviderError for an import."""
        return only_in_state.read(self.token, id, inputs, old, why="it is a step, not a resource on Google Cloud")

    def update(
        self, context: Context, id: str, old_inputs: Values, old: Values, news: Values, *, preview: bool
    ) -> Values:
        return news

    def delete(self, context: Context, id: str, inputs: Values, old: Values) -> None:
        """Nothing to delete: the grant is not this one's."""


def _granted(run: CloudRun, name: str) -> bool:
    """Grant it; whether it was not there."""
    policy = run.policy(name)
    bindings = [dict(each) for each in policy.get("bindings") or []]
    for each in bindings:
        if each.get("role") == _ROLE and "condition" not in each:
            if _EVERYBODY in each["members"]:
                return False
            each["members"] = [*each["members"], _EVERYBODY]
            break
    else:
        bindings.append({"role": _ROLE, "members": [_EVERYBODY]})
    # With its etag, so that what somebody else grants meanwhile is not lost.
    run.set_policy(name, {**policy, "bindings": bindings})
    return True
