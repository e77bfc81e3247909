"""What runs where, as one page for people (`/`) and as JSON for commands (`/_local/status`).

Made on the server, without a script and without anything from elsewhere: it works offline, and what services put
into their names and messages is escaped, never run.
"""

import os
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, Final

from aiohttp import web

from hearth.localcloud import code
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.status import status

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_STYLE: Final = """
:root { color-scheme: light dark; --line: light-dark(#ddd, #444); --soft: light-dark(#666, #aaa);
  --good: light-dark(#137333, #81c995); --bad: light-dark(#b3261e, #f2b8b5); --wait: light-dark(#8a5a00, #fdd663); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .25rem 0; } .soft { color: var(--soft); } .scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; color: var(--soft); }
th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; } code { font-size: .9em; overflow-wrap: anywhere; }
/* A narrow window scrolls a table rather than break its names letter by letter. */
table { min-width: 48rem; }
.ready, .succeeded { color: var(--good); } .failed { color: var(--bad); }
.starting, .running { color: var(--wait); }
"""


def routes(cloud: Cloud) -> Iterable[web.RouteDef]:
    # Of what was loaded, not of what lies there when somebody asks.
    loaded = code.digest()

    async def page(_request: web.Request) -> web.Response:
        return web.Response(text=render(cloud, status(cloud)), content_type="text/html", headers=_HEADERS)

    async def data(_request: web.Request) -> web.Response:
        return web.json_response(status(cloud))

    async def health(_request: web.Request) -> web.Response:
        ports = {"apis": cloud.ports.apis, "edge": cloud.ports.edge, "service": cloud.ports.service}
        return web.json_response(
            {
                "status": "ok",
                "pid": os.getpid(),
                "ports": ports,
                "root": str(cloud.root),
                "code": loaded,
            }
        )

    return [web.get("/", page), web.get("/_local/status", data), web.get("/_local/health", health)]


def render(cloud: Cloud, state: dict[str, Any]) -> str:
    """The page for what `status` found."""
    sites = "".join(_site(site) for site in state["sites"]) or _none("No site yet: <code>make up</code> deploys one.")
    services = "".join(_service(service) for service in state["services"]) or _none("No service yet.")
    jobs = _jobs(state["jobs"]) if state["jobs"] else _none("No job yet.")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Local cloud</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>Local cloud</h1>
<p class="soft">APIs at <code>{escape(cloud.origin)}</code>, process {os.getpid()}, folder \
<code>{escape(str(cloud.root))}</code></p>
<main>
<h2>Hosting sites</h2>
{sites}
<h2>Cloud Run services</h2>
{services}
<h2>Cloud Run jobs</h2>
{jobs}
{_kept(state["kept"])}</main>
<p class="soft"><a href="/_local/status">The same as JSON</a>, <a href="/_local/methods">all API methods</a></p>
</body>
</html>
"""


def _site(site: dict[str, Any]) -> str:
    release = f"{site['release']} of {site['version']}, {site['released']}" if site["release"] else "never released"
    message = f" ({site['message']})" if site["message"] else ""
    return (
        f"<p>{_link(site['url'])} <code>{escape(site['name'])}</code></p><p class=soft>{escape(release + message)}</p>"
    )


def _service(service: dict[str, Any]) -> str:
    access = "public" if service["public"] else "not public: nobody granted allUsers the role of an invoker"
    head = (
        f"<p>{_link(service['url'])} <code>{escape(service['name'])}</code>: {_state(service['state'])}, {access}</p>"
    )
    message = f"<p class=failed>{escape(service['message'])}</p>" if service["message"] else ""
    pids: dict[str, list[str]] = {}
    for instance in service["instances"]:
        pids.setdefault(instance["revision"], []).append(str(instance["pid"]))
    rows = [
        (
            f"<code>{escape(each['name'])}</code>",
            _state(each["state"]) + (" (serving)" if each["name"] == service["serving"] else ""),
            escape(", ".join(pids.get(each["name"], [])) or "none"),
            f"<code>{escape(each['image'])}</code>",
            escape(each["created"]),
        )
        for each in service["revisions"]
    ]
    return head + message + _table(("Revision", "State", "Instances (processes)", "Image", "Created"), rows)


def _jobs(jobs: Sequence[dict[str, Any]]) -> str:
    rows = [
        (
            f"<code>{escape(each['name'])}</code>",
            _state(each["state"]),
            f"<code>{escape(each['execution'])}</code>",
            escape(each["ended"]),
            escape(each["message"]),
        )
        for each in jobs
    ]
    return _table(("Job", "Latest execution", "Name", "Ended", "Message"), rows)


def _kept(kept: Sequence[dict[str, str]]) -> str:
    """No value of one: any may be a secret."""
    if not kept:
        return ""
    rows = [(f"<code>{escape(each['type'])}</code>", f"<code>{escape(each['id'])}</code>") for each in kept]
    return f"""<h2>Kept, not played</h2>
<p class="soft">Records of resources that do nothing here; what only Google could compute of them is made up.</p>
{_table(("Type", "Id"), rows)}
"""


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{each}</th>' for each in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _state(state: str) -> str:
    return f'<span class="{escape(state)}">{escape(state)}</span>'


def _link(url: str) -> str:
    # Only addresses of this machine are links: a document could hold `javascript:`.
    return f'<a href="{escape(url)}">{escape(url)}</a>' if url.startswith("http://") else escape(url)


def _none(text: str) -> str:
    return f'<p class="soft">{text}</p>'
