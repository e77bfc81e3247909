"""`make stop`: the local cloud is stopped, and what is deployed on it stays with its data, for the next `make up`."""

import sys

from hearth.localcloud.commands import background
from hearth.localcloud.commands.checkout import Checkout


def run(checkout: Checkout) -> int:
    stopped = background.stop(checkout.cloud)
    said = "Stopped. What is deployed stays with its data: `make up` goes on with it." if stopped else "Nothing runs."
    print(said, file=sys.stderr)
    return 0
