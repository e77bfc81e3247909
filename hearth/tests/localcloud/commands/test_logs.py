"""`make logs`: the logs of edge and services, as they grow."""

from pathlib import Path

import pytest

from hearth.localcloud.commands import logs
from hearth.localcloud.commands.checkout import Checkout
from hearth.localcloud.commands.errors import CommandError
from hearth.localcloud.commands.logs import Tail


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    checkout = Checkout(tmp_path)
    (checkout.cloud / "logs" / "services").mkdir(parents=True)
    return checkout


def test_logs_of_edge_services_and_jobs_are_shown_with_their_names(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    (checkout.cloud / "logs" / "edge.log").write_text("GET /\n", encoding="utf-8")
    (checkout.cloud / "logs" / "services" / "web.log").write_text("started\nready\n", encoding="utf-8")

    (checkout.cloud / "logs" / "jobs").mkdir()
    (checkout.cloud / "logs" / "jobs" / "web-migrate.log").write_text("done\n", encoding="utf-8")

    logs.run(checkout, follow=False)

    shown = "edge        | GET /\nweb         | started\nweb         | ready\nweb-migrate | done\n"
    assert capsys.readouterr().out == shown


def test_only_the_end_of_a_long_log_is_shown(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    text = "".join(f"{number}\n" for number in range(1000))
    (checkout.cloud / "logs" / "edge.log").write_text(text, encoding="utf-8")

    logs.run(checkout, follow=False)

    assert capsys.readouterr().out.splitlines() == [f"edge | {number}" for number in range(950, 1000)]


def test_without_logs_the_user_hears_what_makes_them(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="`make up` starts the services that write them"):
        logs.run(Checkout(tmp_path), follow=False)


def test_a_line_is_shown_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "web.log"
    path.write_text("one\ntw", encoding="utf-8")
    tail = Tail(path, None)

    first = tail.lines()
    with path.open("a", encoding="utf-8") as file:
        file.write("o\nthree\n")
    then = tail.lines()

    assert (first, then) == (["one"], ["two", "three"])


def test_a_rotated_log_is_followed_into_its_new_file(tmp_path: Path) -> None:
    path = tmp_path / "web.log"
    path.write_text("old\n", encoding="utf-8")
    tail = Tail(path, None)
    tail.lines()

    path.rename(tmp_path / "web.log.1")
    missing = tail.lines()
    path.write_text("new\n", encoding="utf-8")

    assert (missing, tail.lines()) == ([], ["new"])
