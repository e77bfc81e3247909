"""The project is found as Pulumi finds it, and its table says what no resource tells."""

from pathlib import Path

import pytest

from hearth import project


def write(folder: Path, text: str) -> Path:
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    return folder


def test_the_project_is_the_nearest_folder_upwards_with_a_pulumi_yaml(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").touch()
    (tmp_path / "infra" / "deep").mkdir(parents=True)

    assert project.find(tmp_path / "infra" / "deep") == tmp_path
    assert project.find(tmp_path) == tmp_path


def test_without_a_table_everything_has_its_default(tmp_path: Path) -> None:
    assert project.Table.read(tmp_path) == project.Table()
    assert project.Table.read(write(tmp_path, "[project]\nname = 'x'\n")) == project.Table()


def test_the_table_says_otherwise(tmp_path: Path) -> None:
    table = project.Table.read(write(tmp_path, '[tool.hearth]\napp = "shop.web:make"\n'))

    assert (table.app, table.service) == ("shop.web:make", "service")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[tool.hearth]\nap = "x"\n', ["ap = 'x'", "inventories"]),
        ("[tool.hearth]\napp = 3\n", ["app = 3"]),
        ("[tool.hearth\n", ["pyproject.toml is not TOML"]),
    ],
)
def test_a_table_that_cannot_be_meant_is_refused(text: str, words: list[str], tmp_path: Path) -> None:
    with pytest.raises(project.ProjectError) as refused:
        project.Table.read(write(tmp_path, text))

    for word in words:
        assert word in str(refused.value)


@pytest.mark.parametrize("program", ["no_such_module:build", "json:no_such_function"])
def test_a_program_that_is_not_there_is_named(program: str, tmp_path: Path) -> None:
    write(tmp_path, f'[tool.hearth]\nprogram = "{program}"\n')

    with pytest.raises(project.ProjectError, match=f"program = '{program}' can't be imported"):
        project.program(tmp_path)
