"""`python -m hearth fire NAME`: a schedule's call, now and once. The exit code is 1 where the call failed."""

from typing import Any

import requests

from hearth.catalog.apis import CLOUD_SCHEDULER
from hearth.facts.names import last_segment
from hearth.localcloud.cloud import Ports
from hearth.localcloud.commands import background, ports
from hearth.localcloud.commands.checkout import Checkout
from hearth.localcloud.commands.errors import CommandError

_PATIENCE_SECONDS = 1860
"""Above the longest that a call may take."""


def run(checkout: Checkout, *, name: str) -> int:
    known = ports.remembered(checkout.ports)
    if not background.holder(checkout.cloud) or not known:
        raise CommandError("the local cloud does not run: `make up` starts it.")
    job = choose(name, [each["name"] for each in background.status(known)["schedules"]])
    failure = fire(known, job)["status"].get("message", "")
    print(f"{last_segment(job)}: {failure or 'done'}")
    return 1 if failure else 0


def choose(name: str, jobs: list[str]) -> str:
    """The job of this name, or that of this task. Raises CommandError where there is none, or more than one."""
    found = [job for job in jobs if last_segment(job) == name] or [
        job for job in jobs if last_segment(job).endswith(f"-{name}")
    ]
    if len(found) == 1:
        return found[0]
    there = ", ".join(last_segment(job) for job in found or jobs) or "none"
    wrong = "more than one schedule ends so" if found else "there is no such schedule"
    raise CommandError(
        f"{name!r}: {wrong}. There are: {there}. `pulumi config set --path 'app:schedules.TASK' '0 3 * * *' -s local` "
        "and `make up` make one."
    )


def fire(known: Ports, job: str) -> dict[str, Any]:
    """The job as it is after its call. Raises CommandError where the local cloud refuses."""
    url = CLOUD_SCHEDULER.local(f"http://127.0.0.1:{known.apis}") + f"{job}:run"
    with requests.Session() as session:
        # Proxies of the user's shell are for the internet.
        session.trust_env = False
        answer = session.post(url, timeout=_PATIENCE_SECONDS)
    if not answer.ok:
        raise CommandError(f"the local cloud answered {answer.status_code}: {answer.text}")
    found: dict[str, Any] = answer.json()
    return found
