"""`make down`: stack `local` is destroyed with its data, the local cloud stopped; nothing of it runs or listens after.

Whatever state they are in: where the engine can't destroy the stack (a deletion-protected resource, a broken
provider, a state that can't be read), the local cloud's objects and the stack's state are thrown away instead.
They are nobody's but this checkout's. So it asks first, where there is something to lose.
"""

import contextlib
import shutil
import sys
from collections.abc import Container

from hearth.catalog.apis import IDENTITY_TOOLKIT
from hearth.localcloud.commands import background, plugin, ports, recovery
from hearth.localcloud.commands.checkout import STACK, Checkout
from hearth.localcloud.commands.engine import Engine
from hearth.localcloud.commands.errors import CommandError
from hearth.localcloud.store import FILE, Store

# Installed packages and resolved locks are worth keeping, and belong to no object.
_OF_NO_OBJECT = {"environments", "locks"}


def run(checkout: Checkout, *, yes: bool = False) -> int:
    """With `yes`, nobody is asked. Raises CommandError where somebody has to be, and there is no terminal."""
    if not yes and _has_something(checkout) and not _may():
        _say("Nothing was deleted, and nothing stopped.")
        return 1
    try:
        destroyed = _destroy(checkout)
    except CommandError as error:
        _say(str(error))
        destroyed = False
    ran = background.stop(checkout.cloud)
    if not destroyed:
        shutil.rmtree(checkout.state, ignore_errors=True)
        _throw_away(checkout, _OF_NO_OBJECT)
        _say("The stack could not be destroyed in order: its state and the local cloud's objects are deleted.")
    elif _stacks(checkout) - {STACK}:
        # They may be deployed on the same local cloud. What the services of `local` kept goes with them, as a database
        # in the cloud does, and so do the people who signed up.
        shutil.rmtree(checkout.cloud / "data", ignore_errors=True)
        _forget_people(checkout)
    else:
        # With what no state knows any more, and a next `up` would find in its way.
        _throw_away(checkout, {*_OF_NO_OBJECT, "logs"})
    _say("Down: no process is left." if ran else "Nothing runs.")
    return 0


def _has_something(checkout: Checkout) -> bool:
    """Whether stack or data would be deleted."""
    return STACK in _stacks(checkout) or any((checkout.cloud / "data").glob("**/*"))


def _may() -> bool:
    """What the user answers."""
    what = f"stack `{STACK}` and all that its services and users stored in it"
    if not sys.stdin.isatty():
        raise CommandError(
            f"it deletes {what}, and without a terminal it can't ask for confirmation. `make down YES=1` deletes "
            "without asking; `make stop` stops the local cloud and keeps everything."
        )
    print(f"This deletes {what}; `make stop` would keep it. Delete? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _destroy(checkout: Checkout) -> bool:
    """Whether there is no stack any more."""
    if not checkout.state.exists():
        return True
    known = ports.remembered(checkout.ports) or ports.USUAL
    if Engine(checkout, known).export() is None:
        return True
    # It must run to be destroyed on, and on its start it ends what a killed one left running.
    engine = Engine(checkout, background.ensure(checkout, _say))
    plugin.install(checkout, engine)
    recovery.cancel_dead_lock(checkout, engine, _say)
    if engine.show("destroy", "--yes", "--skip-preview"):
        return False
    engine.ask("stack", "rm", "--yes", "--preserve-config", STACK)
    return True


def _forget_people(checkout: Checkout) -> None:
    file = checkout.cloud / FILE
    if file.exists():
        with contextlib.closing(Store(file)) as store:
            store.delete_below(IDENTITY_TOOLKIT.prefix)


def _stacks(checkout: Checkout) -> set[str]:
    """Those that have their state here."""
    return {file.stem for file in (checkout.state / ".pulumi" / "stacks").glob("**/*.json")}


def _throw_away(checkout: Checkout, kept: Container[str]) -> None:
    """Delete what lies in the local cloud's folder, but for what is called like one of `kept`."""
    with contextlib.suppress(FileNotFoundError):
        for entry in checkout.cloud.iterdir():
            if entry.name in kept:
                continue
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
