"""Placeholders of what is kept never reach what runs; everything else does."""

import base64
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from hearth.catalog.apis import CLOUD_RUN, IAM, RESOURCE_MANAGER, SECRET_MANAGER, SQL_ADMIN
from hearth.localcloud import recorded
from hearth.localcloud.kept.api import KEPT, path
from hearth.localcloud.kept.placeholders import Placeholders
from hearth.localcloud.run.preparation import Preparation
from hearth.localcloud.run.secret_env import SecretsError
from hearth.tests.localcloud.running import PROJECT, LocalCloud, in_thread

REDIS = "gcp:redis/instance:Instance"
ID = f"projects/{PROJECT}/locations/us-central1/instances/cache"
MARK = "33a424c3a2dc"
RECORD = {
    "urn": f"urn:pulumi:local::shop::{REDIS}::cache",
    "inputs": {"name": "cache"},
    "outputs": {},
    "madeUp": {
        "host": "198.18.83.84",
        "port": 15254,
        "authString": "33a424c3-a2dc-4a5e-8f60-1c2d3e4f5a6b",
        "readEndpoint": f"read-endpoint-{MARK}.invalid",
    },
    "mark": MARK,
}
PLACE = f"projects/{PROJECT}/locations/us-central1"


@pytest.fixture
def kept(local: LocalCloud) -> LocalCloud:
    local.call("POST", KEPT, path(REDIS, PROJECT, ID), RECORD)
    return local


@pytest.fixture
def recorded_kept(tmp_path: Path) -> Iterator[LocalCloud]:
    with in_thread(tmp_path / "records", compose=recorded.parts, records_only=True) as cloud:
        cloud.enable()
        cloud.call("POST", KEPT, path(REDIS, PROJECT, ID), RECORD)
        yield cloud


def service(**env: Any) -> dict[str, Any]:
    entries = [{"name": name, **({"value": value} if isinstance(value, str) else value)} for name, value in env.items()]
    return {"template": {"containers": [{"image": "x", "env": entries}]}}


def job(**env: Any) -> dict[str, Any]:
    return {"template": {"template": service(**env)["template"]}}


def secret(cloud: LocalCloud, value: str) -> Mapping[str, Any]:
    """A secret that everything may read; how a variable refers to it."""
    cloud.call("POST", SECRET_MANAGER, f"projects/{PROJECT}/secrets?secretId=url", {"replication": {"automatic": {}}})
    data = base64.b64encode(value.encode()).decode()
    cloud.call("POST", SECRET_MANAGER, f"projects/{PROJECT}/secrets/url:addVersion", {"payload": {"data": data}})
    cloud.call(
        "POST",
        IAM,
        f"projects/{PROJECT}/serviceAccounts",
        {"accountId": "runs-it", "serviceAccount": {}},
    )
    account = f"runs-it@{PROJECT}.iam.gserviceaccount.com"
    policy = {"bindings": [{"role": "roles/secretmanager.secretAccessor", "members": [f"serviceAccount:{account}"]}]}
    cloud.call("POST", RESOURCE_MANAGER, f"projects/{PROJECT}:setIamPolicy", {"policy": policy})
    return {"valueSource": {"secretKeyRef": {"secret": "url", "version": "latest"}}}


@pytest.mark.parametrize(
    ("value", "output"),
    [
        ("198.18.83.84", "host"),
        ("redis://:pass@198.18.83.84:6379/0", "host"),
        ("15254", "port"),
        (f"https://READ-ENDPOINT-{MARK}.invalid/x", "readEndpoint"),
        (f"prefix-{MARK}", "readEndpoint"),
        (base64.b64encode(b"host=198.18.83.84").decode(), "host"),
    ],
)
def test_a_service_is_not_given_a_placeholder(kept: LocalCloud, value: str, output: str) -> None:
    """Told with the variable and the resource's output, and without the value."""
    refused = kept.call("POST", CLOUD_RUN, f"{PLACE}/services?serviceId=web", service(REDIS_URL=value), status=400)

    said = refused["error"]["message"]
    assert f"variable REDIS_URL would get a placeholder for {output} of {REDIS} cache." in said
    assert value not in said
    assert kept.call("GET", CLOUD_RUN, f"{PLACE}/services") == {}


@pytest.mark.parametrize("value", ["198.18.83.840", "6379", "152545", ID, "cache", f"redis://127.0.0.1/{PROJECT}", ""])
def test_what_is_no_placeholder_is_handed_over(kept: LocalCloud, value: str) -> None:
    """Ids and names that consist of inputs; and what only looks like a part of one."""
    assert kept.in_loop(lambda cloud: Placeholders(cloud.store).origin(value)) is None


def test_nor_a_secret_that_holds_one_which_leaves_the_service_as_it_was(kept: LocalCloud) -> None:
    reference = secret(kept, "redis://198.18.83.84")
    body = service(REDIS_URL=reference)
    body["template"]["serviceAccount"] = f"runs-it@{PROJECT}.iam.gserviceaccount.com"
    kept.call("POST", CLOUD_RUN, f"{PLACE}/services?serviceId=web", service(MODE="old"))

    refused = kept.call("PATCH", CLOUD_RUN, f"{PLACE}/services/web", body, status=400)

    assert "variable REDIS_URL would get a placeholder for host" in refused["error"]["message"]
    (container,) = kept.call("GET", CLOUD_RUN, f"{PLACE}/services/web")["template"]["containers"]
    assert container["env"] == [{"name": "MODE", "value": "old"}]


def test_nor_a_job_nor_what_is_started_with(kept: LocalCloud) -> None:
    started = job()
    started["template"]["template"]["containers"][0]["args"] = ["--host", "198.18.83.84"]

    for body, what in ((job(HOST="198.18.83.84"), "The environment variable HOST"), (started, "args[1]")):
        refused = kept.call("POST", CLOUD_RUN, f"{PLACE}/jobs?jobId=migrate", body, status=400)
        assert refused["error"]["message"].startswith(f"{what} would get a placeholder for host")


def test_a_version_that_came_after_the_change_is_not_handed_over_either(kept: LocalCloud) -> None:
    """The latest one is read anew whenever an instance starts."""
    container = {"env": [{"name": "REDIS_URL", **secret(kept, "redis://198.18.83.84")}]}
    account = f"runs-it@{PROJECT}.iam.gserviceaccount.com"

    with pytest.raises(SecretsError, match="REDIS_URL would get a placeholder for host"):
        kept.in_loop(lambda cloud: Preparation(cloud).variables(PROJECT, account, container))


def test_records_alone_take_all_of_it(recorded_kept: LocalCloud) -> None:
    """What a preview deploys onto hands nothing to anybody."""
    taken = recorded_kept.call(
        "POST", CLOUD_RUN, f"{PLACE}/services?serviceId=web", service(REDIS_URL="redis://198.18.83.84:15254")
    )
    job_taken = recorded_kept.call("POST", CLOUD_RUN, f"{PLACE}/jobs?jobId=migrate", job(HOST="198.18.83.84"))

    assert {"error"} & (taken.keys() | job_taken.keys()) == set()


def test_the_address_of_a_server_that_is_reached_by_its_socket_is_none_to_connect_to(local: LocalCloud) -> None:
    servers = f"projects/{PROJECT}/instances"
    server = {"name": "web", "databaseVersion": "POSTGRES_17", "settings": {"tier": "db-f1-micro"}}
    local.call("POST", SQL_ADMIN, servers, server)
    address = local.call("GET", SQL_ADMIN, f"{servers}/web")["ipAddresses"][0]["ipAddress"]

    refused = local.call("POST", CLOUD_RUN, f"{PLACE}/services?serviceId=web", service(DB=address), status=400)

    assert "placeholder for ipAddresses[0].ipAddress of gcp:sql" in refused["error"]["message"]
