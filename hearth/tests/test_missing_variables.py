"""What an app may miss on a stack is told at preview, and never what it does not need."""

from pathlib import Path

import pytest

from hearth import missing_variables
from hearth.testing.recorder import record


def warnings(root: Path, *there: str) -> list[str]:
    return record(lambda: missing_variables.warn(root, root / "service", there)).warnings


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.dev.yaml").write_text(
        "config:\n  app:env:\n    SHOP: a\n  app:secrets:\n    KEY:\n      secure: v1:c4n4ry\n", encoding="utf-8"
    )
    (tmp_path / "Pulumi.qa.yaml").write_text("config:\n  app:secretReferences:\n    KEY: key:1\n", encoding="utf-8")
    (tmp_path / "Pulumi.prod.yaml").write_text("config: {}\n", encoding="utf-8")
    (tmp_path / "service" / "app").mkdir(parents=True)
    return tmp_path


def test_a_variable_that_is_left_out_on_one_stack_is_told_with_those_that_have_it(project: Path) -> None:
    key, shop = warnings(project)

    assert key.startswith("KEY is set on dev and qa and not on test,")
    assert shop.startswith("SHOP is set on dev and not on test,")
    assert shop.endswith("'app:env.SHOP' '' --stack test"), "the one selected may be another"
    assert "write KEY=... into .env" in key
    assert "c4n4ry" not in key


def test_variables_that_the_same_stacks_have_are_told_together(project: Path) -> None:
    (project / "Pulumi.dev.yaml").write_text(
        "config:\n  app:env: {C: '1', A: '1', B: '1', KEY: '1'}\n", encoding="utf-8"
    )
    together, key = warnings(project)

    assert together.startswith("A, B and C are set on dev and not on test, so an app that can't do without them won't")
    assert key.startswith("KEY is set on dev and qa and not on test,")


def test_a_variable_that_is_there_is_not_told_in_whatever_way_it_came(project: Path) -> None:
    assert warnings(project, "KEY", "SHOP", "MORE") == []


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ('import os\nos.environ["TOKEN"]', ["service/app/x.py:2 reads TOKEN"]),
        ('from os import environ\nKEY = environ["TOKEN"]', ["service/app/x.py:2 reads TOKEN"]),
        ('os.environ.get("TOKEN")', []),
        ('os.environ["TOKEN"] = "x"', []),
        ('if "TOKEN" in os.environ:\n    os.environ["TOKEN"]', []),
        ('os.environ["HOME"]', []),
        ('os.environ["OF_IMAGE"]', []),
        ("os.environ[name]", []),
        ('values["TOKEN"]', []),
        ("this is no Python", []),
    ],
)
def test_a_variable_that_the_code_cannot_do_without_is_told_with_its_place(
    project: Path, code: str, told: list[str]
) -> None:
    (project / "service" / "app" / "x.py").write_text(code, encoding="utf-8")
    (project / "service" / "Dockerfile").write_text("ENV OF_IMAGE=1\n", encoding="utf-8")

    found = warnings(project, "KEY", "SHOP")

    assert [each.partition(",")[0] for each in found] == told


def test_one_that_both_miss_is_told_once(project: Path) -> None:
    (project / "service" / "app" / "x.py").write_text('import os\nos.environ["KEY"]', encoding="utf-8")

    assert [each.partition(" ")[0] for each in warnings(project, "SHOP")] == ["KEY"]
