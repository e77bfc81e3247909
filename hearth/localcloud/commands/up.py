"""`make up`: the local cloud runs, and stack `local` is deployed on it by the real engine."""

import sys
from collections.abc import Mapping
from typing import Any

from hearth.localcloud.cloud import Ports
from hearth.localcloud.commands import addresses, background, plugin, recovery, variables
from hearth.localcloud.commands.checkout import STACK, Checkout
from hearth.localcloud.commands.engine import Engine


def run(checkout: Checkout) -> int:
    """The engine's exit code."""
    ports = background.ensure(checkout, _say)
    engine = Engine(checkout, ports)
    plugin.install(checkout, engine)
    recovery.cancel_dead_lock(checkout, engine, _say)
    exported = engine.export()
    status = background.status(ports)
    if exported and addresses.is_orphaned(exported["deployment"], status):
        _say("The local cloud has none of the resources in the stack's state: both start from nothing.")
        engine.ask("stack", "rm", "--yes", "--force", "--preserve-config", STACK)
        exported = None
    if exported is None:
        engine.ask("stack", "init", STACK)
        exported = {"deployment": {}}
    recovery.settle_pending(engine, exported, _lookup(checkout, ports), _say)
    code = engine.show("up", "--yes", "--skip-preview", *_ways(exported["deployment"], status))
    if code:
        _say("\nThe deployment is not complete: the message above says why, `make logs` may say more.")
        for advice in plugin.missing_plugins(checkout):
            _say(advice)
        return code
    _tell(background.status(ports), ports)
    return 0


def _lookup(checkout: Checkout, ports: Ports) -> recovery.Lookup:
    """Imported when it is asked: no engine was killed before most runs, and the stand-in is large."""

    def id_of(type_: str, inputs: Mapping[str, Any]) -> str | None:
        from hearth.localcloud.commands import existing  # noqa: PLC0415 - see above

        return existing.lookup(variables.engine_variables(checkout, ports))(type_, inputs)

    return id_of


def _ways(deployment: Mapping[str, Any], status: Mapping[str, Any]) -> list[str]:
    """Options of `pulumi up` that this deployment calls for."""
    if addresses.has_moved(deployment, status):
        return ["--refresh"]
    # A first deployment is all new, and each property of it would be shown; later ones show just what changed.
    return ["--diff"] if deployment.get("resources") else []


def _tell(status: Mapping[str, Any], ports: Ports) -> None:
    """The addresses as the local cloud knows them: to ask the CLI for outputs takes longer than most of an `up`."""
    print()
    for what, found in (("site", status["sites"]), ("service", status["services"])):
        for each in found:
            print(f"  {what:<7}  {each['url']}")
    print(f"  console  http://localhost:{ports.apis}/")
    print('\n  make status, make logs, make stop; plain pulumi: eval "$(make -s env)"; pulumi preview -s local')


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
