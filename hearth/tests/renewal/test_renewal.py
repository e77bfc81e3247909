"""The shipped table is what the installed SDK declares, and an upgrade loses no fact and invents none."""

import importlib
import json
from pathlib import Path
from typing import Any, get_args

import pytest
from pulumi._types import input_type_types, is_input_type

from hearth.catalog import types
from hearth.errors import HearthError
from hearth.renewal import command, schema, sdk


@pytest.fixture(scope="module")
def declared() -> dict[str, sdk.Declared]:
    return sdk.read(sdk.source())


def test_the_shipped_table_is_what_the_installed_sdk_declares(declared: dict[str, sdk.Declared]) -> None:
    """Every type with every property at any depth: `python -m hearth catalog` renews it."""
    _, rows = types.load(types.TABLE)

    assert rows.keys() == declared.keys()
    for token, row in declared.items():
        shipped = json.loads(rows[token])
        assert shipped["inputs"] == row.inputs, token
        assert shipped.get("outputs", {}) == row.outputs, token
        assert shipped.get("computed", []) == list(row.computed), token
        assert shipped.get("secret", []) == list(row.secret), token
        assert shipped.get("values", {}) == row.values, token


def test_what_a_text_may_be_is_read_only_where_all_of_it_is_told(declared: dict[str, sdk.Declared]) -> None:
    repository = declared["gcp:artifactregistry/repository:Repository"].values

    assert repository["cleanupPolicies.action"] == ["DELETE", "KEEP"]
    # "For example", and "one of" in words, are no list.
    assert "format" not in repository


@pytest.mark.parametrize("module", ["cloudrunv2", "pubsub", "storage"])
def test_the_source_is_read_as_the_sdk_itself_sees_it(module: str, declared: dict[str, sdk.Declared]) -> None:
    """By import, which of all modules would take a minute."""
    package = importlib.import_module(f"pulumi_gcp.{module}")
    found = {token: row for token, row in declared.items() if token.startswith(f"gcp:{module}/")}

    assert len(found) > 8
    for token, row in found.items():
        name = token.rpartition(":")[2]
        arguments = getattr(importlib.import_module(getattr(package, name).__module__), f"{name}Args")
        assert seen(arguments) == names(row.inputs), token


def seen(arguments: type) -> dict[str, Any]:
    """Names of an input class, with those of the classes that its properties take."""
    return {name: _inner(hint) for name, hint in input_type_types(arguments).items()}


def _inner(hint: Any) -> Any:
    if is_input_type(hint):
        return seen(hint)
    return next((found for each in get_args(hint) if (found := _inner(each)) is not None), None)


def names(shape: Any) -> Any:
    if isinstance(shape, list):
        return names(shape[0])
    if not isinstance(shape, dict):
        return None
    return names(shape["*"]) if "*" in shape else {name.removesuffix("!"): names(each) for name, each in shape.items()}


OLD: dict[str, Any] = {
    "inputs": {"name": "string", "spec": {"size": "integer", "zone": "string"}, "gone": "string"},
    "replace": ["gone", "name", "spec.zone"],
    "kept": ["spec.size"],
    "defaults": {"gone": "x", "spec.size": 3},
    "id": "things/{name}",
}
NEW = sdk.Declared(
    inputs={
        "name": "string",
        "spec": {"size": "integer", "zone": "string", "disk": {"type!": "string"}},
        "note": "string",
    },
    outputs={"uid": "string"},
    computed=("name", "uid"),
    secret=(),
    values={"note": ["A", "B"]},
    id_format="{name}",
)


def test_an_upgrade_without_a_schema_keeps_what_is_known_and_marks_what_is_new() -> None:
    rows = command.merge_rows({"gcp:a/thing:Thing": NEW, "gcp:a/other:Other": NEW}, {"gcp:a/thing:Thing": OLD}, None)

    assert rows["gcp:a/thing:Thing"] == {
        "inputs": NEW.inputs,
        "outputs": NEW.outputs,
        "computed": ["name", "uid"],
        "values": {"note": ["A", "B"]},
        "replace": ["name", "spec.zone"],
        "unknown": ["note", "spec.disk"],
        "kept": ["spec.size"],
        "defaults": {"spec.size": 3},
        "id": "things/{name}",
    }
    assert rows["gcp:a/other:Other"]["unknown"] == [""]
    assert rows["gcp:a/other:Other"]["id"] == "{name}"


SCHEMA = {
    "name": "gcp",
    "version": "10.2.0",
    "resources": {
        "gcp:a/thing:Thing": {
            "inputProperties": {
                "name": {"type": "string", "willReplaceOnChanges": True},
                "note": {"type": "string"},
                "spec": {"$ref": "#/types/gcp:a/ThingSpec:ThingSpec"},
                "specs": {"type": "array", "items": {"$ref": "#/types/gcp:a/ThingSpec:ThingSpec"}},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}, "willReplaceOnChanges": True},
            }
        }
    },
    "types": {
        "gcp:a/ThingSpec:ThingSpec": {
            "properties": {
                "size": {"type": "integer"},
                "disk": {"$ref": "#/types/gcp:a/ThingSpecDisk:ThingSpecDisk"},
            }
        },
        "gcp:a/ThingSpecDisk:ThingSpecDisk": {"properties": {"type": {"type": "string", "willReplaceOnChanges": True}}},
    },
}


def test_a_schema_tells_what_replaces_at_any_depth() -> None:
    replacing = schema.replacements(SCHEMA)

    assert replacing == {"gcp:a/thing:Thing": {"name", "spec.disk.type", "specs.disk.type", "labels"}}
    row = command.merge_rows({"gcp:a/thing:Thing": NEW}, {"gcp:a/thing:Thing": OLD}, replacing)["gcp:a/thing:Thing"]
    assert row["replace"] == ["name", "spec.disk.type"]
    assert "unknown" not in row


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not json", "no schema of a Pulumi package"),
        ("[]", "no schema of a Pulumi package"),
        ('{"version": "10.2.0", "resources": {}}', "lists no resources"),
        ('{"version": "v9.0.0", "resources": {"a": {}}}', r"that of gcp 9\.0\.0, and pulumi-gcp 10\.2\.0 is installed"),
    ],
)
def test_what_is_no_schema_of_this_version_is_refused(text: str, said: str) -> None:
    with pytest.raises(schema.NoSchemaError, match=said):
        schema.parse(text, "10.2.0")


def _cli(tmp_path: Path, script: str) -> Path:
    cli = tmp_path / "pulumi"
    cli.write_text(f"#!/bin/sh\n{script}\n")
    cli.chmod(0o755)
    return cli


def test_the_engine_is_asked_in_a_home_where_no_stand_in_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    (tmp_path / "schema.json").write_text(json.dumps(SCHEMA))
    cli = _cli(tmp_path, f'[ "$PULUMI_HOME" != {tmp_path}/home ] && [ "$*" = "package get-schema gcp@10.2.0" ] '
                         f"&& cat {tmp_path}/schema.json")  # fmt: skip

    assert schema.fetch("10.2.0", cli) == SCHEMA


def test_an_engine_that_cannot_fetch_it_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(schema.NoSchemaError, match=r"get-schema gcp@10\.2\.0` failed: could not download plugin"):
        schema.fetch("10.2.0", _cli(tmp_path, "echo 'error: could not download plugin' >&2; exit 1"))


def test_the_command_writes_the_table_and_says_what_it_did(
    declared: dict[str, sdk.Declared],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shipped = types.TABLE.read_bytes()
    written = tmp_path / "table.gz"
    written.write_bytes(shipped)
    monkeypatch.setattr(types, "TABLE", written)
    monkeypatch.setattr(sdk, "read", lambda _: declared)
    monkeypatch.setattr(schema, "fetch", _refused)

    assert command.main([]) == 0

    said = capsys.readouterr().out
    assert f"{len(declared)} types of pulumi-gcp" in said
    assert "0 new, 0 gone, 0 with other properties" in said
    assert "as known before, for there is no internet" in said
    assert "counts as a replacement" in said
    assert types.load(written) == types.load(Path(types.__file__).with_name("gcp_types.gz"))


def _refused(*_: Any) -> Any:
    raise schema.NoSchemaError("there is no internet")


def test_a_schema_file_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sdk, "read", lambda _: {})

    with pytest.raises(HearthError, match=r"absent\.json can't be read: No such file"):
        command.main(["--schema", str(tmp_path / "absent.json")])


def test_a_property_in_a_form_that_is_not_known_is_refused_not_left_out(tmp_path: Path) -> None:
    (tmp_path / "thing").mkdir()
    (tmp_path / "thing" / "thing.py").write_text(
        "class ThingArgs:\n    @pulumi.getter\n    @odd\n    def name(self) -> str:\n        ...\n\n"
        '@pulumi.type_token("gcp:thing/thing:Thing")\nclass Thing(pulumi.CustomResource):\n    pass\n'
    )

    with pytest.raises(HearthError, match="ThingArgs: pulumi-gcp declares its properties in a form"):
        sdk.read(tmp_path)


def test_a_source_of_another_frame_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thing").mkdir()
    (tmp_path / "thing" / "thing.py").write_text("class Thing:\n    pass\n")

    with pytest.raises(HearthError, match="no resource type in a form that is known"):
        sdk.read(tmp_path)
