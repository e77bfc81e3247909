"""A stack's program is run with what the project says of the world around it."""

from pathlib import Path

import pulumi
import pytest

from hearth import references
from hearth.project import ProjectError
from hearth.testing.stacks import run_with

NETWORK = "acme/network/prod"


def program(*, environ: dict[str, str], root: Path) -> None:
    pulumi.export("vpc", pulumi.StackReference(NETWORK).require_output("vpc"))


@pytest.mark.parametrize(("table", "file"), [("", "tests/stacks/references.yaml"), ('references = "r.yaml"', "r.yaml")])
def test_outputs_of_other_stacks_stand_in_a_file_of_the_project(tmp_path: Path, table: str, file: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.hearth]\n{table}\n")
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(f"{NETWORK}:\n  vpc: main\n")

    assert run_with({}, "prod", program, tmp_path).outputs == {"vpc": "main"}


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    assert references.read(tmp_path) == {}
    with pytest.raises(LookupError, match=f"the outputs of the stack '{NETWORK}'.*write them down in tests/stacks/ref"):
        run_with({}, "prod", program, tmp_path)


@pytest.mark.parametrize(("text", "said"), [("a: [", "can't be read as YAML"), ("a: b", "stacks' full names")])
def test_a_file_that_says_something_else_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.hearth]\nreferences = "r.yaml"\n')
    (tmp_path / "r.yaml").write_text(text)

    with pytest.raises(ProjectError, match=said):
        references.read(tmp_path)
