"""`make env`: export lines for a POSIX shell, which then uses plain `pulumi … -s local`."""

import shlex

from hearth.localcloud.commands import ports, variables
from hearth.localcloud.commands.checkout import Checkout


def run(checkout: Checkout) -> int:
    """Works before the first `make up`, too: with the ports that it would try first."""
    known = ports.remembered(checkout.ports) or ports.USUAL
    print(f'export PATH={shlex.quote(str(checkout.programs))}:"$PATH"')
    for name, value in variables.of(checkout, known).items():
        print(f"export {name}={shlex.quote(value)}")
    return 0
