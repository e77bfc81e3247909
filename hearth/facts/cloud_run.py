"""The sizes of a Cloud Run instance, the variables that it may be given, and how it is asked whether it is well.

Sources: Cloud Run's pages "CPU limits", "Memory limits", "Maximum concurrent requests", "Environment variables for
services", "Container runtime contract", "Container health checks" and "Known issues" (reserved URL paths).
"""

import re
from dataclasses import dataclass
from decimal import Decimal

SET_IN_SERVICES = frozenset({"PORT", "K_SERVICE", "K_REVISION", "K_CONFIGURATION"})
"""Cloud Run sets these itself, and refuses a service that does."""
SET_IN_JOBS = frozenset(
    {"CLOUD_RUN_JOB", "CLOUD_RUN_EXECUTION", "CLOUD_RUN_TASK_INDEX", "CLOUD_RUN_TASK_ATTEMPT", "CLOUD_RUN_TASK_COUNT"}
)
MOST_VARIABLE_BYTES = 32 * 1024
"""Of one variable's value."""

# Portable ones (POSIX, "Environment Variables"), and none that Google keeps for itself.
_VARIABLE = re.compile(r"(?!X_GOOGLE_)[A-Za-z_][A-Za-z0-9_]*")
_MIB = {"Mi": 1, "Gi": 1024}
_MEMORY = re.compile(r"([1-9][0-9]*)(Mi|Gi)")
_PROBED_PATH = re.compile(r"/(?:[^\s]*[^\sz])?")

LONGEST_STARTUP_SECONDS = 240
"""A startup probe's period times its failure threshold."""


@dataclass(frozen=True)
class Room:
    """Memory, in MiB, that goes with an amount of CPU."""

    least: int
    most: int


# Whole CPUs come in these sizes only; there is no 3, 5 or 7.
_WHOLE = {
    Decimal(1): Room(128, 4096),
    Decimal(2): Room(128, 8192),
    Decimal(4): Room(2048, 16384),
    Decimal(6): Room(4096, 24576),
    Decimal(8): Room(4096, 32768),
}
_SMALLEST = Decimal("0.08")
_HALF = Decimal("0.5")


def is_variable(name: str) -> bool:
    """Whether an environment variable can be so called."""
    return _VARIABLE.fullmatch(name) is not None


def room(cpu: Decimal) -> Room | None:
    """None for an amount that Cloud Run does not have."""
    if cpu >= 1:
        return _WHOLE.get(cpu)
    if cpu < _SMALLEST or cpu * 1000 != (cpu * 1000).to_integral_value():
        return None
    return Room(128, 512) if cpu < _HALF else Room(128, 1024)


def mebibytes(memory: str) -> int | None:
    """`512Mi` as 512, `2Gi` as 2048; None for any other spelling."""
    match = _MEMORY.fullmatch(memory)
    return int(match[1]) * _MIB[match[2]] if match else None


def cpu_limit(cpu: Decimal) -> str:
    """CPU as Cloud Run's API writes it: `1` for whole ones, `500m` for parts."""
    return str(int(cpu)) if cpu == cpu.to_integral_value() else f"{int(cpu * 1000)}m"


def is_probed_path(path: str) -> bool:
    """Whether a probe can ask for it; an empty one asks for none."""
    return not path or _PROBED_PATH.fullmatch(path) is not None
