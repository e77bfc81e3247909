"""The CDN's cache at work: hits, visitors, purges, and releases under load."""

import asyncio
from pathlib import Path

import pytest

from flask_hearth.testing.processes import PATIENCE
from hearth.tests.localcloud.hosting.stage import PROJECT, SITE, TO_WEB, Asked, FakeRun, Stage, Told, always, staged

CONFIG = {"rewrites": [TO_WEB]}
PUBLIC = {"Cache-Control": "public, max-age=300, s-maxage=600", "ETag": '"1"'}


def counting(**headers: str) -> FakeRun:
    """Answers with how often it was asked."""

    async def answer(asked: Asked) -> Told:
        return Told(headers=headers or PUBLIC, body=str(len(run.asked)).encode())

    run = FakeRun(answer)
    return run


async def cached(stage: Stage, path: str = "/", headers: dict[str, str] | None = None) -> tuple[str, str]:
    answer = await stage.get(path, headers)
    return answer.text, answer.headers["X-Cache"]


async def test_a_public_answer_is_asked_for_once(tmp_path: Path) -> None:
    async with staged(tmp_path, counting()) as stage:
        await stage.deploy(config=CONFIG)
        first, second = await stage.get("/"), await stage.get("/")
        third = await stage.ask("HEAD", "/")

        assert [each.headers["X-Cache"] for each in (first, second, third)] == ["MISS", "HIT", "HIT"]
        assert [each.headers["X-Cache-Hits"] for each in (first, second, third)] == ["0", "1", "2"]
        assert (second.text, third.body, third.headers["Content-Length"]) == ("1", b"", "1")
        assert ("Age" in first.headers, second.headers["Age"].isdecimal()) == (False, True)
        assert second.headers["Cache-Control"] == PUBLIC["Cache-Control"]
        assert (await stage.get("/", {"If-None-Match": '"1"'})).status == 304
        assert (await stage.get("/", {"Cache-Control": "no-cache"})).headers["X-Cache"] == "HIT"


async def test_a_visitor_with_a_session_has_entries_of_their_own(tmp_path: Path) -> None:
    async with staged(tmp_path, counting()) as stage:
        await stage.deploy(config=CONFIG)
        visitors = [{}, {"Cookie": "__session=a"}, {"Cookie": "__session=b"}, {"Cookie": "other=a"}]
        first = [await cached(stage, headers=visitor) for visitor in visitors]
        second = [await cached(stage, headers=visitor) for visitor in visitors]

        assert first == [("1", "MISS"), ("2", "MISS"), ("3", "MISS"), ("1", "HIT")]
        assert second == [("1", "HIT"), ("2", "HIT"), ("3", "HIT"), ("1", "HIT")]


@pytest.mark.parametrize("headers", [{"Cache-Control": "private"}, {"Cache-Control": "max-age=60"}, {"X": "y"}])
async def test_what_is_not_public_is_asked_for_each_time(tmp_path: Path, headers: dict[str, str]) -> None:
    async with staged(tmp_path, counting(**headers)) as stage:
        await stage.deploy(config=CONFIG)

        assert [await cached(stage) for _ in range(2)] == [("1", "MISS"), ("2", "MISS")]


async def test_other_methods_neither_use_nor_fill_the_cache(tmp_path: Path) -> None:
    async with staged(tmp_path, counting()) as stage:
        await stage.deploy(config=CONFIG)
        posted = [(await stage.ask("POST", "/", body=b"x")).text for _ in range(2)]
        got = await cached(stage)
        again = (await stage.ask("POST", "/", body=b"x")).text

        assert (posted, got, again) == (["1", "2"], ("3", "MISS"), "4")


async def test_a_silent_404_is_kept_and_a_speaking_one_decides_itself(tmp_path: Path) -> None:
    run = always(Told(404), Told(404), Told(404, {"Cache-Control": "no-store"}))
    async with staged(tmp_path, run) as stage:
        await stage.deploy(config=CONFIG)
        for path in ("/a", "/a", "/b", "/c", "/c"):
            assert (await stage.get(path)).status == 404

        assert [asked.target for asked in run.asked] == ["/a", "/b", "/c", "/c"]


async def test_a_header_rule_can_make_a_page_cacheable(tmp_path: Path) -> None:
    """Production's order of rules and cache is not documented; a rule that could not do this would be of no use."""
    rule = {"glob": "/a", "headers": {"Cache-Control": "public, s-maxage=60"}}
    async with staged(tmp_path, counting(X="y")) as stage:
        await stage.deploy(config=CONFIG | {"headers": [rule]})

        assert [await cached(stage, "/a") for _ in range(2)] == [("1", "MISS"), ("1", "HIT")]


async def test_an_answer_with_a_cookie_is_never_kept_for_others(tmp_path: Path) -> None:
    rule = {"glob": "**", "headers": {"Cache-Control": "public, s-maxage=60"}}
    async with staged(tmp_path, counting(**{"Cache-Control": "private", "Set-Cookie": "__session=a"})) as stage:
        await stage.deploy(config=CONFIG | {"headers": [rule]})

        assert [await cached(stage) for _ in range(2)] == [("1", "MISS"), ("2", "MISS")]


async def test_a_release_purges_its_site_alone(tmp_path: Path) -> None:
    async with staged(tmp_path, counting()) as stage:
        await stage.ok("POST", f"projects/{PROJECT}/sites?siteId=demo-docs", {})
        version = await stage.deploy(config=CONFIG)
        await stage.deploy(config=CONFIG, site="demo-docs")
        await stage.get("/")
        await stage.get("/", host="demo-docs.localhost")
        await stage.ok("POST", f"sites/{SITE}/releases?versionName={version}", {})

        assert (await stage.get("/")).headers["X-Cache"] == "MISS"
        assert (await stage.get("/", host="demo-docs.localhost")).headers["X-Cache"] == "HIT"


async def test_an_answer_asked_for_before_a_release_is_not_kept_after_it(tmp_path: Path) -> None:
    """The page would be the old one until it expires, although the site was purged."""
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def answer(asked: Asked) -> Told:
        number = len(run.asked)
        if number == 1:
            arrived.set()
            await go_on.wait()
        return Told(headers=PUBLIC, body=str(number).encode())

    run = FakeRun(answer)
    async with staged(tmp_path, run) as stage:
        version = await stage.deploy(config=CONFIG)
        slow = asyncio.create_task(cached(stage))
        await asyncio.wait_for(arrived.wait(), PATIENCE)
        await stage.ok("POST", f"sites/{SITE}/releases?versionName={version}", {})
        go_on.set()

        assert await slow == ("1", "MISS")
        assert await cached(stage) == ("2", "MISS")
        assert await cached(stage) == ("2", "HIT")


async def test_a_deleted_sites_pages_do_not_come_back_with_its_name(tmp_path: Path) -> None:
    sites = f"projects/{PROJECT}/sites"
    async with staged(tmp_path, counting()) as stage:
        for expected in ("1", "2"):
            await stage.ok("POST", f"{sites}?siteId=demo-docs", {})
            await stage.deploy(config=CONFIG, site="demo-docs")
            assert (await stage.get("/", host="demo-docs.localhost")).text == expected
            await stage.ok("DELETE", f"{sites}/demo-docs")


async def test_concurrent_misses_all_get_an_answer(tmp_path: Path) -> None:
    async with staged(tmp_path, counting()) as stage:
        await stage.deploy(config=CONFIG)
        answers = await asyncio.gather(*(stage.get("/") for _ in range(20)))

        assert {each.status for each in answers} == {200}
        assert (await stage.get("/")).headers["X-Cache"] == "HIT"


async def test_no_request_fails_while_versions_are_released(tmp_path: Path) -> None:
    """Steady load of files, pages and cached pages over several deploys: each answer is whole, and never goes back."""
    async with staged(tmp_path, counting()) as stage:
        await stage.deploy({"/number.txt": b"0"}, CONFIG)
        finished = asyncio.Event()
        numbers: list[list[int]] = []

        async def visitor() -> None:
            seen: list[int] = []
            numbers.append(seen)
            while not finished.is_set():
                file, page, uncached = await asyncio.gather(
                    stage.get("/number.txt"), stage.get("/page"), stage.ask("POST", "/page", body=b"x")
                )
                assert (file.status, page.status, uncached.status) == (200, 200, 200)
                seen.append(int(file.text))

        visitors = [asyncio.create_task(visitor()) for _ in range(8)]
        for number in range(1, 11):
            await stage.deploy({"/number.txt": str(number).encode()}, CONFIG)
        finished.set()
        await asyncio.gather(*visitors)

        assert all(seen == sorted(seen) for seen in numbers)
        assert len({each for seen in numbers for each in seen}) > 3
        assert (await stage.get("/number.txt")).text == "10"
