"""Channels over REST, and what the edge serves of them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hearth.tests.localcloud.hosting.stage import PROJECT, SITE, TO_WEB, Stage, Told, always, staged

PARENT = f"projects/{PROJECT}/sites/{SITE}"
HOST = f"{SITE}--pr-1.localhost"


async def preview(stage: Stage, files: dict[str, bytes], config: Any = None, channel: str = "pr-1") -> str:
    """A version released to a preview, which is made if it is not there; the version's name."""
    await stage.ok("PATCH", f"{PARENT}/channels/{channel}", {"ttl": "3600s"})
    version = (await stage.ok("POST", f"{PARENT}/versions", {"config": config or {}}))["name"]
    await stage.upload(version, files)
    await stage.ok("PATCH", version, {"status": "FINALIZED"})
    await stage.ok("POST", f"{PARENT}/channels/{channel}/releases?versionName={version}", {})
    return str(version)


def expire(stage: Stage, channel: str = "pr-1") -> None:
    key = f"firebasehosting/{PARENT}/channels/{channel}"
    body = stage.cloud.store.get(key)
    assert body is not None
    stage.cloud.store.put(key, body | {"expireTime": "2020-01-01T00:00:00Z"})


async def test_every_site_has_the_channel_live(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.deploy({"/a": b"1"})
        live = await stage.ok("GET", f"{PARENT}/channels/live")

        assert live["name"] == f"{PARENT}/channels/live"
        assert live["url"] == f"http://localhost:{stage.cloud.ports.edge}"
        assert live["release"]["type"] == "DEPLOY"
        assert (await stage.ok("GET", f"{PARENT}/channels"))["channels"] == [live]


async def test_a_preview_has_an_address_and_an_end(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        before = datetime.now(UTC)
        made = await stage.ok("POST", f"{PARENT}/channels?channelId=pr-1", {"ttl": "172800s", "labels": {"a": "b"}})

        ends = datetime.fromisoformat(made["expireTime"])
        assert timedelta(days=2) <= ends - before < timedelta(days=2, minutes=5)
        assert made["url"] == f"http://{HOST}:{stage.cloud.ports.edge}"
        assert (made["retainedReleaseCount"], made["labels"], "release" in made) == (10, {"a": "b"}, False)
        assert await stage.ok("GET", f"{PARENT}/channels/pr-1") == made
        assert [each["name"] for each in (await stage.ok("GET", f"{PARENT}/channels"))["channels"]] == [
            f"{PARENT}/channels/live",
            f"{PARENT}/channels/pr-1",
        ]


async def test_a_preview_serves_its_own_release_beside_the_live_one(tmp_path: Path) -> None:
    async with staged(tmp_path, always(Told(body=b"from the service"))) as stage:
        await stage.deploy({"/a": b"live"})
        await preview(stage, {"/a": b"preview"}, {"rewrites": [TO_WEB]})

        assert (await stage.get("/a")).text == "live"
        assert (await stage.get("/a", host=HOST)).text == "preview"
        assert (await stage.get("/b", host=HOST)).text == "from the service"
        assert (await stage.get("/b")).status == 404
        assert len((await stage.ok("GET", f"{PARENT}/releases"))["releases"]) == 1


async def test_a_release_purges_its_channel_alone(tmp_path: Path) -> None:
    kept = {"Cache-Control": "public, s-maxage=600"}
    async with staged(tmp_path, always(Told(headers=kept))) as stage:
        await stage.deploy({}, {"rewrites": [TO_WEB]})
        await preview(stage, {}, {"rewrites": [TO_WEB]})
        hosts = ("localhost", HOST)
        first = [(await stage.get("/b", host=host)).headers["X-Cache"] for host in hosts]
        again = [(await stage.get("/b", host=host)).headers["X-Cache"] for host in hosts]
        await preview(stage, {}, {"rewrites": [TO_WEB]})
        released = [(await stage.get("/b", host=host)).headers["X-Cache"] for host in hosts]

        assert (first, again, released) == (["MISS", "MISS"], ["HIT", "HIT"], ["HIT", "MISS"])


@pytest.mark.parametrize("site", ["a--b", "a"])
async def test_two_hyphens_may_belong_to_the_sites_id(tmp_path: Path, site: str) -> None:
    """`a--b` is a site, and also the channel b of the site a: the site goes first."""
    async with staged(tmp_path) as stage:
        await stage.ok("POST", f"projects/{PROJECT}/sites?siteId={site}", {})
        await stage.ok("POST", f"sites/{site}/channels?channelId=c", {})
        version = (await stage.ok("POST", f"sites/{site}/versions", {}))["name"]
        await stage.upload(version, {"/a": b"here"})
        await stage.ok("PATCH", version, {"status": "FINALIZED"})
        await stage.ok("POST", f"sites/{site}/channels/c/releases?versionName={version}", {})

        assert (await stage.get("/a", host=f"{site}--C.localhost")).text == "here"
        assert (await stage.get("/a", host=f"{site}.localhost")).status == 404
        assert (await stage.get("/a", host=f"{site}--live.localhost")).status == 404


async def test_an_expired_preview_is_gone_and_its_name_is_free(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await preview(stage, {"/a": b"old"})
        expire(stage)

        assert (await stage.get("/a", host=HOST)).status == 404
        assert (await stage.api("GET", f"{PARENT}/channels/pr-1")).status == 404
        assert len((await stage.ok("GET", f"{PARENT}/channels"))["channels"]) == 1
        again = await stage.ok("POST", f"{PARENT}/channels?channelId=pr-1", {})
        assert ("release" in again, "expireTime" in again) == (False, False)


async def test_a_deleted_preview_serves_nothing_and_leaves_no_release(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await preview(stage, {"/a": b"1"})
        await stage.ok("DELETE", f"{PARENT}/channels/pr-1")

        assert (await stage.get("/a", host=HOST)).status == 404
        await stage.ok("POST", f"{PARENT}/channels?channelId=pr-1", {})
        assert await stage.ok("GET", f"{PARENT}/channels/pr-1/releases") == {}


async def test_a_patch_changes_what_its_mask_names(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        made = await stage.ok("POST", f"{PARENT}/channels?channelId=pr-1", {"ttl": "60s", "labels": {"a": "b"}})
        longer = await stage.ok("PATCH", f"{PARENT}/channels/pr-1?updateMask=ttl", {"ttl": "9000s", "labels": {}})
        endless = await stage.ok("PATCH", f"{PARENT}/channels/pr-1?updateMask=expireTime", {})

        assert longer["expireTime"] > made["expireTime"]
        assert longer["labels"] == {"a": "b"}
        assert "expireTime" not in endless


async def test_a_version_that_a_preview_serves_is_kept(tmp_path: Path) -> None:
    """From deletion by hand, and from the site's limit on versions."""
    async with staged(tmp_path) as stage:
        version = await preview(stage, {"/a": b"preview"})
        refused = await stage.api("DELETE", version)
        await stage.ok("PATCH", f"{PARENT}/config", {"maxVersions": "1"})
        for number in range(2):
            await stage.deploy({"/a": str(number).encode()})

        assert (refused.status, "being served" in refused.text) == (400, True)
        assert (await stage.get("/a", host=HOST)).text == "preview"


@pytest.mark.parametrize(
    ("request_", "body", "code", "words"),
    [
        ("POST channels?channelId=live", {}, 409, "already exists"),
        ("POST channels?channelId=there", {}, 409, "already exists"),
        ("POST channels?channelId=THERE", {}, 409, "already exists"),
        ("POST channels?channelId=", {}, 400, "letters, digits and hyphens"),
        ("POST channels?channelId=a_b", {}, 400, "letters, digits and hyphens"),
        (f"POST channels?channelId={'x' * 51}", {}, 400, "at most 50"),
        ("POST channels?channelId=a", {"ttl": "2d"}, 400, "86400s"),
        ("POST channels?channelId=a", {"ttl": "0s"}, 400, "86400s"),
        ("POST channels?channelId=a", {"expireTime": "2020-01-01T00:00:00Z"}, 400, "in the past"),
        ("POST channels?channelId=a", {"expireTime": "soon"}, 400, "a time in UTC"),
        ("POST channels?channelId=a", {"ttl": "1s", "expireTime": "2999-01-01T00:00:00Z"}, 400, "not both"),
        ("POST channels?channelId=a", {"retainedReleaseCount": 0}, 400, "from 1 to 100"),
        ("POST channels?channelId=a", {"color": "red"}, 400, 'Unknown name "color"'),
        ("PATCH channels/live?updateMask=ttl", {"ttl": "60s"}, 400, "can't expire"),
        ("PATCH channels/there?updateMask=url", {}, 400, "Invalid field path"),
        ("POST channels/there/releases", {"type": "SITE_DISABLE"}, 400, "delete it"),
        ("POST channels/none/releases?versionName=x", {}, 404, "channels/none"),
        ("GET channels/none", None, 404, "channels/none"),
        ("GET channels/none/releases", None, 404, "channels/none"),
        ("GET channels/there/releases/1", None, 404, "releases/1"),
        ("DELETE channels/none", None, 404, "channels/none"),
        ("DELETE channels/live", None, 400, "can't be deleted"),
    ],
)
async def test_what_can_not_be_is_refused_with_the_reason(
    tmp_path: Path, request_: str, body: Any, code: int, words: str
) -> None:
    method, tail = request_.split(" ")
    async with staged(tmp_path) as stage:
        await stage.ok("POST", f"{PARENT}/channels?channelId=there", {})
        refused = await stage.api(method, f"{PARENT}/{tail}", body)

        assert (refused.status, words in refused.json()["error"]["message"]) == (code, True), refused.text
        assert len((await stage.ok("GET", f"{PARENT}/channels"))["channels"]) == 2


async def test_a_site_has_fifty_previews_at_most(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        for number in range(50):
            stage.cloud.store.put(f"firebasehosting/{PARENT}/channels/pr-{number}", {"createTime": "t"})
        refused = await stage.api("POST", f"{PARENT}/channels?channelId=one-more", {})

        assert (refused.status, "channel quota reached" in refused.text) == (429, True)
