"""`.env` reaches the commands that run the app."""

import subprocess
import sys
from pathlib import Path

import pytest

from hearth import env_file, project

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


@pytest.mark.parametrize(
    ("written", "variables"),
    [
        pytest.param("A=1\r\nB='x y'\r\n", {"A": "1", "B": "x y"}, id="line ends of Windows"),
        pytest.param("\ufeffA=1\n", {"A": "1"}, id="a mark of the encoding"),
        pytest.param("export A=1\n", {"A": "1"}, id="as a shell reads it"),
        pytest.param('A="two\nlines"\nB=2\n', {"A": "two\nlines", "B": "2"}, id="two lines"),
        pytest.param('A="two\r\nlines"\r\n', {"A": "two\nlines"}, id="two lines of Windows"),
        pytest.param("A='pa${HOME}ss'\nB=${A}$A\n", {"A": "pa${HOME}ss", "B": "${A}$A"}, id="no other variable"),
        pytest.param("A=pa$s#s # a remark\n\n# B=1\n", {"A": "pa$s#s"}, id="remarks"),
        pytest.param("A=1\nA=2\n", {"A": "2"}, id="twice"),
        pytest.param("A=\nB\n", {"A": ""}, id="empty, and none"),
    ],
)
def test_a_value_is_what_is_written_quotes_apart(tmp_path: Path, written: str, variables: dict[str, str]) -> None:
    (tmp_path / ".env").write_bytes(written.encode())

    assert env_file.read(tmp_path) == variables


@pytest.mark.parametrize(
    ("written", "where"),
    [
        pytest.param(b"A=1\nB='s3cret\n", "line 2: .*a quote does not end", id="a quote without an end"),
        pytest.param(b"A=1\ns3cret and more\n", "line 2: .*no variable", id="no name"),
        pytest.param(b"A : s3cret\n", "line 1: .*no variable", id="as in YAML"),
        pytest.param(b"=s3cret\n", "line 1: .*no variable", id="an empty name"),
        pytest.param(b"A=s3\0cret\n", "line 1: .*a zero byte", id="a zero byte"),
        pytest.param("A=\xe4s3cret\n".encode("latin-1"), "the file: it is not in UTF-8", id="another encoding"),
    ],
)
def test_what_can_not_be_read_is_told_by_its_place_and_never_by_what_it_is(
    tmp_path: Path, written: bytes, where: str
) -> None:
    (tmp_path / ".env").write_bytes(written)

    with pytest.raises(env_file.EnvFileError, match=rf"^\.env, {where}") as refused:
        env_file.read(tmp_path)

    assert "cret" not in str(refused.value)


def test_a_folder_of_that_name_is_no_file_of_variables(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()

    assert env_file.read(tmp_path) == {}
