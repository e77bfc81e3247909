"""A provider's session over a fake Google, with time of its own."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hearth.plugin.kinds import Context
from hearth.provider.clients.credentials import Tokens
from hearth.provider.clients.endpoints import Endpoints
from hearth.provider.clients.session import Session
from hearth.provider.site_release import SiteRelease
from hearth.tests.provider.fake_clock import FakeClock
from hearth.tests.provider.fake_hosting import FakeHosting
from hearth.tests.provider.fake_server import FakeServer
from hearth.tests.provider.site_stage import Stage


@pytest.fixture
def server() -> Iterator[FakeServer]:
    server = FakeServer()
    yield server
    server.close()


@pytest.fixture
def pauses() -> list[float]:
    """Seconds that the session paused between repeats; none of them really pass."""
    return []


@pytest.fixture
def session(server: FakeServer, pauses: list[float]) -> Session:
    return Session(Endpoints(server.environ), Tokens(server.environ), pause=pauses.append)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def said() -> list[str]:
    """What was shown as progress."""
    return []


@pytest.fixture
def context(said: list[str]) -> Context:
    urn = "urn:pulumi:local::hearth-app::hearth:test:Kind::web"
    return Context(urn=urn, say=said.append, warn=said.append, cancelled=threading.Event())


@pytest.fixture
def stage(tmp_path: Path, server: FakeServer, session: Session, clock: FakeClock, context: Context) -> Iterator[Stage]:
    public = tmp_path / "static"
    (public / "assets").mkdir(parents=True)
    (public / "style.css").write_text("body{margin:0}")
    (public / "404.html").write_text("<title>Not found</title>")
    (public / "assets" / "copy.css").write_text("body{margin:0}")
    stage = Stage(
        server, FakeHosting(server, "demo-shop"), SiteRelease(tmp_path, session, clock), clock, context, public
    )
    stage.service()
    yield stage
    assert context.cancelled.is_set() or list(tmp_path.iterdir()) == [public], "nothing is left in the checkout"
