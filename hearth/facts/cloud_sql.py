"""Which machines Cloud SQL has for Postgres, and how many connections each is given.

Sources: Cloud SQL for PostgreSQL, "Create instances" (tiers, editions) and "Configure database flags" (max_connections
by memory). Whether a region has a tier is not checked: only Google knows. Left out: the machine series N4 and C4A of
either edition, whose sizes and numbers of connections nobody has looked up yet.
"""

import re
from dataclasses import dataclass

# GiB of memory from which on Cloud SQL lets so many connect, unless told otherwise.
_CONNECTIONS = ((0, 25), (1.7, 50), (3.75, 100), (6, 200), (7.5, 400), (15, 500), (30, 600), (60, 800), (120, 1000))

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
