"""How long a thread waits for bytes, by a clock of the test's own."""

import select
import socket
import time
from collections.abc import Iterator

import pytest

from flask_hearth.serving.arrival import Arrival, TooSlowError, Waiting


class Network:
    """Clock, poll and socket: `size` bytes come every `pause` seconds, and time passes only while somebody waits."""

    def __init__(self, pause: float, size: int) -> None:
        self.now = 0.0
        self._pause, self._size, self._next = pause, size, pause

    def monotonic(self) -> float:
        return self.now

    def register(self, *_: object) -> None:
        pass

    def poll(self, milliseconds: float) -> bool:
        self.now = min(self.now + milliseconds / 1000, self._next)
        return self.now == self._next

    def recv(self, _: int, flags: int = 0) -> bytes:
        if flags & socket.MSG_DONTWAIT:
            raise BlockingIOError
        self._next += self._pause
        return b"x" * self._size


@pytest.fixture
def network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Network:
    found = Network(*request.param)
    monkeypatch.setattr(select, "poll", lambda: found)
    monkeypatch.setattr(time, "monotonic", found.monotonic)
    return found


@pytest.fixture
def crowd() -> Iterator[Waiting]:
    """Two of three threads wait already."""
    waiting = Waiting(3)
    with waiting, waiting:
        yield waiting


@pytest.mark.parametrize("network", [(0.01, 1), (0.2, 1), (0.3, 1), (1, 300), (3600, 1)], indirect=True)
def test_who_sends_too_little_is_given_up_however_soon_the_next_byte_comes(network: Network) -> None:
    received = Arrival(network, Waiting(84))  # type: ignore[arg-type]  # as far as it is used

    def read_for_a_day() -> None:
        while network.now < 24 * 3600:
            received.recv(8192)

    with pytest.raises(TooSlowError):
        read_for_a_day()


@pytest.mark.parametrize("network", [(19, 10_000), (1, 500), (0.001, 1), (0.02, 1460)], indirect=True)
def test_who_sends_enough_is_waited_for(network: Network) -> None:
    received = Arrival(network, Waiting(84))  # type: ignore[arg-type]  # as far as it is used

    for _ in range(1000):
        assert received.recv(8192)


@pytest.mark.parametrize("network", [(2, 1)], indirect=True)
def test_in_a_crowd_a_client_of_which_nothing_comes_is_given_up_soon(network: Network, crowd: Waiting) -> None:
    with pytest.raises(TooSlowError):
        Arrival(network, crowd).recv(8192)  # type: ignore[arg-type]  # as far as it is used
    assert Arrival(network, Waiting(3)).recv(8192)  # type: ignore[arg-type]  # as far as it is used
