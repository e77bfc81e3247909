"""Calls: who is told what, what is repeated, and what is never sent."""

import pytest

from hearth.catalog.apis import CLOUD_RUN, FIREBASE_HOSTING
from hearth.plugin.kinds import ProviderError
from hearth.provider.clients.credentials import Tokens
from hearth.provider.clients.endpoints import Endpoints
from hearth.provider.clients.errors import ApiError, NoAnswer
from hearth.provider.clients.session import Call, Session
from hearth.tests.provider.fake_server import BUSY, DENIED, Answer, FakeServer, error

PATH = "/run/v2/projects/demo-shop/things"
TOO_MANY = error(429, "Quota exceeded", "RESOURCE_EXHAUSTED")


def call(method: str = "GET", *, url: str = "projects/demo-shop/things", repeatable: bool | None = None) -> Call:
    body = {"a": 1} if method == "POST" else None
    return Call(
        api=CLOUD_RUN,
        project="demo-shop",
        method=method,
        url=url,
        what="count the things",
        body=body,
        repeatable=repeatable,
    )


def test_every_call_names_its_quota_project_and_caller(server: FakeServer, session: Session) -> None:
    server.answer("GET", PATH, {"things": 3})

    assert session.call(call()) == {"things": 3}
    headers = server.requests[0].headers
    assert (headers["x-goog-user-project"], headers["authorization"]) == ("demo-shop", "Bearer local")


@pytest.mark.parametrize(
    ("method", "repeatable", "fault", "repeated"),
    [
        ("GET", None, BUSY, True),
        ("GET", None, None, True),
        ("POST", None, BUSY, False),
        ("POST", None, None, False),
        ("POST", True, BUSY, True),
        ("POST", True, None, True),
        # Refused for its number, so not carried out.
        ("POST", None, TOO_MANY, True),
        ("PATCH", None, BUSY, False),
        ("GET", None, DENIED, False),
    ],
)
def test_only_what_is_safe_is_repeated(
    server: FakeServer, session: Session, method: str, *, repeatable: bool | None, fault: Answer | None, repeated: bool
) -> None:
    server.answer(method, PATH, {"things": 3})
    server.fail(method, "things", fault, times=2)

    if repeated:
        assert session.call(call(method, repeatable=repeatable)) == {"things": 3}
        assert len(server.requests) == 3
    else:
        with pytest.raises(ProviderError, match="Could not count the things"):
            session.call(call(method, repeatable=repeatable))
        assert len(server.requests) == 1


def test_repeats_end_with_the_last_error(server: FakeServer, session: Session, pauses: list[float]) -> None:
    server.fail("GET", "things", BUSY, times=100)

    with pytest.raises(ApiError, match="currently unavailable"):
        session.call(call())
    assert len(server.requests) == 6
    assert max(pauses) <= 20


def test_pauses_grow_and_differ(server: FakeServer, session: Session, pauses: list[float]) -> None:
    server.fail("GET", "things", BUSY, times=100)

    for _ in range(3):
        with pytest.raises(ApiError):
            session.call(call())
    first, last = pauses[0::5], pauses[4::5]
    assert max(first) < min(last)
    assert len(set(pauses)) == len(pauses)


@pytest.mark.parametrize(("asked", "paused"), [("7", 7.0), ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0)])
def test_the_pause_that_an_answer_asks_for_is_kept(
    server: FakeServer, session: Session, pauses: list[float], asked: str, paused: float
) -> None:
    server.answer("GET", PATH, {})
    server.fail("GET", "things", Answer({}, 503, {"Retry-After": asked}))
    session.call(call())

    assert pauses == [paused]


def test_a_pause_longer_than_anyone_waits_is_an_error(
    server: FakeServer, session: Session, pauses: list[float]
) -> None:
    server.fail("GET", "things", Answer(TOO_MANY.body, 429, {"Retry-After": "3600"}))

    with pytest.raises(ApiError, match="quota of 'demo-shop' is used up"):
        session.call(call())
    assert pauses == []


def test_a_broken_connection_says_that_nobody_knows(server: FakeServer, session: Session) -> None:
    server.fail("POST", "things", None)

    with pytest.raises(NoAnswer, match=r"no answer from 127\.0\.0\.1:\d+.*make up"):
        session.call(call("POST"))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (DENIED, "does not have permission.*403 PERMISSION_DENIED.*roles that the deploying account"),
        (
            error(403, "Cloud Run Admin API has not been used in project 1 before or it is disabled.", "X"),
            "gcloud services enable run.googleapis.com --project=demo-shop",
        ),
        (error(403, "Off.", "PERMISSION_DENIED", "SERVICE_DISABLED"), "gcloud services enable"),
        (error(403, "Not there.", "PERMISSION_DENIED", "USER_PROJECT_DENIED"), "serviceUsageConsumer"),
        (error(401, "Invalid credentials", "UNAUTHENTICATED"), "gcloud auth application-default login"),
        (Answer(b"<html>Bad gateway</html>", 404), "<html>Bad gateway</html> .404"),
        (Answer(b"", 404), "gave no reason"),
        (Answer(b"<html>Sign in to the wifi</html>", 200), "something other than a JSON object"),
        (Answer(b"", 302, {"Location": "https://elsewhere.example"}), "302"),
    ],
)
def test_an_error_tells_what_why_and_how_to_fix(
    server: FakeServer, session: Session, answer: Answer, words: str
) -> None:
    server.fail("GET", "things", answer, times=10)

    with pytest.raises(ProviderError, match=f"Could not count the things.*{words}"):
        session.call(call())


def test_a_project_of_the_local_cloud_is_never_asked_for_at_google() -> None:
    """`pulumi up -s local` in a shell without `make env`."""
    session = Session(Endpoints({}), Tokens({"GOOGLE_OAUTH_ACCESS_TOKEN": "x"}), pause=lambda _seconds: None)

    with pytest.raises(ProviderError, match=r"'demo-shop' is a project of the local cloud.*make -s env.*CLOUD_RUN_V2"):
        session.call(call())


@pytest.mark.parametrize("url", ["http://run.example.com/v2/", "ftp://127.0.0.1/", "127.0.0.1:4000"])
def test_a_token_never_leaves_this_machine_in_the_clear(url: str) -> None:
    endpoints = Endpoints({CLOUD_RUN.variable: url})

    with pytest.raises(ProviderError, match="GOOGLE_CLOUD_RUN_V2_CUSTOM_ENDPOINT is"):
        endpoints.base(CLOUD_RUN)


def test_an_endpoint_without_its_last_slash_is_the_same_endpoint() -> None:
    assert Endpoints({CLOUD_RUN.variable: "https://run.example/v2"}).base(CLOUD_RUN) == "https://run.example/v2/"


def test_a_token_is_not_sent_where_an_answer_points(session: Session) -> None:
    """The upload URL comes with an answer; an API at loopback must not name another machine."""
    with pytest.raises(ProviderError, match="to which no access token is sent"):
        session.call(call(url="https://elsewhere.example/upload"))


@pytest.mark.parametrize(
    "url",
    [
        "https://googleapis.com.example/x",
        "https://evilgoogleapis.com/x",
        "https://googleapis.com@evil.example/x",
        "http://firebasehosting.googleapis.com/x",
    ],
)
def test_google_names_only_its_own_hosts_for_uploads(url: str) -> None:
    session = Session(Endpoints({}), Tokens({"GOOGLE_OAUTH_ACCESS_TOKEN": "x"}))
    foreign = Call(api=FIREBASE_HOSTING, project="shop", method="POST", url=url, what="upload /a")

    with pytest.raises(ProviderError, match="to which no access token is sent"):
        session.call(foreign)


def test_a_proxy_is_not_used_for_this_machine(
    server: FakeServer, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    server.answer("GET", PATH, {"things": 3})

    assert session.call(call()) == {"things": 3}
