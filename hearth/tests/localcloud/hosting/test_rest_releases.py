"""Releases over REST."""

from pathlib import Path

import pytest

from hearth.tests.localcloud.hosting.stage import PROJECT, SITE, staged

PARENT = f"projects/{PROJECT}/sites/{SITE}"


async def test_nothing_is_public_before_the_release(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        version = (await stage.ok("POST", f"{PARENT}/versions", {}))["name"]
        await stage.upload(version, {"/a": b"new"})
        await stage.ok("PATCH", version, {"status": "FINALIZED"})
        before = await stage.get("/a")
        await stage.ok("POST", f"{PARENT}/channels/live/releases?versionName={version}", {})

        assert (before.status, "Site Not Found" in before.text) == (404, True)
        assert (await stage.get("/a")).text == "new"


async def test_a_release_has_its_version_its_message_and_a_time(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        version = await stage.deploy({"/a": b"1"}, message="é" * 512)
        release = (await stage.ok("GET", f"{PARENT}/channels/live/releases"))["releases"][0]

        assert release["name"].startswith(f"{PARENT}/channels/live/releases/")
        assert (release["type"], release["message"]) == ("DEPLOY", "é" * 512)
        assert release["version"] == await stage.ok("GET", version)
        assert release == await stage.ok("GET", release["name"])
        assert release["releaseTime"].endswith("Z")


@pytest.mark.parametrize("form", ["{parent}/releases", "sites/{site}/releases", "sites/{site}/channels/live/releases"])
async def test_a_site_s_releases_are_those_of_its_live_channel(tmp_path: Path, form: str) -> None:
    async with staged(tmp_path) as stage:
        version = await stage.deploy({"/a": b"1"})
        short = version.partition(f"projects/{PROJECT}/")[2]
        path = form.format(parent=PARENT, site=SITE)
        again = await stage.ok("POST", f"{path}?versionName={short}", {"message": "again"})

        newest = (await stage.ok("GET", f"{PARENT}/releases"))["releases"][0]
        assert newest == again
        assert again["type"] == "DEPLOY"


async def test_releasing_an_older_version_again_is_a_rollback(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        old = await stage.deploy({"/a": b"old"})
        await stage.deploy({"/a": b"new"})
        release = await stage.ok("POST", f"{PARENT}/channels/live/releases?versionName={old}", {})

        assert release["type"] == "ROLLBACK"
        assert (await stage.get("/a")).text == "old"
        types = [each["type"] for each in (await stage.ok("GET", f"{PARENT}/releases"))["releases"]]
        assert types == ["ROLLBACK", "DEPLOY", "DEPLOY"]


async def test_a_disabled_site_is_gone_until_the_next_release(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        version = await stage.deploy({"/a": b"1"})
        release = await stage.ok("POST", f"{PARENT}/releases", {"type": "SITE_DISABLE"})
        disabled = await stage.get("/a")
        await stage.ok("POST", f"{PARENT}/releases?versionName={version}", {})

        assert (release["type"], "version" in release) == ("SITE_DISABLE", False)
        assert (disabled.status, "Site Not Found" in disabled.text) == (404, True)
        assert (await stage.get("/a")).status == 200


@pytest.mark.parametrize(
    ("query", "body", "code", "words"),
    [
        ("", {}, 400, "versionName is required"),
        ("?versionName=1", {}, 400, "full name"),
        ("?versionName=sites/other/versions/1", {}, 400, "not a version of site"),
        (f"?versionName={PARENT}/versions/none", {}, 404, "versions/none"),
        ("?versionName=OPEN", {}, 400, "is CREATED"),
        ("?versionName=DONE", {"message": "x" * 513}, 400, "at most 512"),
        ("?versionName=DONE", {"message": 1}, 400, "at most 512"),
        ("?versionName=DONE", {"type": "SITE_DISABLE"}, 400, "has no version"),
        ("?versionName=DONE", {"type": "OTHER"}, 400, "Invalid type 'OTHER'"),
        ("?versionName=DONE", {"note": ""}, 400, 'Unknown name "note"'),
    ],
)
async def test_a_release_that_can_not_be_leaves_the_old_one_serving(
    tmp_path: Path, query: str, body: object, code: int, words: str
) -> None:
    async with staged(tmp_path) as stage:
        done = await stage.deploy({"/a": b"1"})
        open_one = (await stage.ok("POST", f"{PARENT}/versions", {}))["name"]
        query = query.replace("DONE", done).replace("OPEN", open_one)
        refused = await stage.api("POST", f"{PARENT}/channels/live/releases{query}", body)

        assert (refused.status, words in refused.json()["error"]["message"]) == (code, True), refused.text
        assert len((await stage.ok("GET", f"{PARENT}/releases"))["releases"]) == 1
        assert (await stage.get("/a")).text == "1"


async def test_a_sites_limit_on_versions_takes_the_content_of_the_oldest(tmp_path: Path) -> None:
    """The one being served keeps its files, however old it is."""
    async with staged(tmp_path) as stage:
        versions = [await stage.deploy({"/a": str(number).encode()}) for number in range(3)]
        await stage.ok("PATCH", f"{PARENT}/config", {"maxVersions": "1"})
        await stage.ok("POST", f"{PARENT}/releases?versionName={versions[0]}", {})
        statuses = [(await stage.ok("GET", version))["status"] for version in versions]

        assert statuses == ["FINALIZED", "EXPIRED", "FINALIZED"]
        assert (await stage.get("/a")).text == "0"


async def test_releases_stay_in_order_when_the_clock_goes_back(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.deploy({"/a": b"1"})
        channel = f"firebasehosting/{PARENT}/channels/live"
        body = stage.cloud.store.get(channel)
        assert body is not None
        future = str(10**16 * 9)
        release = stage.cloud.store.get(f"{channel}/releases/{body['_release']}")
        assert release is not None
        stage.cloud.store.put(f"{channel}/releases/{future}", release)
        stage.cloud.store.put(channel, body | {"_release": future})
        await stage.deploy({"/a": b"2"})

        newest = (await stage.ok("GET", f"{PARENT}/releases"))["releases"][0]
        assert newest["name"].endswith(str(int(future) + 1))
        assert (await stage.get("/a")).text == "2"
