"""What a killed engine leaves, and how the next `make up` gets over it.

Two things: a lock on the stack, and in the state a pending operation for each resource it was at. A lock whose
process is dead is cancelled. A pending create may have created the resource or not; the local cloud knows: what is
there is taken up by its id, what is not is forgotten and created again. docs/deploying.md tells the same for Google.
"""

import json
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import psutil

from hearth.localcloud.commands.checkout import STACK, Checkout
from hearth.localcloud.commands.errors import CommandError

Lookup = Callable[[str, Mapping[str, Any]], str | None]
"""Takes a resource's type and inputs, and gives the id of what is there, or None."""

_CREATING = "creating"


class Asks(Protocol):
    """What is needed of the engine."""

    def ask(self, *arguments: str) -> str:
        """Run a command to its end. Raises CommandError when it fails."""


class Stateful(Asks, Protocol):
    """And of an engine whose state is to be mended."""

    def restore(self, exported: Mapping[str, Any]) -> None:
        """Put back a state. Raises CommandError when the engine refuses it."""


def cancel_dead_lock(checkout: Checkout, engine: Asks, say: Callable[[str], None]) -> None:
    """Free the stack from locks of dead engines. Raises CommandError when a living one works on it."""
    locks = [_read(path) for path in _locks(checkout.state)]
    for lock in locks:
        if _alive(lock):
            raise CommandError(
                f"Another pulumi (process {lock.get('pid')} on {lock.get('hostname')}, since "
                f"{lock.get('timestamp')}) works on stack {STACK}. Wait for it to end, or end it and run this again."
            )
    if locks:
        say("The last deployment was killed: removing its lock.")
        engine.ask("cancel", "--yes", STACK)


def settle_pending(
    engine: Stateful,
    exported: Mapping[str, Any],
    id_of: Lookup,
    say: Callable[[str], None],
) -> None:
    """Take up into the state what a killed engine had created, and forget the rest of what it was at.

    `exported` is the whole state. An update or a delete needs nothing: repeated, it ends where it should. `pulumi
    refresh --import-pending-creates` is made for this, but leaves the resources out of the state (CLI 3.259).
    Raises CommandError when the engine refuses.
    """
    deployment = exported["deployment"]
    operations = deployment.get("pending_operations") or []
    if not operations:
        return
    begun = [operation["resource"] for operation in operations if operation["type"] == _CREATING]
    made = [
        {**resource, "id": there}
        for resource in begun
        if (there := id_of(resource["type"], resource.get("inputs") or {}))
    ]
    # In order of creation: what a resource depends on was created before it was begun.
    settled = {**deployment, "resources": [*deployment.get("resources", []), *made], "pending_operations": []}
    engine.restore({**exported, "deployment": settled})
    if begun:
        say(f"It was creating {len(begun)}: {len(made)} of them are there and kept, {len(begun) - len(made)} are not.")
    if made:
        # Their outputs are known to the cloud alone.
        targets = [argument for resource in made for argument in ("--target", resource["urn"])]
        engine.ask("refresh", "--yes", "--skip-preview", *targets, "--stack", STACK)


def _locks(state: Path) -> list[Path]:
    return sorted((state / ".pulumi" / "locks").glob(f"**/{STACK}/*.json"))


def _read(path: Path) -> dict[str, Any]:
    try:
        lock: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # Killed while it wrote the lock.
        return {}
    return lock


def _alive(lock: Mapping[str, Any]) -> bool:
    """Whether the lock's process still runs; one on another host (a shared folder) counts as running."""
    if not lock:
        return False
    if lock.get("hostname") != socket.gethostname():
        return True
    try:
        process = psutil.Process(int(lock["pid"]))
        # The number may have gone to another program since.
        return process.status() != psutil.STATUS_ZOMBIE and "pulumi" in process.name()
    except (psutil.Error, KeyError, ValueError):
        return False
