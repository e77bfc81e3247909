"""Stacks of the tests' own: what a component makes of a setting must hold whatever your stack files set.

Of each only what differs from the defaults of `infra.settings`. What must hold of your stacks is said in tests/stacks
and tests/contract.
"""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from hearth.catalog.apis import LOCAL_PROJECT_PREFIX
from hearth.testing.recorder import Stack
from hearth.testing.stacks import run_with
from infra.program import ROOT, build

CONFIG: dict[str, dict[str, str]] = {
    "dev": {
        "gcp:project": "example-dev",
        "gcp:userProjectOverride": "true",
        "gcp:billingProject": "example-dev",
        "app:environment": "development",
        "app:logLevel": "debug",
        "app:pointInTimeRecovery": "false",
        "app:databasePoolSize": "4",
        "app:postgresTier": "db-f1-micro",
        "app:postgresDiskLimitGigabytes": "20",
        "app:keepImages": "5",
        "app:rollbackDays": "7",
        "app:deletionProtection": "false",
        "app:protect": "false",
        "app:fileMaxAgeSeconds": "0",
        "app:deliveryEnvironment": "dev",
        "app:name": "web",
    },
    "local": {
        "gcp:project": "demo-hearth",
        "gcp:userProjectOverride": "true",
        "gcp:billingProject": "demo-hearth",
        "app:environment": "development",
        "app:logLevel": "debug",
        "app:database": "sqlite",
        "app:pointInTimeRecovery": "false",
        "app:postgresTier": "db-f1-micro",
        "app:postgresDiskLimitGigabytes": "20",
        "app:keepImages": "5",
        "app:rollbackDays": "7",
        "app:grantSettleSeconds": "0",
        "app:deletionProtection": "false",
        "app:protect": "false",
        "app:fileMaxAgeSeconds": "0",
        "app:writesPerMinute": "0",
        "app:deliveryEnvironment": "local",
        "app:name": "web",
    },
    "prod": {
        "gcp:project": "example-prod",
        "gcp:userProjectOverride": "true",
        "gcp:billingProject": "example-prod",
        "app:auth": "firebase",
        "app:minInstances": "1",
        "app:maxInstances": "10",
        "app:requestTimeoutSeconds": "120",
        "app:databasePoolSize": "4",
        "app:postgresHighAvailability": "true",
        "app:keepImages": "20",
        "app:rollbackDays": "30",
        "app:name": "web",
    },
}

STACKS = sorted(CONFIG)
ON_GOOGLE = [name for name in STACKS if not CONFIG[name]["gcp:project"].startswith(LOCAL_PROJECT_PREFIX)]


def shipped(name: str) -> dict[str, str]:
    """The configuration of an example."""
    return dict(CONFIG[name])


def run_stack(
    name: str,
    overrides: Mapping[str, str] | None = None,
    *,
    program: Callable[..., None] = build,
    root: Path = ROOT,
) -> Stack:
    """What the program declares with an example's configuration, in which `overrides` replace values by full key."""
    return _run(name, tuple(sorted((overrides or {}).items())), program, root)


@cache
def _run(name: str, overrides: tuple[tuple[str, str], ...], program: Callable[..., None], root: Path) -> Stack:
    return run_with(CONFIG[name] | dict(overrides), name, program, root)
