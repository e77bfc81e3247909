"""In production, a service that everybody reaches checks who asks, or a reason says why it need not.

What `app:auth: none` leaves open is writing: everybody may change and delete all data. A catalog that only others
write, or a demonstration, may well be meant so. Left out: what the service makes of a user once it knows one.
"""

from collections.abc import Iterator

from hearth.guards import public
from hearth.guards.declared import Declared, Intent, Unclear, Violation


def violations(declared: Declared, intent: Intent) -> Iterator[Violation | Unclear]:
    """Look at what opens the web service to everybody: the grant, or the invoker check that is off."""
    if not intent.production or intent.auth != "none":
        return
    if public.is_public_grant(declared, intent) or public.unchecked(declared):
        yield Violation(
            what="it opens the service to everybody, and app:auth is 'none'",
            why="everybody who finds the URL could change and delete all data",
            fix="pulumi config set app:auth firebase (docs/auth.md)",
        )
