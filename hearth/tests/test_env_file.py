"""`.env` reaches the commands that run the app."""

import subprocess
import sys
from pathlib import Path

from hearth import project

APP = """\
import os

import click
import flask_hearth
from flask import Flask

app = Flask(__name__)


@app.cli.command("openapi")
@click.argument("file", type=click.File("w"))
def openapi(file):
    file.write(os.environ["FROM_FILE"] + os.environ["OF_SHELL"])
"""


def test_an_app_gets_the_variables_of_the_file_and_those_of_the_shell_win(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\n", encoding="utf-8")
    (tmp_path / ".env").write_text("FROM_FILE=\"two\n'lines'\"\nOF_SHELL=not this\n", encoding="utf-8")
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "app.py").write_text(APP, encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "hearth", "openapi"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(project.root()), "OF_SHELL": "!", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "service" / "openapi.json").read_text(encoding="utf-8") == "two\n'lines'!"
