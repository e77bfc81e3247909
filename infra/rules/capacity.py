"""How much an instance has, how many there are, and how long a request may take.

Sources: Cloud Run's pages "CPU limits", "Memory limits", "Maximum concurrent requests" and "Request timeout".
Quotas of a project are not checked: only Google knows them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from hearth.faults import Fault

_MIB = {"Mi": 1, "Gi": 1024}
_MEMORY = re.compile(r"([1-9][0-9]*)(Mi|Gi)")


@dataclass(frozen=True)
class _Room:
    """Memory, in MiB, that goes with an amount of CPU."""

    least: int
    most: int


# Whole CPUs come in these sizes only; there is no 3, 5 or 7.
_WHOLE = {
    Decimal(1): _Room(128, 4096),
    Decimal(2): _Room(128, 8192),
    Decimal(4): _Room(2048, 16384),
    Decimal(6): _Room(4096, 24576),
    Decimal(8): _Room(4096, 32768),
}
_SMALLEST = Decimal("0.08")
_HALF = Decimal("0.5")


def mebibytes(memory: str) -> int | None:
    """`512Mi` as 512, `2Gi` as 2048; None for any other spelling."""
    match = _MEMORY.fullmatch(memory)
    return int(match[1]) * _MIB[match[2]] if match else None


def cpu_limit(cpu: Decimal) -> str:
    """CPU as Cloud Run's API writes it: `1` for whole ones, `500m` for parts."""
    return str(int(cpu)) if cpu == cpu.to_integral_value() else f"{int(cpu * 1000)}m"


def faults(*, cpu: Decimal, memory: str, concurrency: int, min_instances: int, max_instances: int) -> Iterator[Fault]:
    """Check an instance's size, how many requests it takes at once, and the number of instances."""
    size = mebibytes(memory)
    if size is None:
        yield Fault(
            key="app:memory",
            value=memory,
            why="memory is a whole number of Mi or Gi, such as 512Mi or 2Gi (128Mi to 32Gi)",
            fix="pulumi config set app:memory 512Mi",
        )
    room = _room(cpu)
    if room is None:
        yield Fault(
            key="app:cpu",
            value=str(cpu),
            why="Cloud Run has 1, 2, 4, 6 or 8 CPUs, or a part of one from 0.08 in steps of 0.001",
            fix="pulumi config set app:cpu 1",
        )
    if size is not None and room is not None and not room.least <= size <= room.most:
        yield Fault(
            key="app:memory",
            value=memory,
            also=frozenset({"app:cpu"}),
            why=f"with {cpu} CPU, Cloud Run takes {room.least}Mi to {room.most}Mi",
            fix="change app:memory into that range, or app:cpu to an amount that goes with it",
        )
    if cpu < 1 and concurrency != 1:
        yield Fault(
            key="app:concurrency",
            value=concurrency,
            also=frozenset({"app:cpu"}),
            why=f"with less than one CPU ({cpu}), Cloud Run gives an instance one request at a time",
            fix="pulumi config set app:concurrency 1, or app:cpu 1",
        )
    if min_instances > max_instances:
        yield Fault(
            key="app:minInstances",
            value=min_instances,
            also=frozenset({"app:maxInstances"}),
            why=f"it is above app:maxInstances ({max_instances}); Cloud Run would refuse the service",
            fix="lower app:minInstances or raise app:maxInstances",
        )


def _room(cpu: Decimal) -> _Room | None:
    if cpu >= 1:
        return _WHOLE.get(cpu)
    if cpu < _SMALLEST or cpu * 1000 != (cpu * 1000).to_integral_value():
        return None
    return _Room(128, 512) if cpu < _HALF else _Room(128, 1024)
