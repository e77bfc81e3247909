"""`make status`: what runs where, as a table. The console page at the APIs' address shows more."""

from collections.abc import Iterator, Sequence
from typing import Any

from hearth.catalog.played import summarize
from hearth.facts.names import last_segment
from hearth.localcloud import times
from hearth.localcloud.cloud import Ports
from hearth.localcloud.commands import background, ports
from hearth.localcloud.commands.checkout import Checkout

Row = tuple[str, str, str, str] | tuple[str]


def run(checkout: Checkout) -> int:
    pid = background.holder(checkout.cloud)
    known = ports.remembered(checkout.ports)
    if not pid or not known:
        print("The local cloud does not run: `make up` starts it.")
        return 0
    status = background.status(known)
    for line in table([("WHAT", "STATE", "PROCESS", "WHERE"), *_rows(pid, known, status)]):
        print(line)
    print()
    if secrets := [last_segment(each["name"]) for each in status["secrets"]]:
        print(f"Secrets: {', '.join(secrets)}.")
    print(f"Services and jobs keep their data in {status['data']}. `make logs` shows what they write.")
    if kept := [each["type"] for each in status["kept"]]:
        print(f"Kept, not played: {summarize(kept)}. Each is only a record; the console lists them.")
    return 0


def table(rows: Sequence[Row]) -> Iterator[str]:
    """Lines with aligned columns; a row of one cell is a sentence below the row before it, and aligns nothing."""
    widths = [max(map(len, column)) for column in zip(*(row for row in rows if len(row) > 1), strict=True)]
    for row in rows:
        if len(row) == 1:
            yield f"  {row[0]}"
            continue
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _rows(pid: int, known: Ports, status: dict[str, Any]) -> Iterator[Row]:
    yield "local cloud", f"running since {_time(status['started'])}", str(pid), f"http://localhost:{known.apis}/"
    for site in status["sites"]:
        released = f"released {_time(site['released'])}" if site["release"] else "never released"
        yield f"site {last_segment(site['name'])}", released, "", site["url"]
    for service in status["services"]:
        name = f"service {last_segment(service['name'])}"
        yield name, service["state"], "", service["url"]
        for instance in service["instances"]:
            serving = "serving" if instance["revision"] == service["serving"] else "draining"
            yield f"  {instance['revision']}", f"{serving} since {_time(instance['started'])}", str(instance["pid"]), ""
        yield from _message(service)
    for job in status["jobs"]:
        ended = f" {_time(job['ended'])}" if job["ended"] else ""
        yield f"job {last_segment(job['name'])}", f"{job['state']}{ended}", "", job["execution"]
        yield from _message(job)
    # A local cloud from before an upgrade may still run.
    for database in status.get("databases", []):
        since = f" since {_time(database['started'])}" if database["started"] else ""
        what = f"{database['kind']}, {database['state']}{since}"
        yield f"database {last_segment(database['name'])}", what, str(database["pid"] or ""), database["data"]
    yield from _calls(status)


def _calls(status: dict[str, Any]) -> Iterator[Row]:
    for queue in status.get("queues", []):
        yield f"queue {last_segment(queue['name'])}", f"{queue['waiting']} waiting", "", ""
    for job in status.get("schedules", []):
        called = f"called {_time(job['lastAttemptTime'])}" if job["lastAttemptTime"] else "never called"
        yield f"schedule {last_segment(job['name'])}", called, "", f"{job['schedule']} {job['timeZone']}"
        yield from _message({"message": job["status"].get("message", "")})


def _message(of: dict[str, Any]) -> Iterator[Row]:
    """The first line of what went wrong; the log has the rest."""
    if of["message"]:
        yield (of["message"].partition("\n")[0],)


def _time(stamp: str) -> str:
    when = times.local(stamp)
    return times.short(when) if when else stamp
