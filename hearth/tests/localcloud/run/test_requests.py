"""What happens to a request on its way to a service and back."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from multidict import CIMultiDict

from hearth.localcloud import request_log
from hearth.localcloud.run import proxy
from hearth.localcloud.run.errors import AnswerBroken, InstanceGone
from hearth.tests.localcloud.build.playground import WEB, Playground, app, play, public, when

Asking = Callable[[Playground, aiohttp.ClientSession], Awaitable[None]]


def asking(root: Path, questions: Asking, **template: Any) -> None:
    """Put questions to a running service, at its URL."""

    async def scenario(playground: Playground) -> None:
        uri = await playground.serve(app(), **template)
        async with aiohttp.ClientSession(uri, auto_decompress=False) as client:
            await questions(playground, client)

    play(root, scenario)


async def headers_seen(client: aiohttp.ClientSession, **options: Any) -> dict[str, str]:
    """The request's headers (names in lower case) as the instance saw them."""
    async with client.get("/headers", **options) as answer:
        _, _, headers = json.loads(await answer.text())
        return {name.lower(): value for name, value in headers}


def test_a_request_straight_to_a_service_is_a_line_in_a_log_without_its_query(tmp_path: Path) -> None:
    """Also one that no instance answers."""

    async def questions(playground: Playground, client: aiohttp.ClientSession) -> None:
        for method, path in (("GET", "/headers?token=secret"), ("POST", "/a%20b"), ("GET", "/healthz")):
            async with client.request(method, path, headers={"Cookie": "__session=secret"}) as answer:
                await answer.read()
        log = playground.cloud.logs / request_log.DIRECT
        await when(lambda: log.exists() and log.read_text(encoding="utf-8").count("\n") == 3)
        found = [line.split() for line in log.read_text(encoding="utf-8").splitlines()]

        assert [(words[1], words[3], words[5]) for words in found] == [
            ("GET", "/headers", "web"),
            ("POST", "/a%20b", "web"),
            ("GET", "/healthz", "web"),
        ]
        assert [found[0][4], found[2][4]] == ["200", "404"]
        assert "secret" not in log.read_text(encoding="utf-8")

    asking(tmp_path, questions)


def test_an_instance_sees_who_asked_for_which_host_in_which_trace(tmp_path: Path) -> None:
    async def questions(_: Playground, client: aiohttp.ClientSession) -> None:
        seen = await headers_seen(client, headers={"Host": "shop.example", "X-Forwarded-For": "203.0.113.9"})
        trace = seen["traceparent"].split("-")

        assert seen["host"] == "shop.example"
        assert seen["x-forwarded-for"] == "203.0.113.9, 127.0.0.1"
        assert seen["x-forwarded-proto"] == "http"
        assert [len(part) for part in trace] == [2, 32, 16, 2]
        assert seen["x-cloud-trace-context"] == f"{trace[1]}/{int(trace[2], 16)};o=0"

    asking(tmp_path, questions)


def test_a_callers_trace_is_kept_and_told_in_the_old_way_too(tmp_path: Path) -> None:
    async def questions(_: Playground, client: aiohttp.ClientSession) -> None:
        given = f"00-{'ab' * 16}-{'0' * 15}f-01"
        seen = await headers_seen(client, headers={"traceparent": given})

        assert seen["traceparent"] == given
        assert seen["x-cloud-trace-context"] == f"{'ab' * 16}/15;o=1"

    asking(tmp_path, questions)


def test_hop_by_hop_headers_end_here_and_none_are_made_up(tmp_path: Path) -> None:
    """Aiohttp would say for the caller who it is and what it accepts."""

    async def questions(_: Playground, client: aiohttp.ClientSession) -> None:
        headers = {"Connection": "X-Mine", "X-Mine": "1", "Upgrade": "h2c", "TE": "trailers"}
        skipped = ("User-Agent", "Accept", "Accept-Encoding")
        seen = await headers_seen(client, headers=headers, skip_auto_headers=skipped)

        assert not {"x-mine", "upgrade", "te", "user-agent", "accept", "accept-encoding"} & seen.keys()

    asking(tmp_path, questions)


def test_the_target_arrives_as_it_was_sent(tmp_path: Path) -> None:
    async def questions(playground: Playground, _: aiohttp.ClientSession) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", playground.cloud.ports.service)
        writer.write(b"GET /headers?a=%2F%c3&b=x%20y+z HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        text = (await reader.read()).decode()
        writer.close()

        assert '"/headers?a=%2F%c3&b=x%20y+z"' in text

    asking(tmp_path, questions)


@pytest.mark.parametrize(
    ("version", "form"), [("1.1", b"\r\na\r\nto the end\r\n0\r\n\r\n"), ("1.0", b"\r\n\r\nto the end")]
)
def test_an_answer_of_unknown_length_ends_as_the_callers_version_has_it(
    tmp_path: Path, version: str, form: bytes
) -> None:
    async def questions(playground: Playground, _: aiohttp.ClientSession) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", playground.cloud.ports.service)
        writer.write(f"GET /no-length HTTP/{version}\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()

        assert answer.endswith(form)

    asking(tmp_path, questions)


def test_head_has_the_headers_of_get_and_no_body(tmp_path: Path) -> None:
    async def questions(_: Playground, client: aiohttp.ClientSession) -> None:
        async with client.head("/") as answer:
            assert (answer.status, answer.headers["Content-Length"], await answer.read()) == (200, "3", b"")

    asking(tmp_path, questions)


def test_encoded_content_passes_untouched(tmp_path: Path) -> None:
    async def questions(_: Playground, client: aiohttp.ClientSession) -> None:
        async with client.get("/gzip") as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            assert await answer.read() == b"not really gzip"

    asking(tmp_path, questions)


@pytest.mark.parametrize(
    ("said", "passed"), [("", "private"), ("?cache=public", "private"), ("?cache=no-store", "no-store")]
)
def test_an_answer_that_sets_a_cookie_is_never_public(tmp_path: Path, said: str, passed: str) -> None:
    async def questions(_: Playground, client: aiohttp.ClientSession) -> None:
        async with client.get(f"/cookie{said}") as answer:
            assert answer.headers["Cache-Control"] == passed

    asking(tmp_path, questions)


@pytest.mark.parametrize(("chunked", "seen"), [(False, [5, None, None]), (True, [5, "chunked", None])])
def test_a_body_is_passed_in_the_form_it_came(tmp_path: Path, *, chunked: bool, seen: list[Any]) -> None:
    async def questions(_: Playground, client: aiohttp.ClientSession) -> None:
        async with client.post("/", data=b"hello", chunked=chunked or None) as answer:
            assert json.loads(await answer.text()) == seen

    asking(tmp_path, questions)


def test_an_encoded_body_passes_untouched(tmp_path: Path) -> None:
    async def questions(_: Playground, client: aiohttp.ClientSession) -> None:
        async with client.post(
            "/", data=b"not really gzip", headers={"Content-Encoding": "gzip"}, compress=None
        ) as answer:
            assert json.loads(await answer.text())[0] == 15

    asking(tmp_path, questions)


def test_redirects_are_the_callers_business(tmp_path: Path) -> None:
    async def questions(_: Playground, client: aiohttp.ClientSession) -> None:
        async with client.get("/redirect", allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (302, "/elsewhere")

    asking(tmp_path, questions)


def test_a_body_is_asked_for_when_the_caller_waits_for_that(tmp_path: Path) -> None:
    """Curl sends `Expect: 100-continue` with larger bodies and waits a second otherwise."""

    async def questions(_: Playground, client: aiohttp.ClientSession) -> None:
        async with client.post("/", data=b"hello", expect100=True) as answer:
            assert json.loads(await answer.text()) == [5, None, None], "the instance was asked a second time"

    asking(tmp_path, questions)


@pytest.mark.parametrize("told", [True, False])
def test_a_body_over_the_limit_is_refused(tmp_path: Path, *, told: bool) -> None:
    """By its announced length at once; without one as soon as too much has come."""

    async def too_much() -> Any:
        for _ in range(proxy.BODY_LIMIT // 2**20 + 1):
            yield b"x" * 2**20

    async def questions(_: Playground, client: aiohttp.ClientSession) -> None:
        headers = {"Content-Length": str(proxy.BODY_LIMIT + 2**20)} if told else {}
        async with client.post("/", data=too_much(), headers=headers) as answer:
            assert answer.status == 413

    asking(tmp_path, questions)


def test_an_answer_that_takes_too_long_is_a_504(tmp_path: Path) -> None:
    async def questions(_: Playground, client: aiohttp.ClientSession) -> None:
        async with client.get("/held") as answer:
            assert answer.status == 504

    asking(tmp_path, questions, timeout="1s")


def test_an_answer_cut_short_is_cut_short_for_the_caller_too(tmp_path: Path) -> None:
    async def questions(_: Playground, client: aiohttp.ClientSession) -> None:
        async with client.get("/cut") as answer:
            assert answer.status == 200
            with pytest.raises(aiohttp.ClientPayloadError):
                await answer.read()

    asking(tmp_path, questions)


def test_no_more_requests_than_the_concurrency_reach_an_instance_at_once(tmp_path: Path) -> None:
    async def questions(playground: Playground, client: aiohttp.ClientSession) -> None:
        async def ask() -> int:
            async with client.get("/held") as answer:
                return answer.status

        router = playground.run._running.router(WEB)
        assert router
        runner = router.runner
        assert runner
        asked = [asyncio.create_task(ask()) for _ in range(4)]
        await when(lambda: runner.active + len(router._waiting) == 4)
        at_once = runner.active
        (playground.home / "go").touch()

        assert await asyncio.gather(*asked) == [200] * 4
        assert at_once == 2

    asking(tmp_path, questions, maxInstanceRequestConcurrency=2)


@pytest.mark.parametrize("path", ["/eventlog", "/healthz", "/_ah/start"])
def test_reserved_paths_never_reach_a_container(tmp_path: Path, path: str) -> None:
    async def questions(_: Playground, client: aiohttp.ClientSession) -> None:
        async with client.get(path) as answer:
            assert answer.status == 404

    asking(tmp_path, questions)


def test_nobody_may_call_a_service_until_everybody_was_allowed_to(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        service = public(await playground.image(app())) | {"invokerIamDisabled": False}
        uri = (await playground.deploy(service))["response"]["uri"]
        async with aiohttp.ClientSession() as client:
            async with client.get(uri) as answer:
                assert answer.status == 403
                assert "does not have permission" in await answer.text()
            playground.let(f"run/{WEB}", "roles/run.invoker", "allUsers")
            async with client.get(uri) as answer:
                assert answer.status == 200

    play(tmp_path, scenario)


@pytest.mark.parametrize("hidden", [{"ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY"}, {"defaultUriDisabled": True}])
def test_a_service_hidden_from_outside_is_not_found(tmp_path: Path, hidden: dict[str, Any]) -> None:
    async def scenario(playground: Playground) -> None:
        uri = (await playground.deploy(public(await playground.image(app())) | hidden))["response"]["uri"]
        async with aiohttp.ClientSession() as client, client.get(uri) as answer:
            assert answer.status == 404

    play(tmp_path, scenario)


def test_the_edge_gets_the_same_answers_without_the_listener(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        await playground.serve(app())
        asked: list[tuple[str, str, bytes | None]] = [("GET", "/", None), ("POST", "/", b"hello")]
        answers = []
        for method, target, body in asked:
            headers = CIMultiDict({"Host": "web.app"} | ({"Content-Length": str(len(body))} if body else {}))
            async with playground.run.open(WEB, method=method, target=target, headers=headers, body=body) as answer:
                answers.append((answer.status, b"".join([chunk async for chunk in answer.chunks()])))

        assert answers == [(200, b"one"), (200, b"[5, null, null]")]

    play(tmp_path, scenario)


def test_the_edge_learns_whether_an_answer_had_begun_when_the_instance_went(tmp_path: Path) -> None:
    """Before any byte it may ask again; afterwards all it can do is cut its own answer."""

    async def scenario(playground: Playground) -> None:
        await playground.serve(app())

        def ask(target: str) -> Any:
            return playground.run.open(WEB, method="GET", target=target, headers=CIMultiDict(), body=None)

        async with ask("/cut") as answer:
            assert answer.status == 200
            with pytest.raises(AnswerBroken):
                [chunk async for chunk in answer.chunks()]
        with pytest.raises(InstanceGone):
            async with ask("/exit"):
                pass

    play(tmp_path, scenario)


def test_the_edge_gets_404_for_a_service_that_is_not_there(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        other = WEB.replace("web", "other")
        async with playground.run.open(other, method="GET", target="/", headers=CIMultiDict(), body=None) as answer:
            assert answer.status == 404

    play(tmp_path, scenario)
