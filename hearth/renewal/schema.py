"""What the schema of Google's Pulumi provider tells and the SDK's source does not: which changes replace a resource."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hearth.errors import HearthError

_TIMEOUT_SECONDS = 600
_TYPES = "#/types/"
_AUTOMATIC = "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"

Schema = Mapping[str, Any]


class NoSchemaError(HearthError):
    """The schema can't be had here; the text says why."""


def fetch(version: str, cli: Path | None) -> Schema:
    """The provider's own schema, which the Pulumi CLI asks the provider for. Raises NoSchemaError."""
    program = cli if cli is not None and cli.is_file() else shutil.which("pulumi")
    if program is None:
        raise NoSchemaError("there is no Pulumi CLI, which would fetch it (`make cli`)")
    # A home of its own: in the checkout's one the plugin `gcp` is the local cloud's stand-in.
    with tempfile.TemporaryDirectory(prefix="hearth-schema-") as home:
        environ = {key: value for key, value in os.environ.items() if key != _AUTOMATIC}
        try:
            done = subprocess.run(
                [program, "package", "get-schema", f"gcp@{version}"],
                env={**environ, "PULUMI_HOME": home, "PULUMI_SKIP_UPDATE_CHECK": "true"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_TIMEOUT_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NoSchemaError(f"`pulumi package get-schema gcp@{version}` did not end: {error}") from error
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no reason given"]
        said = next((line for line in lines if line.startswith("error")), lines[-1])
        raise NoSchemaError(f"`pulumi package get-schema gcp@{version}` failed: {said.removeprefix('error: ')}")
    return parse(done.stdout, version)


def parse(text: str, version: str) -> Schema:
    """A schema from its text. Raises NoSchemaError for another version's, or for what is none."""
    try:
        schema: Schema = json.loads(text)
        there = str(schema["version"]).removeprefix("v")
        resources = schema["resources"]
    except (ValueError, KeyError, TypeError) as error:
        raise NoSchemaError(f"what was given is no schema of a Pulumi package ({error!r})") from error
    if there != version:
        raise NoSchemaError(f"it is that of gcp {there}, and pulumi-gcp {version} is installed")
    if not resources:
        raise NoSchemaError("it lists no resources")
    return schema


def replacements(schema: Schema) -> dict[str, frozenset[str]]:
    """By type, the paths at which a change replaces the resource."""
    types = schema.get("types") or {}
    return {
        token: frozenset(_replacing(resource.get("inputProperties") or {}, types, ""))
        for token, resource in schema["resources"].items()
    }


def _replacing(properties: Mapping[str, Any], types: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for name, each in properties.items():
        path = f"{prefix}{name}"
        if each.get("willReplaceOnChanges") or each.get("replaceOnChanges"):
            yield path
        yield from _replacing(_fields(each, types), types, f"{path}.")


def _fields(declared: Mapping[str, Any], types: Mapping[str, Any]) -> Mapping[str, Any]:
    """The properties of an object, of a list's items or of a map's values; none where they have none."""
    while inner := declared.get("items") or declared.get("additionalProperties"):
        declared = inner
    reference = str(declared.get("$ref", ""))
    found: Mapping[str, Any] = types.get(reference.removeprefix(_TYPES), {}) if reference.startswith(_TYPES) else {}
    return found.get("properties") or {}
