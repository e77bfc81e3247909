"""`python -m hearth catalog`: the table of Google's resource types, made anew of the installed pulumi-gcp.

Names and shapes come from the SDK's source. Which changes replace a resource comes from the provider's own schema
where that can be had; else what is known stays, and what is new is marked unknown. The rest of what is known (sets,
defaults, made-up names, what is kept when it is left out) stands in neither, so it stays as well.
"""

import argparse
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hearth import project
from hearth.catalog import shapes, types
from hearth.errors import HearthError
from hearth.renewal import page, schema, sdk

Row = dict[str, Any]
_WHOLE_TYPE = ""
_PATHS = ("replace", "kept", "sets")


@dataclass(frozen=True)
class Renewed:
    head: Row
    rows: Mapping[str, Row]
    before: Mapping[str, Row]

    def report(self) -> list[str]:
        """What was done, for a person."""
        new, gone = self.rows.keys() - self.before.keys(), self.before.keys() - self.rows.keys()
        changed = {token for token in self.rows.keys() & self.before.keys() if self.rows[token] != self.before[token]}
        whole = [token for token, row in self.rows.items() if _WHOLE_TYPE in row.get("unknown", ())]
        parts = {token: row["unknown"] for token, row in self.rows.items() if row.get("unknown", [""]) != [""]}
        counts = f"{len(new)} new, {len(gone)} gone, {len(changed)} with other properties or facts"
        lines = [f"{len(self.rows)} types of {types.PACKAGE} {self.head['version']}: {counts}."]
        if whole or parts:
            lines.append(
                f"What a change does is not known of {len(whole)} whole types, and of "
                f"{sum(map(len, parts.values()))} properties of {len(parts)} others: it counts as a replacement."
            )
        return lines


def main(arguments: Sequence[str]) -> int:
    """The exit code. Raises HearthError where the SDK can't be read."""
    parser = argparse.ArgumentParser(
        prog="python -m hearth catalog", description="Renew the catalog of Google's types."
    )
    parser.add_argument("--schema", type=Path, help="a file of `pulumi package get-schema gcp@VERSION`")
    options = parser.parse_args(arguments)
    version = sdk.installed()
    declared = sdk.read(sdk.source())
    try:
        replacing = schema.replacements(_schema(options.schema, version))
        origin = f"Which changes replace: from the schema of gcp {version}."
    except schema.NoSchemaError as reason:
        replacing = None
        origin = f"Which changes replace: as known before, for {reason}."
    head, rows = types.load(types.TABLE)
    before = {token: json.loads(row) for token, row in rows.items()}
    renewed = Renewed({**head, "version": version}, merge_rows(declared, before, replacing), before)
    types.TABLE.write_bytes(pack_table(renewed.head, renewed.rows))
    page.PAGE.write_text(page.write(), encoding="utf-8")
    print("\n".join([*renewed.report(), origin, f"Written to {types.TABLE} and {page.PAGE}; commit them."]))
    return 0


def merge_rows(
    declared: Mapping[str, sdk.Declared], before: Mapping[str, Row], replacing: Mapping[str, frozenset[str]] | None
) -> dict[str, Row]:
    """Rows of the SDK's types with what is known of them.

    `replacing` are the provider's own words, by type; None where they can't be had.
    """
    found = {}
    for token, each in sorted(declared.items()):
        old = before.get(token)
        there = set(shapes.paths(each.inputs))
        known: Row = {key: sorted(there & set((old or {}).get(key, ()))) for key in _PATHS}
        known["defaults"] = {path: value for path, value in (old or {}).get("defaults", {}).items() if path in there}
        known["id"] = (old or {}).get("id") or each.id_format
        if replacing is not None and token in replacing:
            known["replace"] = sorted(there & replacing[token])
        elif old is None:
            known["unknown"] = [_WHOLE_TYPE]
        else:
            fresh = _highest(there - set(shapes.paths(old["inputs"])))
            known["unknown"] = sorted({*fresh, *old.get("unknown", ())} & (there | {_WHOLE_TYPE}))
        shown: Row = {"inputs": each.inputs, "outputs": each.outputs}
        shown |= {"computed": list(each.computed), "secret": list(each.secret), "values": each.values}
        found[token] = {key: value for key, value in (shown | known).items() if value or key == "inputs"}
    return found


def pack_table(head: Row, rows: Mapping[str, Row]) -> bytes:
    """The table as a file: the head, then a line a type, so that one type is read without the others."""
    lines = [json.dumps(head, sort_keys=True)]
    lines += [
        f"{token} {json.dumps(row, sort_keys=True, separators=(',', ':'))}" for token, row in sorted(rows.items())
    ]
    return gzip.compress("\n".join(lines).encode(), mtime=0)


def _schema(path: Path | None, version: str) -> schema.Schema:
    if path is None:
        return schema.fetch(version, _cli())
    try:
        return schema.parse(path.read_text(encoding="utf-8"), version)
    except OSError as error:
        raise HearthError(f"{path} can't be read: {error.strerror}.") from error


def _cli() -> Path | None:
    try:
        return project.root() / ".local" / "pulumi" / "bin" / "pulumi"
    except project.ProjectError:
        return None


def _highest(found: set[str]) -> Iterator[str]:
    """Those that do not lie below another one."""
    return (path for path in found if path.rpartition(".")[0] not in found)
