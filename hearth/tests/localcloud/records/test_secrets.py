"""Secret Manager: secrets, versions, and who gets to see a payload."""

import base64

import pytest

from hearth.catalog.apis import SECRET_MANAGER
from hearth.localcloud.errors import ApiError
from hearth.localcloud.records import secrets
from hearth.tests.localcloud.running import LocalCloud

SECRETS = "projects/demo-test/secrets"
KEY = f"{SECRETS}/key"


@pytest.fixture(autouse=True)
def _secret(local: LocalCloud) -> None:
    create(local, "key")


def create(local: LocalCloud, name: str, status: int = 200) -> dict[str, object]:
    path = f"{SECRETS}?secretId={name}"
    return local.call("POST", SECRET_MANAGER, path, {"replication": {"automatic": {}}}, status=status)


def add(local: LocalCloud, payload: bytes) -> str:
    body = {"payload": {"data": base64.b64encode(payload).decode()}}
    return str(local.call("POST", SECRET_MANAGER, f"{KEY}:addVersion", body)["name"])


def read(local: LocalCloud, version: str) -> bytes:
    answer = local.call("GET", SECRET_MANAGER, f"{KEY}/versions/{version}:access")
    return base64.b64decode(answer["payload"]["data"])


def test_versions_are_numbered_and_latest_is_the_newest(local: LocalCloud) -> None:
    """Numbers, not texts: the tenth is newer than the ninth."""
    names = [add(local, str(number).encode()) for number in range(1, 12)]

    assert names[0] == f"{KEY}/versions/1"
    assert read(local, "latest") == b"11"
    assert read(local, "9") == b"9"
    listed = local.call("GET", SECRET_MANAGER, f"{KEY}/versions")
    assert [version["name"] for version in listed["versions"]] == names[::-1]
    assert listed["totalSize"] == 11


def test_payloads_are_given_by_access_alone(local: LocalCloud) -> None:
    add(local, b"s3cret")
    encoded = base64.b64encode(b"s3cret").decode()

    for path in (SECRETS, KEY, f"{KEY}/versions", f"{KEY}/versions/1"):
        assert encoded not in local.session.get(local.url(SECRET_MANAGER, path)).text
    assert "s3cret" not in (local.root / "logs" / "cloud.log").read_text()


def test_a_payload_is_any_bytes(local: LocalCloud) -> None:
    add(local, bytes(range(256)))

    assert read(local, "1") == bytes(range(256))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "payload.data is required"),
        ({"payload": {}}, "payload.data is required"),
        ({"payload": "x"}, "payload.data is required"),
        ({"payload": {"data": "not base64!"}}, "not base64"),
        ({"payload": {"data": 7}}, "text was expected"),
        ({"payload": {"data": ""}}, "has 0 bytes"),
        ({"payload": {"data": base64.b64encode(bytes(65_537)).decode()}}, "has 65537 bytes"),
    ],
)
def test_a_bad_payload_is_refused(local: LocalCloud, body: object, says: str) -> None:
    error = local.call("POST", SECRET_MANAGER, f"{KEY}:addVersion", body, status=400)["error"]

    assert says in error["message"]


def test_the_largest_payload_is_taken(local: LocalCloud) -> None:
    add(local, bytes(65_536))

    assert len(read(local, "1")) == 65_536


def test_a_disabled_version_is_not_read_and_is_still_the_latest(local: LocalCloud) -> None:
    """Secret Manager doesn't fall back to an older one, and a service must not start on a stale secret."""
    add(local, b"old")
    add(local, b"new")
    local.call("POST", SECRET_MANAGER, f"{KEY}/versions/2:disable", {})

    error = local.call("GET", SECRET_MANAGER, f"{KEY}/versions/latest:access", status=400)["error"]
    assert error["status"] == "FAILED_PRECONDITION"
    assert "DISABLED" in error["message"]

    local.call("POST", SECRET_MANAGER, f"{KEY}/versions/2:enable", {})
    assert read(local, "latest") == b"new"


def test_a_destroyed_version_leaves_no_payload_and_never_comes_back(local: LocalCloud) -> None:
    add(local, b"s3cret")

    destroyed = local.call("POST", SECRET_MANAGER, f"{KEY}/versions/1:destroy", {})

    assert destroyed["state"] == "DESTROYED"
    assert "destroyTime" in destroyed
    assert local.call("POST", SECRET_MANAGER, f"{KEY}/versions/1:destroy", {}) == destroyed
    local.call("POST", SECRET_MANAGER, f"{KEY}/versions/1:enable", {}, status=400)
    local.call("GET", SECRET_MANAGER, f"{KEY}/versions/1:access", status=400)
    kept = local.in_loop(lambda cloud: cloud.store.get(f"secretmanager/{KEY}/versions/1"))
    assert kept == destroyed
    assert add(local, b"next") == f"{KEY}/versions/2"


def test_an_alias_names_a_version(local: LocalCloud) -> None:
    add(local, b"old")
    add(local, b"new")

    local.call("PATCH", SECRET_MANAGER, f"{KEY}?updateMask=versionAliases", {"versionAliases": {"stable": "1"}})

    assert read(local, "stable") == b"old"


@pytest.mark.parametrize("version", ["latest", "1", "stable", "-1"])
def test_a_version_that_is_not_there_is_not_found(local: LocalCloud, version: str) -> None:
    local.call("GET", SECRET_MANAGER, f"{KEY}/versions/{version}:access", status=404)
    local.call("GET", SECRET_MANAGER, f"{KEY}/versions/{version}", status=404)


@pytest.mark.parametrize("path", ["", "/versions", "/versions/latest:access"])
def test_a_secret_that_is_not_there_is_not_found(local: LocalCloud, path: str) -> None:
    local.call("GET", SECRET_MANAGER, f"{SECRETS}/gone{path}", status=404)


@pytest.mark.parametrize("name", ["", "a.b", "a b", "a/b", "x" * 256])
def test_the_name_follows_googles_rule(local: LocalCloud, name: str) -> None:
    create(local, name, status=400)


def test_a_secret_is_made_once_and_says_how_it_is_replicated(local: LocalCloud) -> None:
    create(local, "key", status=409)
    bad: list[object] = [{}, {"replication": {}}, {"replication": {"auto": {}}}, {"replication": "automatic"}]
    for body in bad:
        local.call("POST", SECRET_MANAGER, f"{SECRETS}?secretId=other", body, status=400)
    unknown = {"replication": {"automatic": {}}, "colour": "red"}
    error = local.call("POST", SECRET_MANAGER, f"{SECRETS}?secretId=other", unknown, status=400)["error"]
    assert 'Unknown name "colour"' in error["message"]


def test_a_change_names_its_fields(local: LocalCloud) -> None:
    path = f"{KEY}?updateMask="
    labels = {"labels": {"app": "web"}}

    assert local.call("PATCH", SECRET_MANAGER, f"{path}labels", labels)["labels"] == {"app": "web"}
    assert "labels" not in local.call("PATCH", SECRET_MANAGER, f"{path}labels", {})
    local.call("PATCH", SECRET_MANAGER, KEY, labels, status=400)
    local.call("PATCH", SECRET_MANAGER, f"{path}replication", {"replication": {"automatic": {}}}, status=400)


def test_a_deleted_secret_takes_its_versions_and_its_numbers_along(local: LocalCloud) -> None:
    add(local, b"old")

    local.call("DELETE", SECRET_MANAGER, KEY)
    create(local, "key")

    local.call("GET", SECRET_MANAGER, f"{KEY}/versions/1", status=404)
    assert add(local, b"new") == f"{KEY}/versions/1"


def test_services_read_payloads_by_name(local: LocalCloud) -> None:
    add(local, b"s3cret")

    assert local.in_loop(lambda cloud: secrets.access(cloud.store, f"{KEY}/versions/latest")) == b"s3cret"
    with pytest.raises(ApiError, match="versions/7' was not found"):
        local.in_loop(lambda cloud: secrets.access(cloud.store, f"{KEY}/versions/7"))
    with pytest.raises(ApiError, match="not of the form"):
        local.in_loop(lambda cloud: secrets.access(cloud.store, KEY))
