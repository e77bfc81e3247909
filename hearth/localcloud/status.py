"""What runs where, read off the store: for the console and for `/_local/status`, which `make status` prints."""

from pathlib import Path
from typing import Any

import psutil

from hearth.catalog.apis import CLOUD_TASKS, FIRESTORE, SECRET_MANAGER, SQL_ADMIN
from hearth.catalog.played import is_kept
from hearth.facts.names import last_segment
from hearth.localcloud import times
from hearth.localcloud.calls import declared, schedules
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.databases import firestore
from hearth.localcloud.databases.cloud_sql import data_folder
from hearth.localcloud.databases.postgres_programs import written_by
from hearth.localcloud.databases.server import FOLDER_VARIABLE
from hearth.localcloud.hosting.channels import Channels, channel_url
from hearth.localcloud.hosting.names import LIVE, SiteName
from hearth.localcloud.kept import records
from hearth.localcloud.run.access import is_public
from hearth.localcloud.store import Document

_EXECUTION_STATES = {
    "CONDITION_SUCCEEDED": "succeeded",
    "CONDITION_FAILED": "failed",
    "CONDITION_RECONCILING": "running",
}


def status(cloud: Cloud) -> dict[str, Any]:
    """A list each of services, jobs, databases, sites, secrets, queues, schedules and kept resources; `apis`, a URL;
    `started`, since when; `data`, the folder of what services keep. Values are text, flags, numbers or lists; times are
    RFC 3339.
    """
    return {
        "apis": cloud.origin,
        "started": times.at(psutil.Process().create_time()),
        "data": str(cloud.data),
        "services": services(cloud),
        "jobs": jobs(cloud),
        "databases": databases(cloud),
        "sites": sites(cloud),
        "secrets": secrets(cloud),
        "queues": queues(cloud),
        "schedules": schedules.listed(cloud.store),
        "kept": [each for each in records.listed(cloud.store) if is_kept(each["type"])],
    }


def services(cloud: Cloud) -> list[dict[str, Any]]:
    """Cloud Run's services with their revisions, newest first, and their instances."""
    instances = [body for _, body in cloud.store.children("processes/run")]
    return [
        _service(cloud, name, body, instances)
        for name, body in cloud.store.below("run")
        if name.split("/")[-2] == "services"
    ]


def jobs(cloud: Cloud) -> list[dict[str, Any]]:
    """Cloud Run's jobs with their latest execution; its fields are empty for a job that never ran."""
    found = []
    for name, body in cloud.store.below("run"):
        if name.split("/")[-2] != "jobs":
            continue
        latest = (body.get("latestCreatedExecution") or {}).get("name", "")
        execution = cloud.store.get(f"{name}/executions/{latest}") or {}
        completed = (execution.get("conditions") or [{}])[0]
        failed = completed.get("state") == "CONDITION_FAILED"
        found.append(
            {
                "name": body["name"],
                "state": _EXECUTION_STATES.get(completed.get("state", ""), "never run"),
                "execution": latest,
                "started": execution.get("startTime", ""),
                "ended": execution.get("completionTime", ""),
                "message": completed.get("message", "") if failed else "",
            }
        )
    return found


def queues(cloud: Cloud) -> list[dict[str, Any]]:
    """Cloud Tasks' queues, each with the number of tasks that wait."""
    return [
        {"name": name, "waiting": len(cloud.store.children(f"{CLOUD_TASKS.prefix}/{name}/tasks"))}
        for name, _ in declared.each(cloud.store, declared.QUEUE)
    ]


def databases(cloud: Cloud) -> list[dict[str, Any]]:
    """Servers with their processes, and files of SQLite, which have none: `pid` is 0, `started` and `log` are empty."""
    running = {each["mark"].get(FOLDER_VARIABLE): each for _, each in cloud.store.children("processes/run")}
    found = []
    for key, body in (*cloud.store.below(SQL_ADMIN.prefix), *cloud.store.below(FIRESTORE.prefix)):
        match key.split("/")[-2]:
            case "instances":
                data = data_folder(cloud, body["name"])
                kind = f"Postgres {written_by(data)}".strip()
            case "databases" if key.startswith(f"{FIRESTORE.prefix}/"):
                data, kind = firestore.folder(cloud), "Firestore emulator"
            case _:
                continue
        found.append(_server(body["name"], kind, data, running.get(str(data))))
    return [*found, *map(_file, sorted(cloud.data.glob("*/*.sqlite3")))]


def sites(cloud: Cloud) -> list[dict[str, Any]]:
    """What Hosting serves: sites by their live channels, previews as `SITE:CHANNEL`; without a release, its fields are
    empty.
    """
    channels = Channels(cloud.store)
    found = []
    for name, entry in cloud.store.children("firebasehosting/sites"):
        site = SiteName(entry["project"], name.rpartition("/")[2])
        for channel, body in channels.list_for(site):
            number = body.get("_release", "")
            release = cloud.store.get(site.below("channels", channel, "releases", number)) or {}
            found.append(
                {
                    "name": site.name if channel == LIVE else f"{site.name}:{channel}",
                    "url": channel_url(cloud, site, channel),
                    "release": release.get("type", ""),
                    "version": release.get("_version", ""),
                    "released": release.get("releaseTime", ""),
                    "message": release.get("message", ""),
                }
            )
    return found


def secrets(cloud: Cloud) -> list[dict[str, Any]]:
    """Names of Secret Manager's secrets with their versions, newest first; never what is in one."""
    found = []
    for name, body in cloud.store.below(SECRET_MANAGER.prefix):
        if name.split("/")[-2] != "secrets":
            continue
        versions = [
            {
                "number": int(last_segment(each["name"])),
                "state": each["state"].lower(),
                "created": each["createTime"],
            }
            for _, each in cloud.store.children(f"{name}/versions")
        ]
        versions.sort(key=lambda version: version["number"], reverse=True)
        found.append({"name": body["name"], "versions": versions})
    return found


def _server(name: str, kind: str, data: Path, process: Document | None) -> dict[str, Any]:
    """The log of a server is called like the folder of its data."""
    found = {"name": name, "kind": kind, "state": "not running", "pid": 0, "started": "", "data": str(data)}
    running = process and {"state": "running", "pid": process["pid"], "started": times.at(process["started"])}
    return found | {"log": data.name} | (running or {})


def _file(file: Path) -> dict[str, Any]:
    return {**_server(file.name, "SQLite", file, None), "state": "file", "log": ""}


def _service(cloud: Cloud, name: str, body: Document, instances: list[Document]) -> dict[str, Any]:
    ready = body.get("terminalCondition", {})
    revisions = sorted(
        cloud.store.children(f"{name}/revisions"), key=lambda item: str(item[1].get("createTime")), reverse=True
    )
    own = {key for key, _ in revisions}
    return {
        "name": body["name"],
        "url": body.get("uri", ""),
        "public": bool(body.get("invokerIamDisabled")) or is_public(cloud.store, body["name"]),
        "state": _state(ready),
        "message": ready.get("message", ""),
        "serving": last_segment(body.get("latestReadyRevision", "")),
        "revisions": [
            {
                "name": last_segment(each["name"]),
                "state": _state((each.get("conditions") or [{}])[0]),
                "image": last_segment((each.get("containers") or [{}])[0].get("image", "")),
                "created": each.get("createTime", ""),
            }
            for _, each in revisions
        ],
        "instances": [
            {"pid": each["pid"], "revision": revision, "started": times.at(each["started"])}
            for each in instances
            # Tasks of jobs have none.
            if (revision := each["mark"].get("K_REVISION")) and f"{name}/revisions/{revision}" in own
        ],
    }


def _state(condition: Document) -> str:
    """`ready`, `failed` or `starting`."""
    return {"CONDITION_SUCCEEDED": "ready", "CONDITION_FAILED": "failed"}.get(condition.get("state", ""), "starting")
