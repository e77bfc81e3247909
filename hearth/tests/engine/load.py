"""A steady load of one reader, to see whether a deployment costs a visitor anything."""

import threading
from types import TracebackType
from typing import Self

import requests

_PAUSE_SECONDS = 0.02
_ANSWER_SECONDS = 120
"""A busy machine takes its time; an answer that never comes is a failure all the same."""


class SteadyLoad:
    """Requests `url` again and again while the context is open, on kept connections as browsers do."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.answered = 0
        self.failures: list[str] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        with requests.Session() as session:
            while not self._done.wait(_PAUSE_SECONDS):
                # A query of its own each, so that the edge's cache answers none of them.
                try:
                    answer = session.get(self._url, params={"n": str(self.answered)}, timeout=_ANSWER_SECONDS)
                except requests.RequestException as error:
                    self.failures.append(repr(error))
                    continue
                self.answered += 1
                if answer.status_code != requests.codes.ok:
                    self.failures.append(f"{answer.status_code} {answer.text[:200]}")
