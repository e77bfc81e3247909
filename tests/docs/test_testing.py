"""docs/testing.md is executed: its walk, step by step, in a copy of the checkout."""

import dataclasses
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pulumi_gcp as gcp
import pytest

from infra.program import ROOT
from tests.recorder import Resource, Stack, run_stack

PAGE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")


@dataclasses.dataclass(frozen=True)
class Step:
    language: str
    text: str


def steps() -> Iterator[Step]:
    """The blocks of the walk, in order."""
    walk = PAGE.partition("## A resource, test first")[2]
    for language, text in re.findall(r"^```(\w+)\n(.*?)^```$", walk, flags=re.MULTILINE | re.DOTALL):
        yield Step(language, text)


def copied(folder: Path) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in tracked.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    # Conventions ask git for the files that are tracked.
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *command], cwd=folder, check=True)


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


def ran(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        [sys.executable, *command.split()[1:]],
        cwd=folder,
        env={**environment, "COLUMNS": "200"},
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_the_walk_leads_where_the_page_says(tmp_path: Path) -> None:
    copied(tmp_path)
    done: subprocess.CompletedProcess[str] | None = None
    kinds = []
    for step in steps():
        kinds.append(step.language)
        if step.language == "python":
            (tmp_path / step.text.partition("\n")[0].removeprefix("# ")).write_text(
                step.text.partition("\n")[2], encoding="utf-8"
            )
        elif step.language == "diff":
            patched(tmp_path, step.text)
        elif step.language == "sh":
            done = ran(tmp_path, step.text)
        else:
            assert done
            for line in step.text.splitlines():
                assert line in done.stdout, done.stdout[-4000:]
            assert (done.returncode != 0) is ("failed" in step.text), done.stdout[-4000:]
    assert set(kinds) == {"python", "diff", "sh", "text"}
    assert kinds.count("sh") == kinds.count("text")

    linted = ran(tmp_path, "python -m ruff check --no-cache infra tests/infra")
    assert linted.returncode == 0, linted.stdout


@pytest.mark.parametrize("name", re.findall(r"`(?:resource\.)?(\w+)`(?=[,` |])", PAGE.partition("## A resource")[0]))
def test_what_the_page_offers_is_there(name: str) -> None:
    stack = run_stack("dev")

    assert hasattr(stack.one(gcp.storage.Bucket), name) or hasattr(stack, name)


# What a resource is, which the page uses without a word.
PLAIN = {"type", "name", "urn", "custom", "short", "finished", "resources"}


def test_the_table_of_the_page_is_complete() -> None:
    """What a user may ask of a resource or a stack stands in the table."""
    table = PAGE.partition("| ask for |")[2].partition("\n\n")[0]
    fields = {field.name for kind in (Resource, Stack) for field in dataclasses.fields(kind)}
    methods = {name for kind in (Resource, Stack) for name in vars(kind) if not name.startswith("_")}

    assert [name for name in sorted((fields | methods) - PLAIN) if not re.search(rf"\b{name}\b", table)] == []
