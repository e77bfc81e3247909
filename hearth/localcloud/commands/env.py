"""`make env`: export lines for a POSIX shell, in which plain `pulumi … -s local` and other people's clients work."""

import shlex

from hearth.localcloud.commands import clients, ports, variables
from hearth.localcloud.commands.checkout import Checkout


def run(checkout: Checkout) -> int:
    """Works before the first `make up`, too: with the ports that it would try first."""
    known = ports.remembered(checkout.ports) or ports.USUAL
    print(f'export PATH={shlex.quote(str(checkout.programs))}:"$PATH"')
    given = variables.engine_variables(checkout, known) | clients.client_variables(known) | variables.without_proxy()
    for name, value in given.items():
        print(f"export {name}={shlex.quote(value)}")
    return 0
