"""Exceptions from the guards, as written in a stack's configuration."""

from collections.abc import Collection, Iterator, Mapping

from hearth.faults import Fault

_KEY = "app:exceptions"


def faults(exceptions: Mapping[str, str], *, rules: Collection[str]) -> Iterator[Fault]:
    """Check that each is `RULE/RESOURCE` with a rule that exists, and a reason that somebody can judge later."""
    for exception, reason in exceptions.items():
        rule, _, resource = exception.partition("/")
        if rule not in rules or not resource:
            yield Fault(
                key=_KEY,
                value=exception,
                why="it excuses nothing: an exception is called RULE/RESOURCE, as the refusal that it answers says",
                fix=f"one of the rules {', '.join(sorted(rules))}, a slash, and the resource's logical name "
                "(or * for all)",
            )
        if not reason.strip():
            yield Fault(
                key=_KEY,
                value=exception,
                why="it has no reason, so nobody can tell later whether it still has to be",
                fix=f"pulumi config set --path '{_KEY}[\"{exception}\"]' 'REASON'",
            )
