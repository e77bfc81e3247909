"""The attacks, in short: against the sample app, where the honest client is answered while each of them lasts."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from flask_hearth.attack import honest, server
from flask_hearth.attack.honest import Seen, get, judge, resident
from flask_hearth.attack.hostile import MARK, Answers, Attack, attacks
from flask_hearth.attack.target import AttackError, Target, address
from flask_hearth.testing import sample
from flask_hearth.testing.processes import PATIENCE

PATHS = Target(host="", port=0)
MEBI = 2**20
MEMORY = 512
"""What an instance has, unless a stack says otherwise."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Target, int]]:
    folder = tmp_path_factory.mktemp("service")
    shutil.copy(Path(sample.__file__).parent / "gunicorn.conf.py", folder)
    with server.serving(folder, "flask_hearth.testing.sample", PATHS) as (target, process):
        yield target, process


@pytest.mark.parametrize("attack", attacks(PATHS), ids=lambda attack: attack.name)
def test_the_honest_client_is_answered_while_an_attack_lasts(running: tuple[Target, int], attack: Attack) -> None:
    """It lasts until the client has been answered, again and again: one that starves it would never end here."""
    target, process = running
    stop, answers, weights = Event(), Answers(), []
    attacking = Thread(target=attack.run, args=(target, stop, answers), daemon=True)
    attacking.start()
    try:
        for _ in range(5):
            assert get(target, target.live)[0] == 200
            assert get(target, target.api)[0] == 200
            assert attacking.is_alive()
            weights.append(resident(process))
    finally:
        stop.set()
    attacking.join()

    assert not {status for status in answers.statuses if status in attack.wrong}
    assert max(weights) < MEMORY * MEBI
    assert MARK.encode() not in get(target, target.api)[1]


def test_an_attack_that_is_interrupted_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    began, ended = Event(), Event()

    def once(_: Target, stop: Event) -> bytes:
        began.set()
        stop.wait()
        ended.set()
        return b""

    def interrupt(*_: object) -> None:
        assert began.wait(PATIENCE)
        raise KeyboardInterrupt

    monkeypatch.setattr(honest, "_ask", interrupt)
    with pytest.raises(KeyboardInterrupt):
        honest.watch(PATHS, Attack("waits", once, attackers=1), seconds=PATIENCE)

    assert ended.wait(PATIENCE)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"])
def test_an_address_of_this_machine_is_attacked(url: str) -> None:
    host, port = address(url)

    assert host in {"127.0.0.1", "::1"}
    assert port == 8080


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1",
        "http://0.0.0.0:8080",
        "https://127.0.0.1",
        "127.0.0.1:8080",
        "http://127.0.0.1:x",
        "http://",
        "",
    ],
)
def test_no_other_is(url: str) -> None:
    with pytest.raises(AttackError, match=r"http://127\.0\.0\.1:8080"):
        address(url)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, []),
        ({"failed": 1}, ["1 of 3 honest requests failed"]),
        ({"worst": 5.0}, ["a health check would have given up after 5 s"]),
        ({"memory": 513.0}, ["more than 512 MiB"]),
        ({"kept": True}, ["stored what was never sent whole"]),
        ({"answers": Answers({500: 2, 400: 1, None: 3})}, ["answered with 500"]),
    ],
)
def test_the_verdict_names_what_is_wrong(change: dict[str, object], words: list[str]) -> None:
    seen = Seen(attacks(PATHS)[0], answered=2)
    for name, value in change.items():
        setattr(seen, name, value)

    assert judge(seen, probe_seconds=5, memory=MEMORY) == words
