"""Cloud Storage: buckets."""

import pytest

from hearth.catalog.apis import STORAGE
from hearth.tests.localcloud.running import LocalCloud

BUCKET = "demo-test-files"


def insert(local: LocalCloud, name: str = BUCKET, status: int = 200, **fields: object) -> dict[str, object]:
    return local.call("POST", STORAGE, "b?project=demo-test", {"name": name, **fields}, status=status)


def test_a_bucket_has_what_google_computes(local: LocalCloud) -> None:
    rules = {"rule": [{"action": {"type": "Delete"}, "condition": {"age": 1}}]}

    made = insert(
        local, location="us-central1", lifecycle=rules, iamConfiguration={"publicAccessPrevention": "enforced"}
    )

    kept_deleted = {"retentionDurationSeconds": "604800", "effectiveTime": made["timeCreated"]}
    assert made["softDeletePolicy"] == kept_deleted
    assert made | dict.fromkeys(("projectNumber", "timeCreated", "updated", "softDeletePolicy"), 0) == {
        "kind": "storage#bucket",
        "id": BUCKET,
        "name": BUCKET,
        "projectNumber": 0,
        "location": "US-CENTRAL1",
        "locationType": "region",
        "storageClass": "STANDARD",
        "metageneration": "1",
        "etag": "CA1=",
        "selfLink": f"{local.origin}/storage/storage/v1/b/{BUCKET}",
        "timeCreated": 0,
        "updated": 0,
        "softDeletePolicy": 0,
        "iamConfiguration": {"publicAccessPrevention": "enforced", "uniformBucketLevelAccess": {"enabled": False}},
        "lifecycle": rules,
    }
    assert local.call("GET", STORAGE, f"b/{BUCKET}") == made


def test_names_are_unique_over_all_projects(local: LocalCloud) -> None:
    insert(local)

    local.call("POST", STORAGE, "b?project=demo-other", {"name": BUCKET}, status=409)


@pytest.mark.parametrize(
    "name", ["", "ab", "Upper", "-files", "files-", "a.b", "goog-files", "my-google-files", "f" * 64, 7]
)
def test_the_name_follows_googles_rule(local: LocalCloud, name: object) -> None:
    local.call("POST", STORAGE, "b?project=demo-test", {"name": name}, status=400)


def test_a_bucket_needs_a_project(local: LocalCloud) -> None:
    error = local.call("POST", STORAGE, "b", {"name": BUCKET}, status=400)["error"]

    assert "Required parameter: project" in error["message"]


def test_a_list_is_of_one_project(local: LocalCloud) -> None:
    insert(local, "demo-test-a")
    insert(local, "demo-test-b")
    local.call("POST", STORAGE, "b?project=demo-other", {"name": "demo-other-a"})

    listed = local.call("GET", STORAGE, "b?project=demo-test&maxResults=1")
    rest = local.call("GET", STORAGE, f"b?project=demo-test&pageToken={listed['nextPageToken']}")

    assert [bucket["name"] for bucket in listed["items"] + rest["items"]] == ["demo-test-a", "demo-test-b"]
    assert "nextPageToken" not in rest


def test_a_patch_merges_and_null_removes(local: LocalCloud) -> None:
    made = insert(local, labels={"app": "web", "old": "x"}, versioning={"enabled": True})

    change = {"labels": {"old": None, "new": "y"}, "versioning": None, "name": "other", "_project": "demo-other"}
    patched = local.call("PATCH", STORAGE, f"b/{BUCKET}", change)

    assert patched["labels"] == {"app": "web", "new": "y"}
    assert "versioning" not in patched
    assert (patched["name"], patched["metageneration"]) == (BUCKET, "2")
    assert patched["etag"] != made["etag"]
    assert [each["name"] for each in local.call("GET", STORAGE, "b?project=demo-test")["items"]] == [BUCKET]


def test_a_bucket_with_content_is_not_deleted(local: LocalCloud) -> None:
    insert(local)
    upload = f"{local.origin}/storage/upload/storage/v1/b/{BUCKET}/o?uploadType=media&name=a/b"
    assert local.session.post(upload, data=b"x").ok

    error = local.call("DELETE", STORAGE, f"b/{BUCKET}", status=409)["error"]
    assert "not empty" in error["message"]

    local.call("DELETE", STORAGE, f"b/{BUCKET}/o/a%2Fb", status=204)
    local.call("DELETE", STORAGE, f"b/{BUCKET}", status=204)
    local.call("GET", STORAGE, f"b/{BUCKET}", status=404)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/iam"), ("PUT", "/iam"), ("GET", "/o"), ("GET", "/o/a")],
)
def test_a_bucket_that_is_not_there_is_not_found(local: LocalCloud, method: str, path: str) -> None:
    local.call(method, STORAGE, f"b/gone{path}", {} if method in ("PATCH", "PUT") else None, status=404)


def test_a_caller_has_every_permission(local: LocalCloud) -> None:
    insert(local)

    answer = local.call("GET", STORAGE, f"b/{BUCKET}/iam/testPermissions?permissions=a&permissions=b")

    assert answer["permissions"] == ["a", "b"]


@pytest.mark.parametrize("path", ["anywhereCaches", "anywhereCaches/"])
def test_a_bucket_has_no_caches(local: LocalCloud, path: str) -> None:
    insert(local)

    assert "items" not in local.call("GET", STORAGE, f"b/{BUCKET}/{path}")
    local.call("GET", STORAGE, f"b/none/{path}", status=404)


def test_a_locked_retention_policy_says_so(local: LocalCloud) -> None:
    made = insert(local, retentionPolicy={"retentionPeriod": "86400"})
    lock = f"b/{BUCKET}/lockRetentionPolicy?ifMetagenerationMatch"

    local.call("POST", STORAGE, f"{lock}=7", {}, status=412)
    locked = local.call("POST", STORAGE, f"{lock}={made['metageneration']}", {})

    assert locked["retentionPolicy"] == {"retentionPeriod": "86400", "isLocked": True}
    assert local.call("GET", STORAGE, f"b/{BUCKET}") == locked


def test_what_is_not_held_back_can_not_be_locked(local: LocalCloud) -> None:
    insert(local)

    lock = f"b/{BUCKET}/lockRetentionPolicy?ifMetagenerationMatch=1"
    assert "no retention policy" in str(local.call("POST", STORAGE, lock, {}, status=400))
