"""The table of what is lost: of types that exist, and of every protection that one of them has."""

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hearth.catalog import losses, types
from hearth.provider.schema import RESOURCES


def test_each_type_is_one_of_the_installed_providers() -> None:
    """pulumi_gcp registers each of its types in its first file."""
    origin = getattr(find_spec("pulumi_gcp"), "origin", None)
    assert origin
    known = set(re.findall(r"gcp:\w+/\w+:\w+", Path(origin).read_text(encoding="utf-8"))) | set(RESOURCES)

    assert {*losses.PROTECTED, *losses.UNPROTECTED} - known == set()
    assert losses.PROTECTED.keys() & losses.UNPROTECTED.keys() == set()


def paths(shape: Any, above: str = "") -> Iterator[str]:
    for name, inner in shape.items() if isinstance(shape, dict) else ():
        yield f"{above}{name}"
        yield from paths(inner, f"{above}{name}.")


def test_every_protection_against_deletion_that_the_catalog_has_is_known() -> None:
    """Those of a list's items, and of what is restored, protect what comes out of it, and are not looked for."""
    found = {path for token in types.tokens() if (each := types.get(token)) for path in paths(each.inputs)}

    protecting = {path for path in found if re.search(r"(?i)(delet\w*|drop)protection(enabled|state)?$", path)}
    assert protecting - {"computeInstanceRestoreProperties.deletionProtection"} <= losses.PROTECTIONS.keys()
    assert protecting


def test_what_is_on_is_found_wherever_it_stands() -> None:
    inputs = {
        "deletionPolicy": "PREVENT",
        "deletionProtection": "PROTECTED",
        "settings": {"deletionProtectionEnabled": True},
    }

    assert set(losses.held(inputs)) == {"deletionPolicy", "deletionProtection", "settings.deletionProtectionEnabled"}
    assert losses.held({"deletionPolicy": "DELETE", "deletionProtection": False, "settings": None}) == []
