"""What is wrong with a stack's configuration, in a form that tells how to put it right."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One faulty value."""

    key: str
    """Configuration key with its namespace (`app:maxInstances`), or the name of an environment variable."""
    value: object
    why: str
    fix: str
    also: frozenset[str] = frozenset()
    """Other keys that the rule read. A rule is not reported while one of its keys is faulty on its own account."""


class SettingsError(pulumi.RunError):
    """Every fault of a stack's configuration, together.

    A RunError, because Pulumi shows those without a traceback.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        many = "1 value is" if len(faults) == 1 else f"{len(faults)} values are"
        blocks = [f"  {fault.key} = {fault.value!r}\n    why: {fault.why}\n    fix: {fault.fix}" for fault in faults]
        super().__init__("\n\n".join([f"Nothing was deployed: {many} not usable.", *blocks]))
