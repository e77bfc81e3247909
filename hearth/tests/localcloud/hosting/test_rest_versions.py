"""Versions over REST: create, populate, upload, finalize, list, delete."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hearth.localcloud.errors import ApiError
from hearth.localcloud.hosting.content import Contents
from hearth.tests.localcloud.hosting.stage import PROJECT, SITE, TO_WEB, Stage, digest, staged

PARENT = f"projects/{PROJECT}/sites/{SITE}"
ZIPPED = gzip.compress(b"hello", mtime=0)
DEPLOYED = Path(__file__).with_name("first_deploy.json")


async def created(stage: Stage, **body: Any) -> str:
    return str((await stage.ok("POST", f"{PARENT}/versions", body))["name"])


async def finalize(stage: Stage, version: str, config: Any = None) -> Any:
    body = {"status": "FINALIZED", "config": config or {}}
    return await stage.api("PATCH", f"{version}?updateMask=status,config", body)


async def test_the_firebase_clis_own_requests_deploy_a_site(tmp_path: Path) -> None:
    """The order and bodies that version 15 of it sends, with files of our own."""
    script = json.loads(DEPLOYED.read_text(encoding="utf-8"))
    async with staged(tmp_path) as stage:
        version = upload = ""
        for step in script:
            path = step["path"].replace("VERSION", version)
            if step["path"] == "UPLOAD":
                content = gzip.compress(step["content"].encode(), mtime=0)
                answer = await stage.api("POST", f"{upload}/{digest(content)}", data=content)
            else:
                body = step.get("body")
                if "files" in (body or {}):
                    files = {name: gzip.compress(text.encode(), mtime=0) for name, text in body["files"].items()}
                    body = {"files": {name: digest(content) for name, content in files.items()}}
                answer = await stage.api(step["method"], path, body)
            assert answer.status == 200, (step, answer.text)
            got = answer.json() if answer.body else {}
            version = got["name"] if step["path"].endswith("/versions") else version
            upload = got.get("uploadUrl", upload)

        assert (await stage.get("/docs/page")).text == "<p>page</p>\n"
        assert (await stage.get("/old/7")).headers["Location"] == "/new/7"
        assert (await stage.get("/assets/app.css")).headers["Cache-Control"] == "public, max-age=31536000, immutable"


async def test_a_version_is_created_and_filled_and_finalized(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        version = await created(stage, status="CREATED", labels={"deployment-tool": "x"}, config={"cleanUrls": True})
        before = await stage.ok("GET", version)
        await stage.upload(version, {"/a": b"1", "/b": b"1", "/c": b"2"})
        patched = (await finalize(stage, version, {"rewrites": [TO_WEB]})).json()

        assert (before["status"], before["config"], before["labels"]) == (
            "CREATED",
            {"cleanUrls": True},
            {"deployment-tool": "x"},
        )
        assert patched == await stage.ok("GET", version)
        assert (patched["status"], patched["fileCount"]) == ("FINALIZED", "3")
        assert patched["config"] == {"rewrites": [TO_WEB]}
        sizes = [len(gzip.compress(content, mtime=0)) for content in (b"1", b"1", b"2")]
        assert patched["versionBytes"] == str(sum(sizes))


async def test_populate_calls_add_up_and_an_empty_hash_removes(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        version = await created(stage)
        await stage.upload(version, {"/a": b"hello"})
        first = await stage.ok("POST", f"{version}:populateFiles", {"files": {"/b": digest(ZIPPED), "/c": "0" * 64}})
        second = await stage.ok("POST", f"{version}:populateFiles", {"files": {"/a": ""}})
        listed = (await stage.ok("GET", f"{version}/files"))["files"]

        # What is there already need not be sent again; an empty list is left out, as Google does.
        assert first["uploadRequiredHashes"] == ["0" * 64]
        assert "uploadRequiredHashes" not in second
        assert first["uploadUrl"] == second["uploadUrl"]
        assert listed == [
            {"path": "/b", "hash": digest(ZIPPED), "status": "ACTIVE"},
            {"path": "/c", "hash": "0" * 64, "status": "EXPECTED"},
        ]


async def test_a_version_with_missing_files_is_not_finalized(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        version = await created(stage)
        await stage.ok("POST", f"{version}:populateFiles", {"files": {"/a": digest(ZIPPED)}})
        refused = await finalize(stage, version)
        expected = await stage.ok("GET", f"{version}/files?status=EXPECTED")
        await stage.upload(version, {"/a": b"hello"})
        taken = await finalize(stage, version)

        assert (refused.status, refused.json()["error"]["status"]) == (400, "FAILED_PRECONDITION")
        assert "1 of its 1 files were not uploaded, the first is /a" in refused.text
        assert [file["path"] for file in expected["files"]] == ["/a"]
        assert taken.status == 200
        assert await stage.ok("GET", f"{version}/files?status=EXPECTED") == {}


async def test_files_are_listed_in_pages(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        version = await created(stage)
        await stage.ok("POST", f"{version}:populateFiles", {"files": {f"/{n:04}": "0" * 64 for n in range(1000)}})
        await stage.ok("POST", f"{version}:populateFiles", {"files": {"/1000": "0" * 64}})
        first = await stage.ok("GET", f"{version}/files?pageSize=9999")
        second = await stage.ok("GET", f"{version}/files?pageToken={first['nextPageToken']}")

        assert [len(first["files"]), len(second["files"])] == [1000, 1]
        assert (await stage.api("GET", f"{version}/files?status=NONE")).status == 400


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({f"/{n}": "0" * 64 for n in range(1001)}, "1001 paths in one call"),
        (["/a"], "a map of paths to hashes"),
        ({"a": "0" * 64}, "Invalid path 'a'"),
        ({"": "0" * 64}, "Invalid path ''"),
        ({"/a//b": "0" * 64}, "Invalid path '/a//b'"),
        ({"/a/../b": "0" * 64}, "Invalid path"),
        ({"/a/": "0" * 64}, "Invalid path"),
        ({"/a\0b": "0" * 64}, "Invalid path"),
        ({"/" + "a" * 4096: "0" * 64}, "Invalid path"),
        ({"/a": "0" * 63}, "Invalid hash"),
        ({"/a": "A" * 64}, "Invalid hash"),
        ({"/a": None}, "Invalid hash None"),
    ],
)
async def test_files_that_could_not_be_served_are_refused(tmp_path: Path, files: object, words: str) -> None:
    async with staged(tmp_path) as stage:
        version = await created(stage)
        refused = await stage.api("POST", f"{version}:populateFiles", {"files": files})

        assert (refused.status, words in refused.text) == (400, True), refused.text
        assert await stage.ok("GET", f"{version}/files") == {}


async def test_a_finalized_version_is_never_changed(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        version = await stage.deploy({"/a": b"1"})
        attempts = [
            await finalize(stage, version),
            await stage.api("PATCH", f"{version}?updateMask=config", {"config": {"cleanUrls": True}}),
            await stage.api("POST", f"{version}:populateFiles", {"files": {"/b": "0" * 64}}),
        ]

        assert [each.json()["error"]["status"] for each in attempts] == ["FAILED_PRECONDITION"] * 3
        assert (await stage.ok("GET", version))["config"] == {}
        assert len((await stage.ok("GET", f"{version}/files"))["files"]) == 1


@pytest.mark.parametrize(
    ("request_line", "body", "code", "words"),
    [
        ("POST /versions", {"status": "FINALIZED"}, 400, "status of a new version is CREATED"),
        ("POST /versions", {"config": {"rewrite": []}}, 400, 'Unknown name "rewrite"'),
        ("POST /versions", {"files": {}}, 400, 'Unknown name "files"'),
        ("POST /versions", {"labels": []}, 400, "version.labels"),
        ("PATCH /versions/none", {"status": "FINALIZED"}, 404, "versions/none"),
        ("PATCH /versions/ID", {"status": "DELETED"}, 400, "not to 'DELETED'"),
        ("PATCH /versions/ID?updateMask=status", {}, 400, "not to None"),
        ("PATCH /versions/ID?updateMask=labels", {"labels": {}}, 400, "Invalid field path 'labels'"),
        ("GET /versions/none", None, 404, "versions/none"),
        ("DELETE /versions/none", None, 404, "versions/none"),
        ("POST /versions/none:populateFiles", {}, 404, "versions/none"),
        ("GET /versions?filter=create_time>0", None, 400, "Invalid filter"),
        ('GET /versions?filter=status="NONE"', None, 400, "Invalid filter"),
    ],
)
async def test_bad_requests_are_answered_in_googles_shape(
    tmp_path: Path, request_line: str, body: object, code: int, words: str
) -> None:
    method, _, tail = request_line.partition(" ")
    async with staged(tmp_path) as stage:
        version = (await created(stage)).rpartition("/")[2]
        refused = await stage.api(method, f"{PARENT}{tail.replace('ID', version)}", body)

        assert refused.json()["error"]["code"] == refused.status == code
        assert words in refused.json()["error"]["message"]


async def test_a_patch_without_a_mask_changes_the_status_alone(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        version = await created(stage, config={"cleanUrls": True})
        patched = await stage.ok("PATCH", version, {"status": "FINALIZED", "config": {}})

        assert (patched["status"], patched["config"]) == ("FINALIZED", {"cleanUrls": True})


@pytest.mark.parametrize("at_creation", [True, False])
async def test_a_rewrite_needs_its_service_to_be_there(tmp_path: Path, at_creation: bool) -> None:  # noqa: FBT001
    async with staged(tmp_path) as stage:
        config = {"rewrites": [{"glob": "**", "run": {"serviceId": "other"}}]}
        version = await created(stage)
        refused = (
            await stage.api("POST", f"{PARENT}/versions", {"config": config})
            if at_creation
            else await finalize(stage, version, config)
        )

        assert (refused.status, refused.json()["error"]["message"]) == (
            400,
            "Cloud Run service `other` does not exist in region `us-central1` in this project.",
        )
        assert (await stage.ok("GET", version))["status"] == "CREATED"


async def test_a_pinned_rewrite_needs_its_tag_on_the_service(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        config = {"rewrites": [{"glob": "**", "run": {"serviceId": "web", "region": "us-central1", "tag": "blue"}}]}
        version = await created(stage)
        refused = await finalize(stage, version, config)
        stage.add_service(traffic=[{"tag": "blue", "revision": "web-1"}])

        assert (refused.status, "no traffic entry with the tag `blue`" in refused.text) == (400, True)
        assert (await finalize(stage, version, config)).status == 200


async def test_versions_are_listed_newest_first_and_by_status(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        released = await stage.deploy()
        open_one = await created(stage)
        everything = await stage.ok("GET", f"{PARENT}/versions")
        finalized = await stage.ok("GET", f'{PARENT}/versions?filter=status="FINALIZED"')
        spaced = await stage.ok("GET", f"{PARENT}/versions?filter=status%20%3D%20CREATED")

        assert [each["name"] for each in everything["versions"]] == [open_one, released]
        assert [each["name"] for each in finalized["versions"]] == [released]
        assert [each["name"] for each in spaced["versions"]] == [open_one]


async def test_a_version_left_open_for_twelve_hours_is_given_up(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        version = await created(stage)
        key = f"firebasehosting/{version}"
        body = stage.cloud.store.get(key)
        assert body is not None
        long_ago = (datetime.now(UTC) - timedelta(hours=12, seconds=1)).isoformat()
        stage.cloud.store.put(key, body | {"createTime": long_ago})
        refused = await finalize(stage, version)

        assert (await stage.ok("GET", version))["status"] == "ABANDONED"
        assert (refused.status, "is ABANDONED" in refused.text) == (400, True)


async def test_a_served_version_is_not_deleted_and_another_is(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        old = await stage.deploy({"/a": b"old"})
        new = await stage.deploy({"/a": b"new"})
        refused = await stage.api("DELETE", new)
        await stage.ok("DELETE", old)

        assert (refused.status, refused.json()["error"]["status"]) == (400, "FAILED_PRECONDITION")
        assert (await stage.ok("GET", old))["status"] == "DELETED"
        again = await stage.api("POST", f"{PARENT}/releases?versionName={old}", {})
        assert (again.status, "is DELETED" in again.text) == (400, True)
        assert (await stage.get("/a")).text == "new"


@pytest.mark.parametrize(
    ("sent", "name", "code", "words"),
    [
        (ZIPPED + b"x", digest(ZIPPED + b"x"), 400, "not exactly one complete gzip stream"),
        (ZIPPED[:-1], digest(ZIPPED[:-1]), 400, "not exactly one complete gzip stream"),
        (ZIPPED + ZIPPED, digest(ZIPPED + ZIPPED), 400, "not exactly one complete gzip stream"),
        (b"hello", digest(b"hello"), 400, "is not gzip content"),
        (b"", digest(b""), 400, "not exactly one complete gzip stream"),
        (gzip.compress(b"other"), digest(ZIPPED), 400, "content hash doesn't match content"),
        (ZIPPED, "0" * 63, 400, "Invalid hash"),
        (ZIPPED, "0" * 64, 404, "No file of version"),
    ],
)
async def test_an_upload_has_to_be_what_its_name_says(
    tmp_path: Path, sent: bytes, name: str, code: int, words: str
) -> None:
    async with staged(tmp_path) as stage:
        version = await created(stage)
        files = {"/a": name if len(name) == 64 and code == 400 else digest(ZIPPED)}
        upload = (await stage.ok("POST", f"{version}:populateFiles", {"files": files}))["uploadUrl"]
        refused = await stage.api("POST", f"{upload}/{name}", data=sent)

        assert (refused.status, words in refused.text) == (code, True), refused.text
        assert len((await stage.ok("GET", f"{version}/files?status=EXPECTED"))["files"]) == 1
        assert list(stage.cloud.blobs.glob("*")) == []


async def test_an_upload_may_be_repeated_and_not_after_finalizing(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        version = await created(stage)
        files = {"/a": digest(ZIPPED)}
        upload = (await stage.ok("POST", f"{version}:populateFiles", {"files": files}))["uploadUrl"]
        twice = [await stage.api("POST", f"{upload}/{digest(ZIPPED)}", data=ZIPPED) for _ in range(2)]
        await finalize(stage, version)
        late = await stage.api("POST", f"{upload}/{digest(ZIPPED)}", data=ZIPPED)

        assert [(each.status, each.body) for each in twice] == [(200, b"")] * 2
        assert (late.status, late.json()["error"]["status"]) == (400, "FAILED_PRECONDITION")
        assert (stage.cloud.blobs / digest(ZIPPED)).read_bytes() == ZIPPED


@pytest.mark.parametrize("limits", [{"most_bytes": 20}, {"most_unzipped": 1000}])
async def test_an_upload_that_is_too_large_leaves_nothing(tmp_path: Path, limits: dict[str, int]) -> None:
    """Also one whose few bytes unzip to very many."""

    async def chunks() -> Any:
        yield bomb

    bomb = gzip.compress(b"0" * 2000)
    async with staged(tmp_path) as stage:
        contents = Contents(stage.cloud, **limits)
        with pytest.raises(ApiError, match="too large"):
            await contents.put(digest(bomb), chunks())

        assert contents.find(digest(bomb)) is None
        assert list(stage.cloud.blobs.iterdir()) == []


async def test_a_lost_blob_has_to_be_uploaded_again(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.deploy({"/a": b"hello"})
        (stage.cloud.blobs / digest(ZIPPED)).unlink()
        version = await created(stage)
        again = await stage.ok("POST", f"{version}:populateFiles", {"files": {"/a": digest(ZIPPED)}})

        assert again["uploadRequiredHashes"] == [digest(ZIPPED)]
