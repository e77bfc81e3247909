"""How a component is written, checked on the source: a convention that matters is a test."""

import ast
from pathlib import Path

import pytest

from infra.program import ROOT

FILES = [
    file for file in sorted((ROOT / "infra").glob("*.py")) if "ComponentResource" in file.read_text(encoding="utf-8")
]

pytestmark = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def classes(file: Path) -> list[ast.ClassDef]:
    return [node for node in ast.parse(file.read_text(encoding="utf-8")).body if isinstance(node, ast.ClassDef)]


def component(file: Path) -> ast.ClassDef:
    (found,) = [
        each for each in classes(file) if any(ast.unparse(base).endswith("ComponentResource") for base in each.bases)
    ]
    return found


def init(file: Path) -> ast.FunctionDef:
    (found,) = [each for each in component(file).body if isinstance(each, ast.FunctionDef) and each.name == "__init__"]
    return found


def test_a_file_has_one_component_named_like_the_file(file: Path) -> None:
    assert component(file).name == "".join(word.capitalize() for word in file.stem.split("_"))


def test_its_type_is_a_constant_of_its_own(file: Path) -> None:
    """Part of every resource's identity: it must not follow the project's name, which users change."""
    first = init(file).body[0]

    assert ast.unparse(first).startswith(
        f"super().__init__('hearth-app:infra:{component(file).name}', name, None, opts)"
    )


def test_register_outputs_is_called_once_and_last(file: Path) -> None:
    """Pulumi takes it as the end of the component; what comes after would not belong to it."""
    calls = [node for node in ast.walk(component(file)) if isinstance(node, ast.Call)]
    named = [call for call in calls if ast.unparse(call.func) == "self.register_outputs"]

    assert len(named) == 1
    assert ast.unparse(init(file).body[-1]).startswith("self.register_outputs(")


def test_it_takes_the_stacks_settings_and_by_keyword_what_it_is_connected_to(file: Path) -> None:
    """A value of the settings has one way to the resource that it is for: it is not copied on the way."""
    arguments = init(file).args
    connections = arguments.kwonlyargs[:-1]

    assert [each.arg for each in arguments.args] == ["self", "name", "stack"]
    assert ast.unparse(arguments.args[-1].annotation or ast.Name("missing")) == "StackSettings"
    assert arguments.kwonlyargs[-1].arg == "opts"
    plain = {"str", "int", "bool", "Decimal"}
    assert [each.arg for each in connections if ast.unparse(each.annotation or ast.Name("str")) in plain] == []


def test_every_resource_in_it_is_its_child(file: Path) -> None:
    for node in ast.walk(component(file)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "ResourceOptions":
            assert "parent=self" in ast.unparse(node)
        arguments = isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Args")
        if isinstance(node, ast.Call) and not arguments and any(each.arg == "project" for each in node.keywords):
            assert any(each.arg == "opts" for each in node.keywords), ast.unparse(node)


def test_its_docstring_says_what_it_is(file: Path) -> None:
    assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    assert ast.get_docstring(component(file))


def test_it_does_not_know_the_stack(file: Path) -> None:
    """Stacks differ by values."""
    text = file.read_text(encoding="utf-8")

    assert "get_stack" not in text
    assert "pulumi.Config" not in text
