"""The edge before a service: what the service is asked, what becomes of its answer, and what when it fails."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from flask_hearth.testing.processes import PATIENCE
from hearth.localcloud.run.errors import AnswerBroken, InstanceGone
from hearth.tests.localcloud.hosting.stage import PROJECT, REGION, TO_WEB, Asked, FakeRun, Told, always, staged

CONFIG = {"rewrites": [TO_WEB]}


async def test_the_service_is_asked_as_in_production(tmp_path: Path) -> None:
    run = always(Told())
    async with staged(tmp_path, run) as stage:
        await stage.deploy(config=CONFIG)
        sent = {
            "Cookie": "a=1; __session=s3; b=2",
            "Origin": "https://x.example",
            "Authorization": "Bearer t",
            "Accept-Encoding": "br, gzip, zstd",
            "X-Forwarded-For": "9.9.9.9",
            "X-Forwarded-Host": "forged",
            "X-Forwarded-Proto": "forged",
            "Fastly-Client-IP": "forged",
            "x-fh-requested-host": "forged",
            "If-None-Match": '"x"',
            "Range": "bytes=0-1",
            "Connection": "keep-alive, X-Hop",
            "X-Hop": "1",
            "Upgrade": "websocket",
            "TE": "trailers",
        }
        await stage.get("/p%20q/%2F?a=%20b+c&a=d", sent)
        host = f"localhost:{stage.cloud.ports.edge}"
        (asked,) = run.asked

        assert asked.service == f"projects/{PROJECT}/locations/{REGION}/services/web"
        assert (asked.method, asked.target, asked.body) == ("GET", "/p%20q/%2F?a=%20b+c&a=d", None)
        expected = {
            "Host": "127.0.0.1:8080",
            "X-Forwarded-Host": host,
            "x-fh-requested-host": host,
            "X-Forwarded-Proto": "http",
            "X-Forwarded-For": "9.9.9.9, 127.0.0.1, 127.0.0.1",
            "Fastly-Client-IP": "127.0.0.1",
            "Cache-Control": "no-cache, no-store",
            "Cookie": "__session=s3",
            "Accept-Encoding": "gzip",
            "Origin": "https://x.example",
            "Authorization": "Bearer t",
        }
        assert {name: asked.headers.getall(name) for name in expected} == {
            key: [each] for key, each in expected.items()
        }
        gone = ("If-None-Match", "Range", "Connection", "X-Hop", "Upgrade", "TE", "Keep-Alive", "Transfer-Encoding")
        assert [name for name in gone if name in asked.headers] == []


async def test_no_cookie_but_session_reaches_the_service(tmp_path: Path) -> None:
    run = always(Told())
    async with staged(tmp_path, run) as stage:
        await stage.deploy(config=CONFIG)
        await stage.get("/", {"Cookie": "session=1; x__session=2; __sessions=3"})

        assert "Cookie" not in run.asked[0].headers
        assert "Accept-Encoding" not in run.asked[0].headers


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("//a//b?c=//d", "/a/b?c=//d"),
        ("/a/%2e%2e/b", "/b"),
        ("/..%2fetc", "/etc"),
        ("/a;b=c/d@e:f", "/a;b=c/d@e:f"),
        ("/%C3%A9/", "/%C3%A9/"),
        ("/to/https:%2F%2Fx.example%2f", "/to/https:%2F%2Fx.example%2f"),
        ("/a/..%2f%2e/b%20c", "/b%20c"),
        ("/?", "/"),
    ],
)
async def test_the_path_goes_on_as_it_came_unless_it_had_to_be_normalized(
    tmp_path: Path, path: str, target: str
) -> None:
    run = always(Told())
    async with staged(tmp_path, run) as stage:
        await stage.deploy(config=CONFIG)
        await stage.get(path)

        assert run.asked[0].target == target


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_a_body_goes_on_with_its_method(tmp_path: Path, method: str) -> None:
    run = always(Told(201, {"Location": "/x"}, b"made"))
    async with staged(tmp_path, run) as stage:
        await stage.deploy(config=CONFIG)
        answer = await stage.ask(method, "/items", {"Content-Type": "a/b", "Content-Encoding": "gzip"}, body=b"raw")

        assert (run.asked[0].method, run.asked[0].body) == (method, b"raw")
        assert run.asked[0].headers["Content-Encoding"] == "gzip"
        assert (answer.status, answer.headers["Location"], answer.text) == (201, "/x", "made")


async def test_other_methods_are_not_sent_on(tmp_path: Path) -> None:
    run = always(Told())
    async with staged(tmp_path, run) as stage:
        await stage.deploy(config=CONFIG)
        refused = [await stage.ask(method, "/") for method in ("TRACE", "PROPFIND")]

        assert [each.status for each in refused] == [405, 405]
        assert "PATCH" in refused[0].headers["Allow"]
        assert run.asked == []


async def test_a_pinned_rewrite_asks_for_its_tag_by_host(tmp_path: Path) -> None:
    run = always(Told())
    async with staged(tmp_path, run) as stage:
        stage.add_service(traffic=[{"tag": "blue"}])
        pinned = {"glob": "**", "run": {"serviceId": "web", "region": REGION, "tag": "blue"}}
        await stage.deploy(config={"rewrites": [pinned]})
        await stage.get("/")

        assert run.asked[0].headers["Host"] == "blue---127.0.0.1:8080"


@pytest.mark.parametrize(
    ("own", "cache_control", "cookies"),
    [
        ({}, "private", ["a=b", "c=d"]),
        ({"Cache-Control": "private, max-age=5"}, "private, max-age=5", ["a=b", "c=d"]),
        ({"Cache-Control": "Private"}, "Private", ["a=b", "c=d"]),
        ({"Cache-Control": "no-store"}, "no-store", []),
        ({"Cache-Control": "public, max-age=60"}, "public, max-age=60", []),
    ],
)
async def test_cookies_are_set_only_by_private_answers(
    tmp_path: Path, own: dict[str, str], cache_control: str, cookies: list[str]
) -> None:
    told = Told(headers=[*own.items(), ("Set-Cookie", "a=b"), ("Set-Cookie", "c=d")])
    async with staged(tmp_path, always(told)) as stage:
        await stage.deploy(config=CONFIG)
        answer = await stage.get("/")

        assert answer.headers["Cache-Control"] == cache_control
        assert answer.headers.getall("Set-Cookie", []) == cookies


async def test_an_answer_loses_what_is_about_its_connection_and_gains_the_edges_own(tmp_path: Path) -> None:
    told = Told(
        headers={
            "Vary": "Accept-Language, Cookie",
            "Connection": "close, X-Hop",
            "X-Hop": "1",
            "Keep-Alive": "timeout=5",
            "Transfer-Encoding": "chunked",
            "Content-Length": "999",
            "X-App": "1",
        }
    )
    async with staged(tmp_path, always(told)) as stage:
        await stage.deploy(config=CONFIG | {"headers": [{"glob": "**", "headers": {"X-App": "2"}}]})
        answer = await stage.get("/")

        assert (
            answer.headers["Vary"]
            == "Accept-Language, Cookie, need-authorization, x-fh-requested-host, accept-encoding"
        )
        assert (answer.headers["X-App"], answer.headers["Content-Length"]) == ("2", "5")
        assert [name for name in ("X-Hop", "Keep-Alive", "Transfer-Encoding") if name in answer.headers] == []
        assert (answer.headers["X-Cache"], answer.headers["X-Cache-Hits"]) == ("MISS", "0")
        assert "Strict-Transport-Security" in answer.headers


async def test_head_reaches_the_service_as_head_and_keeps_its_length(tmp_path: Path) -> None:
    run = always(Told(headers={"Content-Length": "1234"}, body=b""))
    async with staged(tmp_path, run) as stage:
        await stage.deploy(config=CONFIG)
        answer = await stage.ask("HEAD", "/")

        assert run.asked[0].method == "HEAD"
        assert (answer.headers["Content-Length"], answer.body) == ("1234", b"")


async def test_an_answer_that_streams_comes_whole(tmp_path: Path) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for number in range(3):
            yield f"data: {number}\n".encode()

    async with staged(tmp_path, always(Told(body=chunks))) as stage:
        await stage.deploy(config=CONFIG)
        answer = await stage.get("/")

        assert (answer.text, answer.headers["Content-Length"]) == ("data: 0\ndata: 1\ndata: 2\n", "24")


@pytest.mark.parametrize("status", [204, 304, 403, 404, 429, 500, 503])
async def test_the_services_own_status_passes(tmp_path: Path, status: int) -> None:
    """Also a 404 while the site has a 404.html."""
    body = b"" if status in (204, 304) else b"own"
    async with staged(tmp_path, always(Told(status, body=body))) as stage:
        await stage.deploy({"/404.html": b"site"}, CONFIG)
        answer = await stage.get("/")

        assert (answer.status, answer.body) == (status, body)


async def test_the_etag_of_an_answer_saves_its_body(tmp_path: Path) -> None:
    async with staged(tmp_path, always(Told(headers={"ETag": 'W/"1"'}))) as stage:
        await stage.deploy(config=CONFIG)
        statuses = [(await stage.get("/", {"If-None-Match": tag})).status for tag in ('"1"', 'W/"1"', '"2"')]
        posted = await stage.ask("POST", "/", {"If-None-Match": '"1"'}, body=b"x")

        assert statuses == [304, 304, 200]
        assert posted.status == 200


@pytest.mark.parametrize(
    ("method", "gone", "status", "asked"),
    [
        ("GET", 1, 200, 2),
        ("GET", 2, 200, 3),
        ("GET", 3, 503, 3),
        ("HEAD", 1, 200, 2),
        ("OPTIONS", 1, 200, 2),
        ("POST", 1, 503, 1),
        ("DELETE", 1, 503, 1),
    ],
)
async def test_a_request_is_repeated_only_where_that_is_safe(
    tmp_path: Path, method: str, gone: int, status: int, asked: int
) -> None:
    run = always(*[InstanceGone("reset")] * gone, Told())
    async with staged(tmp_path, run) as stage:
        await stage.deploy(config=CONFIG)
        answer = await stage.ask(method, "/")

        assert (answer.status, len(run.asked)) == (status, asked)
        assert status != 503 or method == "HEAD" or "closed the connection" in answer.text


async def test_an_answer_that_breaks_off_is_an_error_and_not_repeated(tmp_path: Path) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"half"
        raise AnswerBroken("reset")

    run = always(Told(headers={"Cache-Control": "public, max-age=60"}, body=chunks))
    async with staged(tmp_path, run) as stage:
        await stage.deploy(config=CONFIG)
        first, second = await stage.get("/"), await stage.get("/")

        assert (first.status, b"half" in first.body, second.status) == (502, False, 502)
        assert len(run.asked) == 2


async def test_no_header_rule_makes_an_error_of_the_edge_cacheable(tmp_path: Path) -> None:
    rule = {"glob": "**", "headers": {"Cache-Control": "public, max-age=60"}}
    async with staged(tmp_path, always(*[InstanceGone("reset")] * 3, Told())) as stage:
        await stage.deploy(config=CONFIG | {"headers": [rule]})
        failed, fine = await stage.get("/"), await stage.get("/")

        assert [(each.status, each.headers["Cache-Control"]) for each in (failed, fine)] == [
            (503, "no-store"),
            (200, "public, max-age=60"),
        ]


async def test_an_answer_too_large_to_buffer_is_an_error(tmp_path: Path) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(33):
            yield bytes(1024**2)

    async with staged(tmp_path, always(Told(body=chunks))) as stage:
        await stage.deploy(config=CONFIG)
        answer = await stage.get("/")

        assert (answer.status, "larger than" in answer.text) == (502, True)


@pytest.mark.parametrize("late_with", ["head", "body"])
async def test_a_service_that_takes_too_long_is_a_504(tmp_path: Path, late_with: str) -> None:
    ended = asyncio.Event()

    async def never() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def chunks() -> AsyncIterator[bytes]:
        yield b"begun"
        await never()

    async def answer(asked: Asked) -> Told:
        if late_with == "head":
            await never()
        return Told(body=chunks)

    async with staged(tmp_path, FakeRun(answer), timeout_seconds=0.05) as stage:
        await stage.deploy(config=CONFIG)
        late = await asyncio.wait_for(stage.get("/"), PATIENCE)

        assert (late.status, "within 0.05 seconds" in late.text) == (504, True)
        await asyncio.wait_for(ended.wait(), PATIENCE)


async def test_a_fault_of_the_edge_itself_is_a_page(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with staged(tmp_path, always(RuntimeError("a bug"), Told())) as stage:
        await stage.deploy(config=CONFIG)
        failed, fine = await stage.get("/"), await stage.get("/")

        assert (failed.status, fine.status) == (500, 200)
        assert "a bug" not in failed.text
        assert "a bug" in caplog.text


@pytest.mark.parametrize("chunked", [True, False])
async def test_a_body_over_32_mib_is_refused_before_the_service_is_asked(tmp_path: Path, chunked: bool) -> None:  # noqa: FBT001
    run = always(Told())
    async with staged(tmp_path, run) as stage:
        await stage.deploy(config=CONFIG)
        reader, writer = await asyncio.open_connection("127.0.0.1", stage.cloud.ports.edge)
        framing = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: 33554433"
        writer.write(b"POST / HTTP/1.1\r\nHost: localhost\r\n" + framing + b"\r\n\r\n")
        if chunked:
            piece = bytes(1024**2)
            for _ in range(33):
                writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
        writer.close()

        assert head.startswith(b"HTTP/1.1 413 ")
        assert b"connection: close" in head.lower()
        assert run.asked == []


async def test_a_body_of_exactly_32_mib_is_taken(tmp_path: Path) -> None:
    run = always(Told())
    async with staged(tmp_path, run) as stage:
        await stage.deploy(config=CONFIG)
        answer = await stage.ask("POST", "/", body=bytes(32 * 1024**2))

        assert answer.status == 200
        assert len(run.asked[0].body or b"") == 32 * 1024**2


async def test_a_client_that_waits_to_be_asked_for_its_body_is_asked(tmp_path: Path) -> None:
    run = always(Told())
    async with staged(tmp_path, run) as stage:
        await stage.deploy(config=CONFIG)
        reader, writer = await asyncio.open_connection("127.0.0.1", stage.cloud.ports.edge)
        writer.write(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        interim = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
        writer.write(b"hi")
        final = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
        writer.close()

        assert interim == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert final.startswith(b"HTTP/1.1 200 ")
        assert (run.asked[0].body, "Expect" in run.asked[0].headers) == (b"hi", False)


@pytest.mark.parametrize("rest", [b"Content-Length: 5\r\n\r\nhi", b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n"])
async def test_a_body_that_never_ends_is_a_408(tmp_path: Path, rest: bytes) -> None:
    run = always(Told())
    async with staged(tmp_path, run, timeout_seconds=0.05) as stage:
        await stage.deploy(config=CONFIG)
        reader, writer = await asyncio.open_connection("127.0.0.1", stage.cloud.ports.edge)
        writer.write(b"POST / HTTP/1.1\r\nHost: localhost\r\n" + rest)
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
        writer.close()

        assert head.startswith(b"HTTP/1.1 408 ")
        assert b"connection: close" in head.lower()
        assert run.asked == []


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        (b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
        (b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n", b"400"),
        (b"GET / HTTP/1.0\r\n\r\n", b"404"),
        (b"GARBAGE\r\n\r\n", b"400"),
    ],
)
async def test_requests_that_make_no_sense_are_answered(tmp_path: Path, request_text: bytes, status: bytes) -> None:
    run = always(Told())
    async with staged(tmp_path, run) as stage:
        await stage.deploy(config=CONFIG)
        reader, writer = await asyncio.open_connection("127.0.0.1", stage.cloud.ports.edge)
        writer.write(request_text)
        line = await asyncio.wait_for(reader.readline(), PATIENCE)
        writer.close()

        assert line.split(b" ")[1] == status
        assert run.asked == []
