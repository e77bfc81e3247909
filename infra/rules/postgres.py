"""Which machines Cloud SQL has for Postgres, how many connections each is given, and whether those suffice.

Sources: Cloud SQL for PostgreSQL, "Create instances" (tiers, editions), "Configure database flags" (max_connections by
memory), "About high availability"; Cloud Run, "Quotas" (100 connections of an instance to Cloud SQL).
Whether a region has a tier is not checked: only Google knows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hearth.faults import Fault

# GiB of memory from which on Cloud SQL lets so many connect, unless told otherwise.
_CONNECTIONS = ((0, 25), (1.7, 50), (3.75, 100), (6, 200), (7.5, 400), (15, 500), (30, 600), (60, 800), (120, 1000))

REVISIONS = 2
"""Old and new instances, during a rollout."""
MIGRATION = 1
"""The job's one connection."""
RESERVED = 5
"""Three that Postgres keeps for superusers (`superuser_reserved_connections`), two for people who look at it."""

_CUSTOM = re.compile(r"db-custom-([1-9][0-9]*)-([1-9][0-9]*)")
_PERFORMANCE = re.compile(r"db-perf-optimized-N-(2|4|8|16|32|48|64|80|96|128)")
_PERFORMANCE_GIB = 8
"""Memory per CPU of the tiers of Enterprise Plus."""
_SHARED = {"db-f1-micro": 0.6, "db-g1-small": 1.7}
_MOST_CPUS = 96


@dataclass(frozen=True)
class Tier:
    """A machine. Its edition follows from it: each tier is offered in one alone."""

    edition: str
    memory: float
    """GiB."""

    @property
    def max_connections(self) -> int:
        """What the server is told to accept, Cloud SQL's own default for this memory."""
        return [most for least, most in _CONNECTIONS if self.memory >= least][-1]


def tier(name: str) -> Tier | None:
    """None for what Cloud SQL does not have."""
    if name in _SHARED:
        return Tier("ENTERPRISE", _SHARED[name])
    if custom := _CUSTOM.fullmatch(name):
        cpus, mebibytes = int(custom[1]), int(custom[2])
        known = (
            cpus <= _MOST_CPUS
            and (cpus == 1 or cpus % 2 == 0)
            and mebibytes % 256 == 0
            and mebibytes >= 3840
            and 0.9 <= mebibytes / 1024 / cpus <= 6.5
        )
        return Tier("ENTERPRISE", mebibytes / 1024) if known else None
    if performance := _PERFORMANCE.fullmatch(name):
        return Tier("ENTERPRISE_PLUS", int(performance[1]) * _PERFORMANCE_GIB)
    return None


def faults(
    *,
    database: str,
    tier_name: str,
    high_availability: bool,
    point_in_time_recovery: bool,
    max_instances: int,
    pool_size: int,
) -> Iterator[Fault]:
    """Check the tier by itself, and for a stack on Postgres what it has to bear."""
    machine = tier(tier_name)
    if machine is None:
        yield Fault(
            key="app:postgresTier",
            value=tier_name,
            why="Cloud SQL has db-f1-micro, db-g1-small, db-custom-CPUS-MEBIBYTES (1 or an even number of CPUs up to "
            "96; memory in steps of 256, from 3840, 0.9 to 6.5 GiB per CPU) and db-perf-optimized-N-CPUS",
            fix="pulumi config set app:postgresTier db-custom-1-3840",
        )
    if database != "postgres":
        return
    if high_availability and not point_in_time_recovery:
        yield Fault(
            key="app:postgresHighAvailability",
            value=high_availability,
            also=frozenset({"app:database", "app:pointInTimeRecovery"}),
            why="Cloud SQL keeps a standby only of an instance with point-in-time recovery",
            fix="pulumi config set app:pointInTimeRecovery true, or app:postgresHighAvailability false",
        )
    if machine is None:
        return
    most = machine.max_connections
    wanted = max_instances * pool_size * REVISIONS + MIGRATION + RESERVED
    if wanted > most:
        fitting = (most - MIGRATION - RESERVED) // (max_instances * REVISIONS)
        smaller = f"app:databasePoolSize to {fitting} or less" if fitting else "app:maxInstances"
        yield Fault(
            key="app:databasePoolSize",
            value=pool_size,
            also=frozenset({"app:database", "app:maxInstances", "app:postgresTier"}),
            why=f"{max_instances} instances with {pool_size} connections each, {REVISIONS} revisions during a rollout, "
            f"{MIGRATION} for migrations and {RESERVED} in reserve are {wanted}, and {tier_name} takes {most}: "
            "requests would be refused in the middle of a rollout",
            fix=f"lower {smaller}, or choose an app:postgresTier with more memory",
        )
