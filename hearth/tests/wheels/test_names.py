"""Nothing here takes what is Hearth's from an index: under its names anybody may offer anything there."""

import re
import subprocess
import tomllib
from collections.abc import Iterator

import pytest

from hearth import project

ROOT = project.root()
OURS = {
    tomllib.loads((ROOT / folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]["name"]
    for folder in ("hearth", "flask_hearth")
}
# The last is somebody's package on an index.
NAMES = {*OURS, "hearth"}
COMMAND = re.compile(r"\b(?:pip3?|pipx|uvx?|poetry|pdm|conda)\s(?:.*\s)?(?:install|add|download|wheel|sync|run)\s(.*)")
REQUIREMENT = re.compile(r"^([+ ]?)([A-Za-z][\w.-]*)\s*((?:==)?)", re.MULTILINE)


def taken(file: str, text: str) -> Iterator[str]:
    """Words of a file by which an installer would ask an index for what is Hearth's.

    In a command a path is none; in a list of requirements an exact version is none either, since `make lock` gives it
    the hash of a wheel that is here. In a page lists of requirements are edits.
    """
    for command in COMMAND.findall(text):
        yield from (word for word in re.split(r"[\s\"'`]+", command) if name_of(word) in NAMES)
    if file.endswith((".in", ".txt", ".md")):
        for added, name, exact in REQUIREMENT.findall(text):
            is_listed = not file.endswith(".md") or added == "+"
            if is_listed and name_of(name) in NAMES and not (exact and name_of(name) in OURS):
                yield name


def name_of(word: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~;@]", word)[0]).lower()


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("README.md", "    pip install hearth"),
        ("README.md", "Then `uv pip install --upgrade 'hearth_toolkit[all]>=0.1'`."),
        ("ci.yml", "run: python -m pip download flask-hearth==0.1.0"),
        ("README.md", "uv add Flask-Hearth"),
        ("upgrading.md", "+hearth-toolkit>=0.1\n"),
        ("upgrading.md", "+hearth==0.1.0\n"),
        ("requirements.in", "flask==3\nflask-hearth\n"),
        ("requirements.txt", "hearth==3.4.5 \\\n    --hash=sha256:0123\n"),
    ],
)
def test_what_would_fetch_a_strangers_package_is_found(file: str, text: str) -> None:
    assert list(taken(file, text))


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("README.md", "pip wheel --no-deps ./hearth ./flask_hearth"),
        ("Dockerfile", "pip install --find-links /tmp/wheels -r /tmp/requirements.txt"),
        ("README.md", "uv pip install wheels/hearth_toolkit-0.1.0-py3-none-any.whl"),
        ("upgrading.md", "+hearth-toolkit==0.1.0\n"),
        ("README.md", "hearth is the toolkit\n- hearth-toolkit\n"),
        ("requirements.in", "-r hearth/localcloud/requirements.in\nhearths-friend\n"),
    ],
)
def test_what_names_a_folder_or_a_wheel_is_not(file: str, text: str) -> None:
    assert list(taken(file, text)) == []


def test_no_file_would_fetch_a_strangers_package() -> None:
    found = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    here = [name for name in found.splitlines() if name != "hearth/tests/wheels/test_names.py"]
    texts = {name: (ROOT / name).read_bytes() for name in here if (ROOT / name).is_file()}

    assert {
        name: words for name, text in texts.items() if (words := list(taken(name, text.decode(errors="replace"))))
    } == {}
