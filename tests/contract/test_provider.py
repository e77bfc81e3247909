"""The program's classes for the provider `hearth` have the provider's properties."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from hearth import resources as hearth
from hearth.project import NAMESPACE
from hearth.provider.schema import RESOURCES
from hearth.rename.checks import PROVIDERS
from infra.program import ROOT

# Filled in by the provider's Check; the program has no say in it.
FILLED_IN = {"contentHash"}


def declared() -> Iterator[tuple[str, set[str]]]:
    """Token and properties of each class, as it hands them to Pulumi."""
    for node in ast.walk(ast.parse(Path(hearth.__file__).read_text(encoding="utf-8"))):
        if not isinstance(node, ast.FunctionDef):
            continue
        texts = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
        (token,) = [text for text in texts if isinstance(text, str) and text.startswith("hearth:")]
        dicts = [each for each in ast.walk(node) if isinstance(each, ast.Dict)]
        yield token, {str(key.value) for each in dicts for key in each.keys if isinstance(key, ast.Constant)}


def test_there_is_a_class_for_each_type() -> None:
    assert {token for token, _ in declared()} == set(RESOURCES)


@pytest.mark.parametrize(
    ("token", "properties"), list(declared()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_class_knows_no_property_that_the_type_lacks(token: str, properties: set[str]) -> None:
    assert properties <= set(RESOURCES[token]["properties"]) - FILLED_IN
    assert set(RESOURCES[token]["requiredInputs"]) <= properties
    assert set(RESOURCES[token]["properties"]) - set(RESOURCES[token]["inputProperties"]) <= properties


def test_pulumi_yaml_points_to_the_provider_and_the_program() -> None:
    project = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))

    (plugin,) = project["plugins"]["providers"]
    assert plugin["name"] == "hearth"
    assert (ROOT / plugin["path"] / "PulumiPlugin.yaml").is_file()
    assert (ROOT / project["main"] / "__main__.py").is_file()
    # A default provider named like the project would receive all of the project's configuration.
    assert project["name"] not in {*PROVIDERS, NAMESPACE}
    assert {plugin["name"], "gcp"} == PROVIDERS
    # `pulumi install` looks for requirements beside the program.
    assert (ROOT / project["main"] / "requirements.txt").read_text(encoding="utf-8") == "-r ../requirements.txt\n"
