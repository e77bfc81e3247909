"""`hearth:project:Settled`: stands between what was switched on a moment ago and what needs it.

Google answers that an API is enabled, or a grant is made, minutes before every server knows; until then calls are
refused with 403, which Google's provider does not repeat. So whatever needs an API or a grant depends on this.
APIs are asked several times in a row, because one answer tells of one server. An API to which no harmless request can
be sent is given time, and so are new grants: nobody can ask whether another account's grant has taken effect.
Whether they had enough is shown by what needs them: where a service or a job was refused all the same, the next
`pulumi up` gives them the same time again and counts another `attempt`, which its template carries.
"""

import re

from hearth.catalog.apis import CLOUD_RUN, SERVICE_USAGE, Api
from hearth.plugin.diff import changed_paths
from hearth.plugin.kinds import CheckResult, Context, CreateResult, DiffResult, Kind, ProviderError, ReadResult, Values
from hearth.provider import half_made, only_in_state
from hearth.provider.clients.cloud_run import CloudRun
from hearth.provider.clients.service_usage import ServiceUsage, can_be_asked
from hearth.provider.clients.session import Session
from hearth.provider.clock import Clock, Deadline, format_duration
from hearth.provider.half_made import HalfMade
from hearth.provider.progress import Progress
from hearth.provider.validation import PROJECT, REGION, Inputs

_APIS: tuple[Api, ...] = (SERVICE_USAGE,)
_RUN = re.compile(r"projects/[^/]+/locations/[^/]+/(services|jobs)/[^/]+")
_TIMEOUT = 600.0
_POLL = 5.0
_LONGEST_SETTLE = 600
_ANSWERS = 3
"""In a row, a poll apart, until an API counts as usable: Google's load balancers may send each to another server."""
_UNASKED_SECONDS = 60.0
"""For an API that can't be asked. Google names no time; others who deploy to new projects wait 30 to 60 seconds
(`time_sleep` in GoogleCloudPlatform/terraform-dynamic-python-webapp and agent-starter-pack)."""


class Settled(Kind):
    """Creates nothing. Its outputs are its inputs and `attempt`, which counts from 1."""

    token = "hearth:project:Settled"  # noqa: S105 - a type token

    def __init__(self, session: Session, clock: Clock, *, waits: bool = True, one_server: bool = False) -> None:
        """`waits` says whether new grants need time to take, `one_server` whether each API has no more than one."""
        self._session = session
        self._clock = clock
        self._waits = waits
        self._one_server = one_server

    def check(self, context: Context, olds: Values | None, news: Values) -> CheckResult:
        inputs = Inputs(news, {"apis": [], "grants": [], "settleSeconds": 60}, ("project", "region", "neededBy"))
        inputs.text("project", PROJECT)
        inputs.text("region", REGION)
        inputs.texts("apis")
        inputs.texts("grants")
        needed_by = inputs.values.get("neededBy", [])
        if "neededBy" in inputs.values:
            inputs.texts("neededBy")
            for at, name in enumerate(needed_by if isinstance(needed_by, list) else ()):
                if isinstance(name, str) and not _RUN.fullmatch(name):
                    inputs.fail(
                        f"neededBy[{at}]", f"must be projects/P/locations/R/services/S or …/jobs/J, got {name!r}"
                    )
        inputs.integer("settleSeconds", 0, _LONGEST_SETTLE)
        inputs.reachable(self._session.endpoints, (*_APIS, CLOUD_RUN) if needed_by else _APIS)
        return inputs.checked()

    def diff(self, context: Context, id: str, old_inputs: Values, old: Values, news: Values) -> DiffResult:
        changed = changed_paths(old_inputs, news)
        again = {"attempt"} if self._half_made(news) else set()
        return DiffResult(changed=changed | again, replace=changed & {"project"})

    def create(self, context: Context, inputs: Values, *, preview: bool) -> CreateResult:
        if preview:
            return CreateResult("", {**inputs, "attempt": 1})
        self._settle(context, inputs, {"apis": [], "grants": []})
        name = context.urn.rpartition("::")[2]
        return CreateResult(f"projects/{inputs['project']}/settled/{name}", {**inputs, "attempt": 1})

    def read(self, context: Context, id: str, inputs: Values | None, old: Values | None) -> ReadResult | None:
        """What once settled stays so. Raises ProviderError for an import."""
        return only_in_state.read(self.token, id, inputs, old, why="it is a wait, not a resource on Google Cloud")

    def update(
        self, context: Context, id: str, old_inputs: Values, old: Values, news: Values, *, preview: bool
    ) -> Values:
        half, attempt = self._half_made(news), old.get("attempt", 1)
        if not preview:
            for each in half:
                context.warn(_again(each))
            refused = any(each.refused for each in half)
            self._settle(context, news, {**old_inputs, "grants": []} if refused else old_inputs)
        return {**news, "attempt": attempt + 1 if half else attempt}

    def _half_made(self, inputs: Values) -> list[HalfMade]:
        """What needs the grants and has not come up; nothing where nobody may look."""
        if not self._waits:
            return []
        run = CloudRun(self._session, inputs["project"])
        try:
            return [found for name in inputs.get("neededBy", ()) if (found := half_made.find(run, name)) is not None]
        except ProviderError:
            return []

    def delete(self, context: Context, id: str, inputs: Values, old: Values) -> None:
        """Nothing to delete."""

    def _settle(self, context: Context, inputs: Values, before: Values) -> None:
        self._wait_for_apis(context, inputs, new=set(inputs["apis"]) - set(before.get("apis", ())))
        new_grants = set(inputs["grants"]) - set(before.get("grants", ()))
        if self._waits and new_grants and inputs["settleSeconds"]:
            seconds = inputs["settleSeconds"]
            context.say(f"waiting {format_duration(seconds)} for {len(new_grants)} new grants to take effect")
            if self._clock.wait(seconds, context.cancelled):
                raise _stopped("new grants had time to take effect")

    def _wait_for_apis(self, context: Context, inputs: Values, new: set[str]) -> None:
        project = inputs["project"]
        usage = ServiceUsage(self._session, project, inputs["region"])
        began = self._clock.now()
        deadline = Deadline.after(self._clock, context.timeout or _TIMEOUT)
        progress = Progress(self._clock, context.say)
        answers = 1 if self._one_server else _ANSWERS
        missing = dict.fromkeys(inputs["apis"], answers)
        while True:
            obstacles = {name: obstacle for name in missing if (obstacle := usage.obstacle(name)) is not None}
            missing = {
                name: answers if name in obstacles else left - 1
                for name, left in missing.items()
                if name in obstacles or left > 1
            }
            if not missing:
                break
            if obstacles and deadline.passed:
                raise _still_disabled(project, obstacles)
            self._say(progress, missing, obstacles, deadline)
            pause = min(_POLL, deadline.left) if obstacles else _POLL
            if self._clock.wait(pause, context.cancelled):
                raise _stopped(f"{', '.join(missing)} could be used")
        unasked = [name for name in inputs["apis"] if name in new and not can_be_asked(name)]
        left = _UNASKED_SECONDS - (self._clock.now() - began)
        if unasked and left > 0 and not self._one_server:
            names = ", ".join(unasked)
            context.say(f"waiting {format_duration(left)} for {names} to be enabled everywhere; no request can show it")
            if self._clock.wait(left, context.cancelled):
                raise _stopped(f"{names} had time to be enabled everywhere")

    def _say(self, progress: Progress, missing: dict[str, int], obstacles: dict[str, str], deadline: Deadline) -> None:
        names = ", ".join(obstacles or missing)
        if obstacles:
            progress(names, f"waiting for {names} to be enabled everywhere ({format_duration(deadline.left)} left)")
        else:
            progress(f"again {names}", f"asking {names} again, because not every server may know yet")


def _again(half: HalfMade) -> str:
    _, project, _, region, kind, short = half.name.split("/")
    # A local cloud adds the last lines of the log.
    why = half.why.partition("\n")[0].rstrip(".")
    text = f"The {kind.removesuffix('s')} {short!r} did not come up: {why}. It is tried again."
    if half.ever_ready:
        return text
    # What makes it is Google's provider, whose error does not say this.
    return (
        f'{text} If that ends with "Error 409: Resource {short!r} already exists", Pulumi does not know that it was '
        f"made. Nothing serves from it: `gcloud run {kind} delete {short} --region={region} --project={project}`, then "
        "run again."
    )


def _stopped(before: str) -> ProviderError:
    return ProviderError(f"Stopped before {before}. Nothing is half done: the next `pulumi up` waits again.")


def _still_disabled(project: str, obstacles: dict[str, str]) -> ProviderError:
    reasons = "; ".join(f"{name}: {reason}" for name, reason in obstacles.items())
    pages = " ".join(f"https://console.cloud.google.com/apis/library/{name}?project={project}" for name in obstacles)
    return ProviderError(
        f"Still disabled in {project!r} at the time limit: {reasons}. Enable them with `gcloud services enable "
        f"{' '.join(obstacles)} --project={project}` or at {pages}, and run again."
    )
