"""Previews of the shipped stack prod, as the real engine told them; outputs and debug messages left out.

`renamed`: app:name, publicAccess, maxInstances, minInstances and deletionProtection changed, a static file added,
one changed, one removed, and the service edited. `opened`: protect off, more memory, an image reader and a custom
domain added, the session key rotated, a static file added.
"""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from hearth.preview import changes
from hearth.preview.changes import Change, Plan

_FOLDER = Path(__file__).parent
_PROTECTED = (
    ":Repository::images",
    "service:Service::web",
    "hostingSite:HostingSite::site",
    "secret:Secret::secrets-session-key",
    "Account::runtime",
    "SiteRelease::site",
)


def events(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (_FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def protected(name: str) -> Collection[str]:
    """What the shipped prod protects."""
    urns = [event["resourcePreEvent"]["metadata"]["urn"] for event in events(name) if "resourcePreEvent" in event]
    return {urn for urn in urns if urn.endswith(_PROTECTED)}


def plan(name: str) -> Plan:
    return changes.read(events(name), protected(name))


def only(name: str, type_end: str, logical: str) -> Change:
    (found,) = [each for each in plan(name).changes if each.type.endswith(type_end) and each.name == logical]
    return found
