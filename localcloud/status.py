"""What runs where, read off the store: for the console and for `/_local/status`, which `make status` prints."""

from typing import Any

from localcloud.cloud import Cloud
from localcloud.hosting.names import LIVE, SiteName
from localcloud.hosting.sites import site_url
from localcloud.run.access import is_public
from localcloud.store import Document


def status(cloud: Cloud) -> dict[str, Any]:
    """`{"services": [...], "sites": [...], "apis": URL}`; every value in it is text, a flag, or a list of such."""
    return {"apis": cloud.origin, "services": services(cloud), "sites": sites(cloud)}


def services(cloud: Cloud) -> list[dict[str, Any]]:
    """Cloud Run's services with their revisions, newest first, and their instances."""
    instances = [body for _, body in cloud.store.children("processes/run")]
    return [
        _service(cloud, name, body, instances)
        for name, body in cloud.store.below("run")
        if name.split("/")[-2] == "services"
    ]


def sites(cloud: Cloud) -> list[dict[str, Any]]:
    """Hosting's sites with their live release; its fields are empty for a site that has none."""
    found = []
    for name, entry in cloud.store.children("firebasehosting/sites"):
        site = SiteName(entry["project"], name.rpartition("/")[2])
        number = (cloud.store.get(site.below("channels", LIVE)) or {}).get("_release", "")
        release = cloud.store.get(site.below("channels", LIVE, "releases", number)) or {}
        found.append(
            {
                "name": site.name,
                "url": site_url(cloud, site),
                "release": release.get("type", ""),
                "version": release.get("_version", ""),
                "released": release.get("releaseTime", ""),
                "message": release.get("message", ""),
            }
        )
    return found


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
        "serving": _last(body.get("latestReadyRevision", "")),
        "revisions": [
            {
                "name": _last(each["name"]),
                "state": _state((each.get("conditions") or [{}])[0]),
                "image": _last((each.get("containers") or [{}])[0].get("image", "")),
                "created": each.get("createTime", ""),
            }
            for _, each in revisions
        ],
        "instances": [
            {"pid": each["pid"], "revision": each["mark"]["K_REVISION"]}
            for each in instances
            if f"{name}/revisions/{each['mark']['K_REVISION']}" in own
        ],
    }


def _state(condition: Document) -> str:
    """`ready`, `failed` or `starting`."""
    return {"CONDITION_SUCCEEDED": "ready", "CONDITION_FAILED": "failed"}.get(condition.get("state", ""), "starting")


def _last(name: str) -> str:
    return name.rpartition("/")[2]
