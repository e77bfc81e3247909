"""In production, nothing that holds data, or an address that people know, can be deleted by mistake.

Two locks, since each stops someone else: Pulumi's `protect` stops this program, for example when a changed property
would replace the resource; Google's deletion protection stops everybody, in the console too. Types that have no
deletion protection need `protect` alone.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from hearth.guards.declared import UNKNOWN, Declared, Intent, Violation

STATEFUL: Final[Mapping[str, Mapping[str, object]]] = {
    "gcp:artifactregistry/repository:Repository": {},
    "gcp:bigquery/dataset:Dataset": {},
    "gcp:bigquery/table:Table": {"deletionProtection": True},
    "gcp:cloudrunv2/service:Service": {"deletionProtection": True},
    "gcp:firebase/hostingCustomDomain:HostingCustomDomain": {},
    "gcp:firebase/hostingSite:HostingSite": {},
    "gcp:firestore/database:Database": {"deleteProtectionState": "DELETE_PROTECTION_ENABLED"},
    "gcp:kms/cryptoKey:CryptoKey": {},
    "gcp:secretmanager/secret:Secret": {"deletionProtection": True},
    "gcp:sql/database:Database": {},
    # The first is Google's provider's alone; the second holds in the console, too.
    "gcp:sql/databaseInstance:DatabaseInstance": {
        "deletionProtection": True,
        "settings.deletionProtectionEnabled": True,
    },
    "gcp:storage/bucket:Bucket": {},
}
"""What must not get lost, with the properties that are Google's own protection, and their values."""


def violations(declared: Declared, intent: Intent) -> Iterator[Violation]:
    """Look at a stateful resource's two locks, in production alone."""
    if not intent.production or declared.type not in STATEFUL or _empties_itself(declared):
        return
    if not declared.protect:
        yield Violation(
            what="protect is off",
            why="in production, a changed property could replace it and delete what it holds",
            fix="give it opts=ResourceOptions(protect=...) from app:protect, and set that to true in this stack",
        )
    for key, on in STATEFUL[declared.type].items():
        found = declared.at(*key.split("."))
        if found not in (on, UNKNOWN):
            yield Violation(
                what=f"{key} = {found!r}",
                why="in production, one wrong click or command could delete it",
                fix=f"set it to {on!r} here; where it comes from app:deletionProtection, set that to true",
            )


def _empties_itself(declared: Declared) -> bool:
    """Whether it is a bucket that deletes whatever is in it, after some days, whatever it is."""
    rules = declared.at("lifecycleRules")
    return declared.type == "gcp:storage/bucket:Bucket" and any(
        rule.get("action") == {"type": "Delete"} and set(rule.get("condition", ())) == {"age"}
        for rule in (rules if isinstance(rules, list) else ())
        if isinstance(rule, dict)
    )
