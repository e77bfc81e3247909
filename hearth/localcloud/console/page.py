"""The console's page, of what `hearth.localcloud.status` found and of the log files.

Its order is that of the questions: where is it, what runs, what happened last, what is there besides.
"""

import os
from collections.abc import Iterator, Sequence
from typing import Any, Final

from hearth.facts.names import last_segment
from hearth.localcloud import request_log
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.console import markup, recent

SCRIPT: Final = "/_local/console.js"
STYLE: Final = "/_local/console.css"

_REQUESTS = 15
_LINES = 12
_LONGEST_LINE = 600


def render(cloud: Cloud, state: dict[str, Any]) -> str:
    """The whole page."""
    return _page(
        "Local cloud",
        f"""<header>
<h1>Local cloud</h1>
<p class="soft">Process {os.getpid()}, since {markup.time(state["started"])}</p>
<p id="live" role="status"></p>
</header>
<main>
{main(cloud, state)}</main>
<footer>
<p class="soft"><a href="/_local/status">What runs, as JSON</a>, <a href="/_local/methods">all API methods</a></p>
</footer>
<script src="{SCRIPT}"></script>
""",
    )


def main(cloud: Cloud, state: dict[str, Any]) -> str:
    """The sections, each with an id of its own."""
    return "".join(
        (
            _addresses(state),
            *(_service(cloud, service) for service in state["services"]),
            *(_job(cloud, job) for job in state["jobs"]),
            _databases(cloud, state["databases"]),
            _calls(state["queues"], state["schedules"]),
            _requests(cloud),
            _secrets(state["secrets"]),
            _kept(state["kept"]),
            _folders(cloud, state),
        )
    )


def not_found(message: str) -> str:
    """For an address at which there is nothing."""
    return _page(
        "Not found",
        f"""<main>
<h1>Not found</h1>
<p>{markup.text(message)}</p>
<p><a href="/">To the console</a></p>
</main>
""",
    )


def _page(title: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="{STYLE}">
</head>
<body>
{body}</body>
</html>
"""


def _addresses(state: dict[str, Any]) -> str:
    rows = [
        *_sites(state["sites"]),
        *(
            (
                markup.link(each["url"]),
                f"service {markup.code(last_segment(each['name']))}",
                markup.state(each["state"]),
            )
            for each in state["services"]
        ),
        (markup.link(state["apis"]), "APIs and this page", markup.state("running", "ready")),
    ]
    empty = "" if state["sites"] or state["services"] else markup.note("Nothing yet: <code>make up</code> deploys.")
    return markup.section("addresses", "Addresses", markup.table(("Address", "What", "State"), rows), empty)


def _sites(sites: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    for site in sites:
        message = f" ({markup.text(site['message'])})" if site["message"] else ""
        released = f"{markup.state('released', 'ready')} {markup.time(site['released'])}{message}"
        state = released if site["release"] else "never released"
        yield markup.link(site["url"]), f"site {markup.code(last_segment(site['name']), site['name'])}", state


def _service(cloud: Cloud, service: dict[str, Any]) -> str:
    name = last_segment(service["name"])
    access = "public" if service["public"] else "not public: nobody granted allUsers the role of an invoker"
    running: dict[str, list[str]] = {}
    for each in service["instances"]:
        running.setdefault(each["revision"], []).append(f"{each['pid']} since {markup.time(each['started'])}")
    rows = [
        (
            markup.code(each["name"]),
            markup.state(each["state"]) + (", serving" if each["name"] == service["serving"] else ""),
            "<br>".join(running.get(each["name"], ["none"])),
            markup.image(each["image"]),
            markup.time(each["created"]),
        )
        for each in service["revisions"]
    ]
    return markup.section(
        service["name"],
        f"Service {name}",
        f"<p>{markup.state(service['state'])}, {access}</p>",
        _failure(service["message"]),
        markup.table(("Revision", "State", "Process", "Image", "Created"), rows),
        _log(cloud, "services", name),
    )


def _job(cloud: Cloud, job: dict[str, Any]) -> str:
    name = last_segment(job["name"])
    told = markup.state(job["state"])
    if job["execution"]:
        told += f": {markup.code(job['execution'])}, since {markup.time(job['started'])}"
    if job["ended"]:
        told += f", until {markup.time(job['ended'])}"
    return markup.section(
        job["name"], f"Job {name}", f"<p>{told}</p>", _failure(job["message"]), _log(cloud, "jobs", name)
    )


def _databases(cloud: Cloud, databases: Sequence[dict[str, Any]]) -> str:
    if not databases:
        return ""
    rows = [
        (
            markup.code(last_segment(each["name"]), each["name"]),
            markup.text(each["kind"]),
            markup.state(each["state"], "failed" if each["state"] == "not running" else "ready"),
            f"{each['pid']} since {markup.time(each['started'])}" if each["pid"] else "none",
            markup.code(each["data"]),
        )
        for each in databases
    ]
    shown = markup.table(("Name", "Kind", "State", "Process", "Data"), rows)
    logs = [_log(cloud, "databases", name) for name in dict.fromkeys(each["log"] for each in databases) if name]
    return markup.section("databases", "Databases", shown, *logs)


def _calls(queues: Sequence[dict[str, Any]], schedules: Sequence[dict[str, Any]]) -> str:
    if not queues and not schedules:
        return ""
    rows = [
        *(
            (markup.code(last_segment(each["name"]), each["name"]), "queue", f"{each['waiting']} waiting")
            for each in queues
        ),
        *(
            (
                markup.code(last_segment(each["name"]), each["name"]),
                markup.text(f"{each['schedule']} {each['timeZone']}"),
                _called(each),
            )
            for each in schedules
        ),
    ]
    return markup.section("calls", "Tasks and schedules", markup.table(("Name", "When", "State"), rows))


def _called(job: dict[str, Any]) -> str:
    if not job["lastAttemptTime"]:
        return "never called"
    wrong = job["status"].get("message", "")
    return f"{markup.state(wrong or 'done', 'failed' if wrong else 'ready')} {markup.time(job['lastAttemptTime'])}"


def _failure(message: str) -> str:
    return f'<p class="failed message">{markup.text(message)}</p>' if message else ""


def _log(cloud: Cloud, kind: str, name: str) -> str:
    lines = recent.lines(cloud.logs / kind / f"{name}.log", _LINES)
    shown = "".join(f"<li>{markup.text(recent.message(line), _LONGEST_LINE)}</li>" for line in lines)
    return f'<h3>Last log lines</h3>\n<ol class="log">{shown}</ol>' if lines else markup.note("No log lines yet.")


def _requests(cloud: Cloud) -> str:
    rows = [
        (
            markup.time(each.time),
            markup.code(f"{each.method} {each.path}".strip(), each.host),
            markup.state(each.status, {"4": "starting", "5": "failed"}.get(each.status[:1], "ready")),
            markup.code(each.source),
            f"{markup.text(each.milliseconds)}&nbsp;ms" if each.milliseconds else "",
        )
        for each in recent.requests((cloud.logs / request_log.EDGE, cloud.logs / request_log.DIRECT), _REQUESTS)
    ]
    shown = markup.table(("Time", "Request", "Status", "From", "Took"), rows) if rows else markup.note("None yet.")
    return markup.section("requests", "Last requests", shown)


def _secrets(secrets: Sequence[dict[str, Any]]) -> str:
    rows = []
    for secret in secrets:
        latest, *older = secret["versions"] or [None]
        told = f"{latest['number']}, {markup.text(latest['state'])}" if latest else "none"
        created = markup.time(latest["created"]) if latest else ""
        rows.append((markup.code(last_segment(secret["name"]), secret["name"]), told, created, str(len(older))))
    shown = markup.table(("Name", "Latest version", "Created", "Older"), rows) if rows else markup.note("None yet.")
    return markup.section("secrets", "Secrets", shown)


def _kept(kept: Sequence[dict[str, str]]) -> str:
    """No value of one: any may be a secret."""
    if not kept:
        return ""
    rows = [(markup.code(each["type"]), markup.code(each["id"])) for each in kept]
    what = "Records of resources that do nothing here; what only Google could compute of them is made up."
    return markup.section("kept", "Kept, not played", markup.note(what), markup.table(("Type", "Id"), rows))


def _folders(cloud: Cloud, state: dict[str, Any]) -> str:
    rows = [
        (markup.code(state["data"]), "what services and jobs keep, a folder for each project"),
        (markup.code(str(cloud.logs)), "whole logs; <code>make logs</code> follows them"),
    ]
    return markup.section("folders", "Folders", markup.table(("Folder", "What"), rows))
