"""Before `make down` deletes what somebody may want to keep, it asks."""

import io
from pathlib import Path

import pytest

from hearth.localcloud.commands import down, stop
from hearth.localcloud.commands.checkout import Checkout
from hearth.localcloud.commands.errors import CommandError
from hearth.localcloud.store import FILE


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A file that a service has stored."""
    file = tmp_path / ".local" / "cloud" / "data" / "web.sqlite3"
    file.parent.mkdir(parents=True)
    file.touch()
    return file


@pytest.mark.parametrize(
    ("answer", "deletes"), [("y\n", True), ("Yes\n", True), ("n\n", False), ("\n", False), ("", False), ("ja\n", False)]
)
def test_data_is_deleted_after_a_yes_only(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, answer: str, deletes: bool
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(answer))

    assert down.run(Checkout(tmp_path)) == (0 if deletes else 1)
    assert kept.exists() is not deletes


def test_without_a_terminal_nothing_is_deleted_and_both_ways_are_told(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))

    with pytest.raises(CommandError, match=r"`make down YES=1` deletes without asking; `make stop`"):
        down.run(Checkout(tmp_path))
    assert kept.exists()


def test_with_yes_nobody_is_asked(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())

    assert down.run(Checkout(tmp_path), yes=True) == 0
    assert not kept.exists()


def test_nobody_is_asked_where_there_is_nothing_to_lose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())

    assert down.run(Checkout(tmp_path)) == 0


def test_a_state_that_can_not_be_read_is_something_to_lose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("n\n"))
    stack = tmp_path / ".local" / "state" / ".pulumi" / "stacks" / "shop" / "local.json"
    stack.parent.mkdir(parents=True)
    stack.write_text("{", encoding="utf-8")

    assert down.run(Checkout(tmp_path)) == 1
    assert stack.exists()


def test_what_no_state_knows_any_more_goes_as_well(tmp_path: Path) -> None:
    """Else it would be in the way of every `make up`, as a name that is taken."""
    cloud = tmp_path / ".local" / "cloud"
    for name in ("images", "environments", "locks", "logs"):
        (cloud / name).mkdir(parents=True)
    (cloud / FILE).touch()

    assert down.run(Checkout(tmp_path)) == 0
    assert {entry.name for entry in cloud.iterdir()} == {"environments", "locks", "logs"}


def test_what_another_stack_has_deployed_here_stays(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    other = checkout.state / ".pulumi" / "stacks" / "shop" / "mine.json"
    program = checkout.programs / "pulumi"
    for file in (other, program, checkout.cloud / "images" / "one"):
        file.parent.mkdir(parents=True)
        file.touch()
    program.write_text("#!/bin/sh\necho \"error: no stack named 'local' found\" >&2; exit 255\n", encoding="utf-8")
    program.chmod(0o755)

    assert down.run(checkout) == 0
    assert (checkout.cloud / "images" / "one").exists()
    assert other.exists()


def test_stop_keeps_data(kept: Path, tmp_path: Path) -> None:
    assert stop.run(Checkout(tmp_path)) == 0
    assert kept.exists()
