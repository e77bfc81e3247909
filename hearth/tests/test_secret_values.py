"""What a stack keeps secret is taken out of its configuration, and how it is kept read off the stack's file."""

import json
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from hearth import secret_values
from hearth.catalog.apis import local_endpoints
from hearth.configuration import SECRETS
from hearth.project import PASSPHRASE
from hearth.secret_values import REFERENCES, VARIABLES, SecretValues
from hearth.stack_file import without_secrets
from hearth.testing.recorder import record

SECURE = {"secure": "v1:ciphertext"}
OPEN = {"PULUMI_CONFIG_PASSPHRASE": PASSPHRASE}
ON_GOOGLE = {"gcp:project": "example-shop"}
LOCAL = {"gcp:project": "demo-shop"}


def split(
    root: Path, config: dict[str, str], environ: dict[str, str] | None = None, file: Any = None
) -> tuple[dict[str, str], SecretValues]:
    """Of a stack called `shop`, whose file has `file` below the key; ENV belongs to the stack itself."""
    if file is not None:
        (root / "Pulumi.shop.yaml").write_text(yaml.safe_dump({"config": {SECRETS: file}}), encoding="utf-8")
    found: list[tuple[dict[str, str], SecretValues]] = []
    record(
        lambda: found.append(secret_values.split(config, root=root, environ=environ or {}, elsewhere={"ENV"})),
        stack="shop",
    )
    return found[0]


def names(config: dict[str, str]) -> list[str]:
    return list(json.loads(config[SECRETS]))


def test_names_go_on_and_values_do_not(tmp_path: Path) -> None:
    given = ON_GOOGLE | {SECRETS: '{"B": "c4n4ry", "A": "two\\nlines"}'}
    config, values = split(tmp_path, given, file={"A": SECURE, "B": SECURE})

    assert names(config) == ["A", "B"]
    assert "c4n4ry" not in str(config) + repr(values)
    assert values.faults == ()


def test_a_value_is_marked_secret_whenever_it_is_handed_out(tmp_path: Path) -> None:
    _, values = split(tmp_path, ON_GOOGLE | {SECRETS: '{"A": "c4n4ry"}'})
    stack = record(lambda: pulumi.export("out", values["A"]))
    kept: list[bool] = []

    async def program() -> None:
        kept.append(await values["A"].is_secret())

    record(program)

    assert stack.outputs == {"out": "c4n4ry"}
    assert kept == [True]


@pytest.mark.parametrize(
    ("file", "refused"),
    [
        ({"A": "in-clear", "B": SECURE}, ["A"]),
        ({"A": {"B": "in-clear"}, "C": SECURE}, ["A.B"]),
        ({"A": ["in-clear"]}, ["A"]),
        ({"secure": SECURE}, []),
        ({"A": without_secrets(SECURE)}, []),
        ({}, []),
    ],
)
def test_a_value_in_clear_is_refused_beside_encrypted_ones(tmp_path: Path, file: Any, refused: list[str]) -> None:
    """Pulumi calls all of them secret then. The placeholders of a preview are no values."""
    _, values = split(tmp_path, dict(ON_GOOGLE), file=file)

    assert [(each.value, "in plain text" in each.why) for each in values.faults] == [(name, True) for name in refused]
    assert "in-clear" not in str(values.faults)


@pytest.mark.parametrize("file", [SECURE, "in-clear"])
def test_one_value_for_the_whole_key_is_refused(tmp_path: Path, file: Any) -> None:
    _, values = split(tmp_path, ON_GOOGLE | {SECRETS: '{"A": "c4n4ry"}'}, file=file)

    (fault,) = values.faults
    assert "a name with a value of its own" in fault.why
    assert "c4n4ry" not in str(fault)


def test_where_everybody_knows_the_passphrase_the_variables_are_those_of_the_file_beside(tmp_path: Path) -> None:
    """All as secrets, but for an empty one; what the stack sets itself is meant for `make serve`."""
    (tmp_path / ".env").write_text('A="two\nlines"\nB=\nENV=x\nC=from-file\nD\n', encoding="utf-8")
    given = LOCAL | {VARIABLES: '{"C": "of the stack", "E": "kept"}', REFERENCES: '{"A": "a:1", "F": "f:1"}'}
    config, values = split(tmp_path, given, OPEN)

    assert names(config) == ["A", "C"]
    assert json.loads(config[VARIABLES]) == {"E": "kept", "B": ""}
    assert json.loads(config[REFERENCES]) == {"F": "f:1"}
    assert values.faults == ()
    assert record(lambda: pulumi.export("a", values["A"])).outputs == {"a": "two\nlines"}


def test_a_line_of_that_file_that_can_not_be_read_is_a_fault_by_its_place(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=1\nB='c4n4ry\n", encoding="utf-8")
    _, values = split(tmp_path, LOCAL, OPEN)

    (fault,) = values.faults
    assert (fault.key, fault.value) == (".env", "line 2")
    assert "c4n4ry" not in str(fault)


def test_where_everybody_knows_the_passphrase_the_stack_may_keep_no_secret(tmp_path: Path) -> None:
    _, values = split(tmp_path, LOCAL | {SECRETS: '{"A": "c4n4ry"}'}, OPEN, file={"A": SECURE})

    (fault,) = values.faults
    assert fault.value == "A"
    assert "write A=... into .env" in fault.fix


@pytest.mark.parametrize(
    ("project", "environ"),
    [
        ("demo-shop", {"PULUMI_CONFIG_PASSPHRASE": "of my own"}),
        ("demo-shop", {}),
        ("example-shop", OPEN),
        (
            "demo-shop",
            {**OPEN, **local_endpoints("http://127.0.0.1:1"), "HEARTH_RECORDS_ONLY": "http://127.0.0.1:1"},
        ),
    ],
)
def test_elsewhere_that_file_does_not_count(tmp_path: Path, project: str, environ: dict[str, str]) -> None:
    (tmp_path / ".env").write_text("FROM_FILE=x\n", encoding="utf-8")
    config, values = split(tmp_path, {"gcp:project": project, SECRETS: '{"A": "x"}'}, environ)

    assert names(config) == ["A"]
    assert values.faults == ()
