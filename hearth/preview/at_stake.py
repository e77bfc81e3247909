"""What is lost with a resource, and what keeps it from being lost."""

from hearth.catalog import losses
from hearth.preview.changes import Change


def data(change: Change) -> str:
    """What goes with it; empty for nothing."""
    lost = losses.lost(change.type, change.old)
    unless = losses.REFUSED_UNLESS.get(change.type)
    if unless and change.old.get(unless) is not True:
        return f"{lost}; Google refuses to delete it while there is any, unless {unless} is on"
    return lost


def refusals(change: Change) -> list[str]:
    """The protections for which the deployment will be refused.

    What holds is what is deployed: to take protection off and to replace in one step does not help.
    """
    if not change.lost:
        return []
    return (["protect"] if change.was_protected else []) + losses.held(change.old)


def lifted(change: Change) -> list[str]:
    """Names of the protections that head takes away from a resource that base protects."""
    if change.op in {"create", "delete"}:
        return []
    gone = ["protect"] if change.was_protected and not change.is_protected else []
    kept = losses.held(change.new)
    return gone + [name for name in losses.held(change.old) if name not in kept]
