"""IAM policies, over the HTTP surface of every kind of resource that has one."""

import pytest

from hearth.catalog.apis import ARTIFACT_REGISTRY, CLOUD_RUN, IAM, RESOURCE_MANAGER, SECRET_MANAGER, STORAGE, Api
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.records import policies
from hearth.tests.localcloud.running import LocalCloud

PLACE = "projects/demo-test/locations/us-central1"
SERVICE = f"{PLACE}/services/web"
ACCOUNT = "projects/demo-test/serviceAccounts/web-runtime@demo-test.iam.gserviceaccount.com"
MEMBER = "serviceAccount:web-runtime@demo-test.iam.gserviceaccount.com"
ROLE = "roles/run.invoker"


@pytest.fixture(autouse=True)
def _resources(local: LocalCloud) -> None:
    local.call("POST", IAM, "projects/demo-test/serviceAccounts", {"accountId": "web-runtime"})
    local.call("POST", SECRET_MANAGER, "projects/demo-test/secrets?secretId=key", {"replication": {"automatic": {}}})
    local.call("POST", ARTIFACT_REGISTRY, f"{PLACE}/repositories?repositoryId=app", {"format": "DOCKER"})
    local.in_loop(lambda cloud: cloud.store.put(f"run/{SERVICE}", {"name": SERVICE}))


@pytest.mark.parametrize(
    ("api", "name", "read"),
    [
        (RESOURCE_MANAGER, "projects/demo-test", "POST"),
        (IAM, ACCOUNT, "POST"),
        (SECRET_MANAGER, "projects/demo-test/secrets/key", "GET"),
        (ARTIFACT_REGISTRY, f"{PLACE}/repositories/app", "GET"),
        (CLOUD_RUN, SERVICE, "GET"),
    ],
)
def test_read_modify_write(local: LocalCloud, api: Api, name: str, read: str) -> None:
    """The verb differs by API: Google's clients send exactly these."""
    empty = local.call(read, api, f"{name}:getIamPolicy")
    assert empty == {"etag": "ACAB", "version": 1}
    bindings = [{"role": ROLE, "members": ["allUsers"]}]

    written = local.call("POST", api, f"{name}:setIamPolicy", {"policy": empty | {"bindings": bindings}})

    assert written["bindings"] == bindings
    assert written["etag"] != empty["etag"]
    assert local.call(read, api, f"{name}:getIamPolicy") == written


def test_a_writer_with_an_old_etag_is_told_to_start_over(local: LocalCloud) -> None:
    """Two grants at once both read, then both write: the second one must not undo the first."""
    read = local.call("GET", CLOUD_RUN, f"{SERVICE}:getIamPolicy")
    first = {"policy": read | {"bindings": [{"role": ROLE, "members": ["allUsers"]}]}}
    second = {"policy": read | {"bindings": [{"role": ROLE, "members": [MEMBER]}]}}
    local.call("POST", CLOUD_RUN, f"{SERVICE}:setIamPolicy", first)

    error = local.call("POST", CLOUD_RUN, f"{SERVICE}:setIamPolicy", second, status=409)["error"]

    assert error["status"] == "ABORTED"
    assert "concurrent policy changes" in error["message"]
    kept = local.call("GET", CLOUD_RUN, f"{SERVICE}:getIamPolicy")
    assert kept["bindings"] == [{"role": ROLE, "members": ["allUsers"]}]


def test_buckets_have_the_storage_apis_own_form(local: LocalCloud) -> None:
    local.call("POST", STORAGE, "b?project=demo-test", {"name": "demo-test-files"})
    read = local.call("GET", STORAGE, "b/demo-test-files/iam")
    assert read["kind"] == "storage#policy"

    granted = read | {"bindings": [{"role": "roles/storage.objectViewer", "members": [MEMBER]}]}
    written = local.call("PUT", STORAGE, "b/demo-test-files/iam", granted)

    assert written["bindings"] == granted["bindings"]
    local.call("PUT", STORAGE, "b/demo-test-files/iam", granted, status=409)


def test_bindings_are_merged_and_empty_ones_dropped(local: LocalCloud) -> None:
    bindings = [
        {"role": "roles/run.viewer", "members": []},
        {"role": ROLE, "members": ["allUsers", MEMBER]},
        {"role": ROLE, "members": ["user:a@example.com", "allUsers"]},
    ]

    written = local.call("POST", CLOUD_RUN, f"{SERVICE}:setIamPolicy", {"policy": {"bindings": bindings}})

    assert written["bindings"] == [{"role": ROLE, "members": ["allUsers", MEMBER, "user:a@example.com"]}]


def test_a_condition_makes_a_binding_of_its_own_and_version_3(local: LocalCloud) -> None:
    condition = {"title": "until", "expression": "request.time < timestamp('2030-01-01T00:00:00Z')"}
    bindings = [
        {"role": ROLE, "members": ["allUsers"], "condition": condition},
        {"role": ROLE, "members": [MEMBER]},
    ]

    written = local.call("POST", CLOUD_RUN, f"{SERVICE}:setIamPolicy", {"policy": {"bindings": bindings}})

    assert written["version"] == 3
    assert sorted(len(binding) for binding in written["bindings"]) == [2, 3]


@pytest.mark.parametrize(
    ("binding", "says"),
    [
        ({"role": "run.invoker", "members": ["allUsers"]}, "Role 'run.invoker'"),
        ({"members": ["allUsers"]}, "Role 'None'"),
        ({"role": ROLE, "members": ["everybody"]}, "member 'everybody'"),
        ({"role": ROLE, "members": ["serviceAccount:nobody"]}, "member 'serviceAccount:nobody'"),
        (
            {"role": ROLE, "members": ["serviceAccount:gone@demo-test.iam.gserviceaccount.com"]},
            "Service account gone@demo-test.iam.gserviceaccount.com does not exist",
        ),
        ("allUsers", "list of objects"),
    ],
)
def test_a_bad_binding_is_refused_and_changes_nothing(local: LocalCloud, binding: object, says: str) -> None:
    body = {"policy": {"bindings": [binding]}}

    error = local.call("POST", CLOUD_RUN, f"{SERVICE}:setIamPolicy", body, status=400)["error"]

    assert says in error["message"]
    assert "bindings" not in local.call("GET", CLOUD_RUN, f"{SERVICE}:getIamPolicy")


@pytest.mark.parametrize("verb", ["getIamPolicy", "setIamPolicy"])
def test_what_is_not_there_has_no_policy(local: LocalCloud, verb: str) -> None:
    method = "GET" if verb == "getIamPolicy" else "POST"

    local.call(method, CLOUD_RUN, f"{PLACE}/services/gone:{verb}", {"policy": {}}, status=404)


def test_a_policy_goes_with_its_resource(local: LocalCloud) -> None:
    """Else a new resource of the same name would be born with the old one's grants."""
    name = "projects/demo-test/secrets/key"
    grant = {"policy": {"bindings": [{"role": "roles/secretmanager.secretAccessor", "members": [MEMBER]}]}}
    local.call("POST", SECRET_MANAGER, f"{name}:setIamPolicy", grant)

    local.call("DELETE", SECRET_MANAGER, name)
    local.call("POST", SECRET_MANAGER, "projects/demo-test/secrets?secretId=key", {"replication": {"automatic": {}}})

    assert "bindings" not in local.call("GET", SECRET_MANAGER, f"{name}:getIamPolicy")


@pytest.mark.parametrize(
    ("role", "member", "allowed"),
    [(ROLE, "allUsers", True), (ROLE, MEMBER, False), ("roles/run.viewer", "allUsers", False)],
)
def test_a_grant_counts_for_its_role_and_member_alone(
    local: LocalCloud, role: str, member: str, *, allowed: bool
) -> None:
    bindings = [
        {"role": ROLE, "members": ["allUsers"]},
        {"role": ROLE, "members": [MEMBER], "condition": {"title": "t", "expression": "false"}},
    ]
    local.call("POST", CLOUD_RUN, f"{SERVICE}:setIamPolicy", {"policy": {"bindings": bindings}})

    assert local.in_loop(lambda cloud: policies.allows(cloud.store, f"run/{SERVICE}", role, member)) is allowed


def test_the_caller_has_every_permission(local: LocalCloud) -> None:
    asked = {"permissions": ["firebase.projects.get", "firebasehosting.sites.update"]}

    assert local.call("POST", RESOURCE_MANAGER, "projects/demo-test:testIamPermissions", asked) == asked


def test_a_new_grant_may_lag_behind_and_one_that_is_seen_stays_seen(local: LocalCloud) -> None:
    """On Google it takes minutes; here a number of looks that a test sets."""
    other = {"role": ROLE, "members": ["allUsers"]}

    def looks(cloud: Cloud) -> list[bool]:
        store, name = cloud.store, f"run/{SERVICE}"
        policies.put(store, name, {"bindings": [{"role": ROLE, "members": [MEMBER]}]}, lag=2)
        seen = [policies.allows(store, name, ROLE, MEMBER) for _ in range(3)]
        # What is written again with something else is no new grant.
        policies.put(store, name, {"bindings": [{"role": ROLE, "members": [MEMBER]}, other]}, lag=2)
        return [*seen, policies.allows(store, name, ROLE, MEMBER), policies.allows(store, name, ROLE, "allUsers")]

    assert local.in_loop(looks) == [False, False, True, True, False]
    assert "_late" not in local.call("GET", CLOUD_RUN, f"{SERVICE}:getIamPolicy")
