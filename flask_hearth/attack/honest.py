"""The honest client beside an attack, and what it sees of the server; and the server's memory meanwhile."""

import http.client
import time
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Thread

import psutil

from flask_hearth.attack.hostile import MARK, Answers, Attack
from flask_hearth.attack.target import Target

PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.05
_MEBI = 2**20


@dataclass
class Seen:
    """Of one attack. `worst` is the longest wait of the honest client; `memory` in MiB, None where nobody can tell."""

    attack: Attack
    worst: float = 0.0
    answered: int = 0
    failed: int = 0
    memory: float | None = None
    kept: bool = False
    """Whether something is stored that was never sent whole."""
    answers: Answers = field(default_factory=Answers)


def watch(target: Target, attack: Attack, *, seconds: float, process: int | None = None) -> Seen:
    """Attack for that long, and until the honest client has its answer or no more patience."""
    seen, stop, ended = Seen(attack), Event(), Event()
    attacking = Thread(target=attack.run, args=(target, stop, seen.answers), daemon=True)
    weighing = Thread(target=_weigh, args=(seen, process, ended), daemon=True)
    weighing.start()
    attacking.start()
    until = time.monotonic() + seconds
    try:
        while time.monotonic() < until:
            for path in (target.live, target.api):
                _ask(target, path, seen)
            time.sleep(_PAUSE_SECONDS)
    finally:
        # Also when interrupted: the attackers' threads would keep this process, and attack, for ever.
        stop.set()
    attacking.join(PATIENCE_SECONDS)
    ended.set()
    weighing.join()
    with suppress(OSError, http.client.HTTPException):
        seen.kept = MARK.encode() in get(target, f"{target.api}?per_page=100")[1]
    return seen


def get(target: Target, path: str) -> tuple[int, bytes]:
    """Status and body, on a connection of its own. Raises OSError and HTTPException."""
    connection = http.client.HTTPConnection(target.host, target.port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _ask(target: Target, path: str, seen: Seen) -> None:
    began = time.monotonic()
    try:
        right = get(target, path)[0] < 500
    except (OSError, http.client.HTTPException):
        right = False
    seen.worst = max(seen.worst, time.monotonic() - began)
    seen.answered += right
    seen.failed += not right


def _weigh(seen: Seen, process: int | None, ended: Event) -> None:
    while process is not None and not ended.wait(_PAUSE_SECONDS):
        seen.memory = max(seen.memory or 0.0, resident(process) / _MEBI)


def resident(process: int) -> int:
    """Bytes of a process and those that it started. Pages that they share count for each."""
    with suppress(psutil.NoSuchProcess):
        main = psutil.Process(process)
        return sum(_bytes(each) for each in [main, *main.children(recursive=True)])
    return 0


def _bytes(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        return int(process.memory_info().rss)
    return 0


def judge(seen: Seen, *, probe_seconds: float, memory: float) -> list[str]:
    """What is wrong; nothing where all is well."""
    wrong = {status for status in seen.answers.statuses if status is not None and status in seen.attack.wrong}
    checks = [
        (seen.failed > 0, f"{seen.failed} of {seen.failed + seen.answered} honest requests failed"),
        (seen.worst >= probe_seconds, f"a health check would have given up after {probe_seconds:g} s"),
        (seen.memory is not None and seen.memory > memory, f"more than {memory:g} MiB"),
        (bool(wrong), f"answered with {', '.join(map(str, sorted(wrong)))}"),
        (seen.kept, "stored what was never sent whole"),
    ]
    return [text for fails, text in checks if fails]
