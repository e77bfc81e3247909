"""Time as the provider uses it, so that a test can hand in time of its own."""

import time
from dataclasses import dataclass
from threading import Event


class Clock:
    """The real time."""

    def now(self) -> float:
        """Seconds since some fixed moment; never goes back."""
        return time.monotonic()

    def wait(self, seconds: float, cancelled: Event) -> bool:
        """Let time pass; ends early, and answers True, when cancelled."""
        return cancelled.wait(seconds)


@dataclass(frozen=True)
class Deadline:
    """A moment until which something is worth waiting for."""

    clock: Clock
    at: float

    @classmethod
    def after(cls, clock: Clock, seconds: float) -> "Deadline":
        return cls(clock, clock.now() + seconds)

    @property
    def left(self) -> float:
        """Seconds, zero when it is past."""
        return max(0.0, self.at - self.clock.now())

    @property
    def passed(self) -> bool:
        return self.left == 0


def format_duration(seconds: float) -> str:
    """A duration as people say it: `45s`, `3m05s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}m{rest:02}s" if minutes else f"{rest}s"
