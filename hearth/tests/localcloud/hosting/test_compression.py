"""What the edge compresses on its way, and what becomes of the tag."""

import gzip
from pathlib import Path

import pytest

from hearth.tests.localcloud.hosting.stage import TO_WEB, Told, always, staged

CONFIG = {"rewrites": [TO_WEB]}
BODY = b'{"name": "Pen", "description": "' + b"blue " * 50 + b'"}'
JSON = {"Content-Type": "application/json", "ETag": '"7f"'}
GZIP = {"Accept-Encoding": "gzip"}


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/problem+json; charset=utf-8", "text/html; charset=utf-8", "image/svg+xml"],
)
async def test_text_is_compressed_for_who_takes_it_and_its_tag_is_weak(tmp_path: Path, content_type: str) -> None:
    run = always(Told(200, {"Content-Type": content_type, "ETag": '"7f"'}, BODY))
    async with staged(tmp_path, run) as stage:
        await stage.deploy(config=CONFIG)
        zipped = await stage.get("/x", GZIP)
        plain = await stage.get("/x", {"Accept-Encoding": "identity"})

        assert (zipped.headers["Content-Encoding"], zipped.headers["ETag"]) == ("gzip", 'W/"7f"')
        assert gzip.decompress(zipped.body) == BODY
        assert int(zipped.headers["Content-Length"]) == len(zipped.body) < len(BODY)
        assert ("Content-Encoding" in plain.headers, plain.headers["ETag"], plain.body) == (False, '"7f"', BODY)


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, {"Content-Type": "image/png", "ETag": '"7f"'}, BODY),
        (200, {**JSON, "Content-Encoding": "br"}, BODY),
        (200, {**JSON, "Cache-Control": "private, no-transform"}, BODY),
        (200, {"ETag": '"7f"'}, BODY),
        (200, JSON, b""),
        (304, JSON, b""),
        (206, {**JSON, "Content-Range": "bytes 0-9/20"}, BODY[:10]),
    ],
)
async def test_the_rest_is_left_as_the_service_made_it(
    tmp_path: Path, status: int, headers: dict[str, str], body: bytes
) -> None:
    run = always(Told(status, headers, body))
    async with staged(tmp_path, run) as stage:
        await stage.deploy(config=CONFIG)
        answer = await stage.ask("POST", "/x", headers=GZIP)

        assert (answer.status, answer.body) == (status, body)
        assert answer.headers["ETag"] == '"7f"'
        assert answer.headers.get("Content-Encoding") == headers.get("Content-Encoding")


async def test_a_tag_that_is_weak_already_stays_as_it_is(tmp_path: Path) -> None:
    run = always(Told(200, {**JSON, "ETag": 'W/"7f"'}, BODY))
    async with staged(tmp_path, run) as stage:
        await stage.deploy(config=CONFIG)

        assert (await stage.get("/x", GZIP)).headers["ETag"] == 'W/"7f"'


async def test_a_head_has_the_tag_and_the_encoding_of_the_get(tmp_path: Path) -> None:
    run = always(Told(200, {**JSON, "Content-Length": str(len(BODY))}, b""))
    async with staged(tmp_path, run) as stage:
        await stage.deploy(config=CONFIG)
        answer = await stage.ask("HEAD", "/x", headers=GZIP)

        assert (answer.headers["Content-Encoding"], answer.headers["ETag"]) == ("gzip", 'W/"7f"')


async def test_the_cache_keeps_both_forms_apart(tmp_path: Path) -> None:
    run = always(Told(200, {**JSON, "Cache-Control": "public, max-age=60"}, BODY))
    async with staged(tmp_path, run) as stage:
        await stage.deploy(config=CONFIG)
        answers = [await stage.get("/x", headers) for headers in (GZIP, {}, GZIP, {})]

        assert [answer.headers["X-Cache"] for answer in answers] == ["MISS", "MISS", "HIT", "HIT"]
        assert [answer.headers.get("Content-Encoding") for answer in answers] == ["gzip", None] * 2
        assert gzip.decompress(answers[2].body) == answers[3].body == BODY
        unchanged = await stage.get("/x", {**GZIP, "If-None-Match": 'W/"7f"'})
        assert unchanged.status == 304
