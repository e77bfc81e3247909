"""Run the local cloud in the foreground. `make up` starts this in the background."""

import os
import sys

from hearth.localcloud import server
from hearth.localcloud.commands import background, ports
from hearth.localcloud.commands.checkout import Checkout
from hearth.localcloud.commands.errors import CommandError
from hearth.localcloud.locking import AlreadyRunningError


def run(checkout: Checkout) -> int:
    if pid := background.holder(checkout.cloud):
        raise CommandError(f"it already runs (process {pid}). `make status` shows it, `make stop` stops it.")
    chosen = ports.choose(os.environ, ports.remembered(checkout.ports), lambda line: print(line, file=sys.stderr))
    ports.remember(checkout.ports, chosen)
    try:
        server.serve(checkout.cloud, chosen)
    except (AlreadyRunningError, OSError) as error:
        raise CommandError(str(error)) from error
    return 0
