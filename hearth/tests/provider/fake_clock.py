"""Time that passes only when somebody waits."""

from collections.abc import Callable
from threading import Event

from hearth.provider.clock import Clock


class FakeClock(Clock):
    on_wait: Callable[[float], None]
    """Called with the time after each wait: what happens meanwhile."""

    def __init__(self) -> None:
        self.time = 0.0
        self.on_wait = lambda _now: None

    def now(self) -> float:
        return self.time

    def wait(self, seconds: float, cancelled: Event) -> bool:
        if cancelled.is_set():
            return True
        self.time += seconds
        self.on_wait(self.time)
        return cancelled.is_set()
