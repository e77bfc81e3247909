"""Progress at a pace that also reads well where every message stays on the screen, as in a log."""

from collections.abc import Callable

from hearth.provider.clock import Clock

_EVERY = 15.0
"""Seconds between two messages on the same matter."""


class Progress:
    """Shows what is new at once, and how the same matter goes on only now and then."""

    def __init__(self, clock: Clock, say: Callable[[str], None]) -> None:
        self._clock = clock
        self._say = say
        self._matter = ""
        self._at = 0.0

    def __call__(self, matter: str, message: str) -> None:
        """Show the message if it is on another matter than the last one, or that is a while ago."""
        now = self._clock.now()
        if matter != self._matter or now - self._at >= _EVERY:
            self._matter, self._at = matter, now
            self._say(message)
