"""`make serve` with an app that breaks and is mended, as a browser sees it."""

import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from flask_hearth.testing.ports import reserve_port
from flask_hearth.testing.processes import PATIENCE, Process, wait_until
from hearth import project, serving
from hearth.errors import HearthError

GOOD = """
from flask import Flask, render_template
from flask_hearth import Hearth

app = Flask(__name__, static_folder=None)

@app.get("/")
def index():
    return "It works"

@app.get("/page")
def page():
    return render_template("page.html")

Hearth(app)
"""
FAULTS = {
    "a syntax error": (f"{GOOD}\ndef broken(:\n", "SyntaxError: invalid syntax"),
    "a failed import": (f"import nowhere\n{GOOD}", "ModuleNotFoundError: No module named &#x27;nowhere&#x27;"),
    "an exception at start": (f"{GOOD}\n1 / 0\n", "ZeroDivisionError: division by zero"),
    "an exit at start": (f"{GOOD}\nraise SystemExit(7)\n", "exit code 7"),
}


class Served:
    """A project of one module with `python -m hearth serve` in it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.module = folder / "service" / "app.py"
        self.url = f"http://127.0.0.1:{port}"
        (folder / "service" / "templates").mkdir(parents=True)
        (folder / "Pulumi.yaml").write_text("name: served\nruntime: python\n", encoding="utf-8")
        self.module.write_text(GOOD, encoding="utf-8")
        self._environ = {"PORT": str(port), "PYTHONPATH": str(project.root())}

    def start(self) -> None:
        folder = self.module.parents[1]
        self.process = Process([sys.executable, "-m", "hearth", "serve"], folder, self._environ, folder / "output")

    def wait_for(self, text: str, path: str = "/") -> requests.Response:
        """The first answer that has the text."""
        answers: list[requests.Response] = []

        def answered() -> bool:
            if self.process.running.poll() is not None:
                raise LookupError(f"It ended: {self.process.output[-2000:]}")
            try:
                answers.append(requests.get(self.url + path, timeout=PATIENCE))
            except requests.RequestException:
                # Nobody there, or a server that its reloader ended amid its answer.
                return False
            return text in answers[-1].text

        wait_until(answered, lambda: answers[-1].text[-2000:] + self.process.output[-2000:])
        return answers[-1]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with reserve_port() as port:
        found = Served(tmp_path, port)
        yield found
        found.process.end()


@pytest.mark.parametrize("fault", FAULTS)
def test_an_app_that_breaks_is_shown_and_goes_on_once_mended(served: Served, fault: str) -> None:
    broken, message = FAULTS[fault]
    served.start()
    served.wait_for("It works")
    served.module.write_text(broken, encoding="utf-8")

    assert served.wait_for(message).status_code == 503
    assert "the app ended with exit code" in served.process.output

    served.module.write_text(GOOD, encoding="utf-8")
    assert served.wait_for("It works").status_code == 200


def test_an_app_that_is_broken_from_the_start_goes_on_as_well(served: Served) -> None:
    served.module.write_text(FAULTS["a failed import"][0], encoding="utf-8")
    served.start()
    served.wait_for(FAULTS["a failed import"][1])

    served.module.write_text(GOOD, encoding="utf-8")
    served.wait_for("It works")


def test_a_missing_template_is_shown_by_its_name_and_served_once_it_is_there(served: Served) -> None:
    served.start()
    assert served.wait_for("TemplateNotFound: page.html", "/page").status_code == 500
    # Werkzeug would have it in colours, and this output is a file.
    served.process.wait_for('"GET /page HTTP/1.1" 500')
    assert "\x1b" not in served.process.output

    (served.module.parent / "templates" / "page.html").write_text("Here it is", encoding="utf-8")
    assert served.wait_for("Here it is", "/page").status_code == 200


def test_an_edit_of_the_environment_file_counts_at_once(served: Served) -> None:
    served.module.write_text(
        GOOD.replace('"It works"', '__import__("os").environ.get("SHOP", "none")'), encoding="utf-8"
    )
    served.start()
    served.wait_for("none")
    (served.module.parents[1] / ".env").write_text("SHOP=sold-out\n", encoding="utf-8")
    # Werkzeug looks at files that were there when it started; the module's edit makes it look.
    served.module.touch()

    served.wait_for("sold-out")


def test_a_line_of_the_environment_file_that_can_not_be_read_is_told_and_mended(served: Served) -> None:
    file = served.module.parents[1] / ".env"
    served.start()
    served.wait_for("It works")
    file.write_text("SHOP='open\n", encoding="utf-8")
    served.module.touch()
    assert served.wait_for(".env, line 1").status_code == 503

    file.write_text("SHOP='open'\n", encoding="utf-8")
    served.wait_for("It works")


def test_the_server_ends_with_the_command(served: Served) -> None:
    served.start()
    served.wait_for("It works")
    os.kill(served.process.running.pid, signal.SIGTERM)
    served.process.ended()

    with pytest.raises(requests.ConnectionError):
        requests.get(served.url, timeout=PATIENCE)


def test_a_port_that_is_taken_is_named_with_what_to_do() -> None:
    with socket.create_server((serving.HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(HearthError, match=f"Port {port} can't be used .*: set PORT to a free one"):
            serving.bound(str(port))


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1"])
def test_what_is_no_port_is_refused(port: str) -> None:
    with pytest.raises(HearthError, match=f"PORT={port} is not a port"):
        serving.bound(port)
