"""The maths of the table, and what it is made of."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import psutil
import pytest

from flask_hearth.bench import load, readme
from flask_hearth.bench.__main__ import join_stores
from flask_hearth.bench.figures import Line, Sample, markdown, ratio
from flask_hearth.bench.servers import BenchError
from flask_hearth.testing.processes import PATIENCE

ROOT = Path(__file__).parents[3]
# As wrk 4.1 printed it, but for the numbers.
WRK = """Running 4s test @ http://127.0.0.1:35009/api/v1/items/item-000000
  2 threads and 80 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   231.88ms  264.14ms   1.80s    90.99%
    Req/Sec   233.87    115.07   616.00     80.26%
  Latency Distribution
     50%  183.53ms
     75%  218.82ms
     90%  451.19ms
     99%    {p99}
  1777 requests in 4.01s, 1.49MB read
{more}Requests/sec:    {rate}
Transfer/sec:    379.41KB
"""


def ms(*values: float) -> Sample:
    return Sample(values, "ms")


def test_a_ratio_is_one_of_medians_so_that_one_bad_moment_does_not_count() -> None:
    assert ratio(ms(30, 20, 9000), ms(10, 1, 10)) == 3


@pytest.mark.parametrize(
    ("above", "below", "words"),
    [(ms(1), Sample([1], "MiB"), "ms of MiB is no ratio"), (ms(1), ms(0), "nothing can be compared with 0.00 ms")],
)
def test_what_can_not_be_compared_is_refused(above: Sample, below: Sample, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ratio(above, below)


@pytest.mark.parametrize(
    ("value", "text"), [(0.123, "0.12 ms"), (1.234, "1.2 ms"), (12.34, "12 ms"), (1234.5, "1,234 ms")]
)
def test_figures_have_as_many_digits_as_say_something(value: float, text: str) -> None:
    assert str(ms(value)) == text


def test_each_store_that_was_measured_is_a_column() -> None:
    measured = [
        [Line("pages", {"SQLite": (ms(9), ms(3))}), Line("starts", {"SQLite": (ms(1), ms(2))})],
        [Line("pages", {"Firestore": (ms(40), ms(4))})],
    ]

    lines = join_stores(measured)

    assert markdown(lines, ["SQLite", "Firestore"]).splitlines() == [
        "|  | SQLite | Firestore |",
        "| --- | ---: | ---: |",
        "| pages | 3.0× | 10× |",
        "| starts | 0.50× | n/a |",
    ]
    assert "| pages | 3.0× (9.0 ms / 3.0 ms) |" in markdown(lines, ["SQLite"], absolute=True)


@pytest.mark.parametrize(
    ("rate", "p99", "found"),
    [
        ("443.01", "1.43s ", (443.01, 1.43)),
        ("2941.7", "126.52ms", (2941.7, 0.12652)),
        ("9.5", "850.00us", (9.5, 0.00085)),
    ],
)
def test_wrks_figures_are_read(rate: str, p99: str, found: tuple[float, float]) -> None:
    read = load.parse_wrk(WRK.format(rate=rate, p99=p99, more=""))

    assert (read.per_second, read.p99) == pytest.approx(found)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("unable to connect", "measured nothing"),
        (WRK.format(rate="0.00", p99="0.00us", more=""), "measured nothing"),
        (WRK.format(rate="9.5", p99="1.00ms", more="  Non-2xx or 3xx responses: 7\n"), "7 answers under load"),
    ],
)
def test_a_load_that_went_wrong_is_no_figure(told: str, words: str) -> None:
    """Errors are answered faster than anything."""
    with pytest.raises(BenchError, match=words):
        load.parse_wrk(told)


@pytest.fixture
def server() -> Iterator[tuple[socket.socket, dict[str, bytes]]]:
    """Answers every request with what `answer` holds."""
    answer = {"answer": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"}

    def talk(connection: socket.socket) -> None:
        with closing(connection):
            while connection.recv(4096):
                connection.sendall(answer["answer"])

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=accept)
        thread.start()
        yield listening, answer
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_without_wrk_a_client_of_our_own_counts_answers(server: tuple[socket.socket, dict[str, bytes]]) -> None:
    name, own = load.choose(lambda _: None)
    found = own(f"http://127.0.0.1:{server[0].getsockname()[1]}/", 3, 0.2)

    assert "wrk is not installed" in name
    assert found.per_second > 0
    assert found.p99 > 0


def test_that_client_tells_of_refusals(server: tuple[socket.socket, dict[str, bytes]]) -> None:
    listening, answer = server
    answer["answer"] = b"HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n\r\n"

    with pytest.raises(BenchError, match="were no success"):
        load.run_client(f"http://127.0.0.1:{listening.getsockname()[1]}/", 1, 0.1)


def test_the_ratios_take_the_place_between_the_marks_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text(f"before\n{readme.BEGIN}\nold\n{readme.END}\nafter\n", encoding="utf-8")

    readme.write(file, "| new |")

    assert file.read_text(encoding="utf-8") == f"before\n{readme.BEGIN}\n| new |\n{readme.END}\nafter\n"


def test_a_file_without_marks_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text("no marks\n", encoding="utf-8")

    with pytest.raises(BenchError, match="has no place for the ratios"):
        readme.write(file, "| new |")
    assert file.read_text(encoding="utf-8") == "no marks\n"


def test_the_readme_has_a_place_for_them() -> None:
    file = ROOT / "README.md"
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    if readme.BEGIN not in text:
        pytest.skip("README.md does not tell of the bench")

    assert text.count(readme.BEGIN) == text.count(readme.END) == 1
    assert text.index(readme.BEGIN) < text.index(readme.END)


def test_the_whole_of_it_runs(tmp_path: Path) -> None:
    """On few items and for moments: what it measures then means nothing, but every part has worked."""
    file = tmp_path / "table.md"
    file.write_text(f"{readme.BEGIN}\n{readme.END}\n", encoding="utf-8")
    small = ["--sizes", "20", "60", "--starts", "1", "--rounds", "2", "--loads", "1", "--seconds", "0.5"]
    command = [sys.executable, "-m", "flask_hearth.bench", "--stores", "SQLite", *small, "--write", str(file)]
    environ = {"PATH": f"{tmp_path}:/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}

    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "| last page of 60 items: peer's time against Hearth's |" in done.stdout
    assert "| last page of 60 items: peer's time against Hearth's |" in file.read_text(encoding="utf-8")
    assert "of 20 items: peer" not in file.read_text(encoding="utf-8")
    assert "n/a" not in done.stdout


def test_a_run_that_is_told_to_stop_leaves_no_server_behind() -> None:
    command = [sys.executable, "-m", "flask_hearth.bench", "--stores", "SQLite", "--sizes", "20", "60"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            servers = started(running)
            running.terminate()
            _, said = running.communicate(timeout=PATIENCE)
        finally:
            running.kill()

    assert running.returncode == 130
    assert said.endswith("bench: interrupted.\n")
    assert not psutil.wait_procs(servers, timeout=PATIENCE)[1]


def started(running: subprocess.Popen[str]) -> list[psutil.Process]:
    """The children of a process, once there are any that listen."""
    deadline = time.monotonic() + PATIENCE
    while running.poll() is None and time.monotonic() < deadline:
        with suppress(psutil.Error):
            children = psutil.Process(running.pid).children(recursive=True)
            if any(each.net_connections("tcp") for each in children):
                return children
        time.sleep(0.01)
    raise TimeoutError("no server was started")
