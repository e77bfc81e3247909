"""`make status`: what runs where, as a table."""

import json

from localcloud.commands import background, ports
from localcloud.commands.checkout import Checkout


def run(checkout: Checkout) -> int:
    pid = background.holder(checkout.cloud)
    known = ports.remembered(checkout.ports)
    if not pid or not known:
        print("The local cloud does not run: `make up` starts it.")
        return 0
    rows = [("local cloud", f"process {pid}", f"http://localhost:{known.apis}/")]
    print(json.dumps(rows))
    return 0
