"""A page that is a walk: its blocks are carried out, step by step, in a copy of the checkout.

    ```python    a file: the first line names it in a comment, the rest is its content; `html` and `dockerfile` likewise
    ```diff      an edit: the first line names the file, then lines to keep, to drop and to put in
    ```sh        commands, run in the copy's root by a shell with the checkout's programs on its PATH
    ```text      lines that the commands before it must print; the word `failed` says that they must fail

The copy shares the checkout's environment, and has its Pulumi CLI on PATH, so that `make` in it has nothing to install.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hearth import project
from hearth.tests import example
from hearth.tests.installed import with_cli

ROOT = project.root()

_IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "A reader"), ("EMAIL", "reader@example.com"))
}
_BIN = Path(sys.executable).parent
_FILES = ("python", "html", "dockerfile")

Done = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Step:
    language: str
    text: str


def steps(page: str) -> Iterator[Step]:
    """The blocks of a page, in order."""
    for language, text in re.findall(r"^```(\w+)\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL):
        yield Step(language, text)


def copied(folder: Path) -> None:
    """Put the checkout's files into `folder`, committed, with its environment."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    tracked = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in tracked.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    _share_environment(folder)
    # Conventions ask git for the files that are tracked.
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    committed(folder, "As cloned")


def committed(folder: Path, message: str) -> None:
    """Commit everything; also when nothing has changed."""
    for command in (["add", "--all"], ["commit", "--quiet", "--allow-empty", "--message", message]):
        subprocess.run(["git", *command], cwd=folder, check=True, env={**os.environ, **_IDENTITY})


def to_walk(folder: Path) -> None:
    """A copy for a page to be carried out in: with stack files of the tests' own, so that no setting leads astray."""
    copied(folder)
    example.put_into(folder)
    committed(folder, "With stacks of the tests' own")


def _share_environment(folder: Path) -> None:
    environment = folder / ".venv"
    environment.mkdir()
    for entry in _BIN.parent.iterdir():
        if entry.name != ".installed":
            (environment / entry.name).symlink_to(entry)
    stamp(folder)


def stamp(folder: Path) -> None:
    """Tell ./environment, which else would install everything anew, that `.venv` has what the lock names."""
    lock = subprocess.run("cksum <requirements.txt", shell=True, cwd=folder, check=True, capture_output=True, text=True)  # noqa: S602 - no word of it is anybody else's
    (folder / ".venv" / ".installed").write_text(f"{lock.stdout.strip()} {folder.resolve()}\n", encoding="utf-8")


def patched(folder: Path, diff: str) -> None:
    """Apply a diff without line numbers; its context has to be found exactly once."""
    header, _, body = diff.partition("\n")
    file = folder / header.removeprefix("--- ")
    lines = body.splitlines(keepends=True)
    old = "".join(line[1:] for line in lines if line[0] in " -")
    new = "".join(line[1:] for line in lines if line[0] in " +")
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{file.name} has {text.count(old)} times:\n{old}"
    file.write_text(text.replace(old, new), encoding="utf-8")


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """In which a step runs: nothing of pytest's own, the checkout's programs first."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "MAKE"))}
    path = os.pathsep.join([str(_BIN), with_cli(os.environ)["PATH"]])
    return {**kept, **_IDENTITY, "PATH": path, "COLUMNS": "200", **more}


def ran(folder: Path, commands: str, **more: str) -> Done:
    """Output and errors are in `stdout`."""
    return subprocess.run(
        ["sh", "-euc", commands],
        cwd=folder,
        env=environment(more),
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def walked(folder: Path, page: str, run: Callable[[Path, str], Done] = ran) -> list[str]:
    """Carry out a page in `folder`, a copy; the languages of its blocks. AssertionError where it leads elsewhere."""
    done: Done | None = None
    languages = []
    for step in steps(page):
        languages.append(step.language)
        if step.language in _FILES:
            name, _, content = step.text.partition("\n")
            file = folder / name.removeprefix("<!-- ").removesuffix(" -->").removeprefix("# ")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, encoding="utf-8")
        elif step.language == "diff":
            patched(folder, step.text)
        elif step.language == "sh":
            assert done is None, f"what this prints stands nowhere: {step.text}"
            done = run(folder, step.text)
        else:
            assert step.language == "text"
            assert done is not None
            for line in step.text.splitlines():
                assert line in done.stdout, done.stdout[-4000:]
            assert (done.returncode != 0) is ("failed" in step.text), done.stdout[-4000:]
            done = None
    assert done is None
    return languages
