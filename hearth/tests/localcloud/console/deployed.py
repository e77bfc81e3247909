"""What deployments, visitors and processes leave behind, put where their parts put it."""

from typing import Any

from hearth.localcloud.cloud import Cloud
from hearth.localcloud.databases import cloud_sql
from hearth.localcloud.kept import records
from hearth.localcloud.status import status

SERVICE = "projects/demo-test/locations/us-central1/services/web"
JOB = "projects/demo-test/locations/us-central1/jobs/migrate"
SECRET = "projects/demo-test/secrets/session-key"
FAILED = {"type": "Ready", "state": "CONDITION_FAILED", "message": "<script>alert(1)</script> never listened"}
HOSTILE = "</li></section><script>alert(1)</script><img src=x onerror=alert(1)>\x1b[31m\u202ederised\x00"
CANARY = "s3cret-canary"


def put_jobs(cloud: Cloud) -> dict[str, Any]:
    """A job that failed and one that never ran."""
    store = cloud.store
    completed = {"type": "Completed", **{key: FAILED[key] for key in ("state", "message")}}
    failed = {"startTime": "2026-01-01T01:00:00Z", "completionTime": "2026-01-01T02:00:00Z", "conditions": [completed]}
    store.put(f"run/{JOB}", {"name": JOB, "latestCreatedExecution": {"name": "migrate-1"}})
    store.put(f"run/{JOB}/executions/migrate-1", failed)
    store.put(f"run/{JOB}/executions/migrate-0", {"conditions": [{"state": "CONDITION_SUCCEEDED"}]})
    store.put(f"run/{JOB}s", {"name": f"{JOB}s"})
    store.put("processes/run/79", {"pid": 79, "started": 1.0, "mark": {"CLOUD_RUN_EXECUTION": "migrate-1"}})
    return put_service(cloud)


def put_service(cloud: Cloud) -> dict[str, Any]:
    """A service whose second revision failed while the first serves, as Cloud Run's part leaves it."""
    store = cloud.store
    store.put(
        f"run/{SERVICE}",
        {
            "name": SERVICE,
            "uri": "http://localhost:8080",
            "terminalCondition": FAILED,
            "latestReadyRevision": f"{SERVICE}/revisions/web-1",
        },
    )
    for number, condition in (("1", {"state": "CONDITION_SUCCEEDED"}), ("2", FAILED)):
        name = f"{SERVICE}/revisions/web-{number}"
        container = {"image": f"us-central1-docker.pkg.dev/demo-test/app/web@sha256:{number * 64}"}
        revision = {"name": name, "createTime": f"2026-01-0{number}", "conditions": [condition]}
        store.put(f"run/{name}", revision | {"containers": [container]})
    store.put("processes/run/77", {"pid": 77, "started": 1.0, "mark": {"K_REVISION": "web-1"}})
    store.put("processes/run/78", {"pid": 78, "started": 1.0, "mark": {"K_REVISION": "other-1"}})
    return status(cloud)


def put_secret(cloud: Cloud) -> None:
    """A secret with eleven versions, more than sort as texts do."""
    key = f"secretmanager/{SECRET}"
    cloud.store.put(key, {"name": SECRET, "_versions": 11})
    for number in range(1, 12):
        version = {"name": f"{SECRET}/versions/{number}", "state": "ENABLED", "createTime": f"2026-01-{number:02}"}
        cloud.store.put(f"{key}/versions/{number}", version | {"_data": CANARY})


def put_kept(cloud: Cloud) -> None:
    record = {"type": "gcp:pubsub/topic:Topic", "project": "demo-x", "id": "projects/demo-x/topics/<t>", "urn": "u"}
    records.put(cloud.store, {**record, "inputs": {"s": CANARY}, "outputs": {}})


def put_databases(cloud: Cloud) -> None:
    """A server that runs, one that does not, and a file."""
    for number, name in ((80, "shop"), (0, "idle")):
        instance = f"projects/demo-test/instances/{name}"
        cloud.store.put(f"sqladmin/{instance}", {"name": instance})
        data = cloud_sql.data_folder(cloud, instance)
        data.mkdir(parents=True)
        (data / "PG_VERSION").write_text("15\n", encoding="utf-8")
        if number:
            mark = {"HEARTH_DATABASE_DIR": str(data)}
            cloud.store.put(f"processes/run/{number}", {"pid": number, "started": 1.0, "mark": mark})
    file = cloud.data / "demo-test" / "service.sqlite3"
    file.parent.mkdir(parents=True)
    file.touch()


def put_all(cloud: Cloud) -> None:
    """All of it, with lines that are hostile."""
    put_jobs(cloud)
    put_secret(cloud)
    put_kept(cloud)
    put_databases(cloud)
    write(cloud, "services/web.log", f"web-1 | {HOSTILE}", 'web-1 | {"severity": "INFO", "message": "<b>started</b>"}')
    write(cloud, "jobs/migrate.log", f"migrate-1 | {HOSTILE * 20}")
    write(
        cloud,
        "edge.log",
        "2026-01-01T10:00:00.000000Z GET localhost:5000 /items/%3Cscript%3E 200 web MISS 812B 12.5ms",
        f"2026-01-01T10:00:01.000000Z GET <img src=x onerror=alert(1)> /{'long' * 100} 502 edge MISS 9B 1.0ms",
        HOSTILE,
    )


def write(cloud: Cloud, name: str, *lines: str) -> None:
    """Append lines to a log file."""
    path = cloud.logs / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in lines))
