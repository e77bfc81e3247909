"""What Google's provider would refuse, told of all resources at once, where the engine ends at the first one.

Left out: other providers' types, values that are not known yet, and everything while the catalog is older or newer than
the installed SDK, since it may not know what that has. On Google Cloud it is a warning: there Google's provider
decides, and where the catalog is wrong, nothing that it would take is held up.
"""

import os
from collections.abc import Iterator, Sequence

import pulumi

from hearth import target
from hearth.catalog import types
from hearth.guards.declared import Declared


class ProviderFaultsError(pulumi.RunError):
    """Every unknown type and every faulty property of a program.

    A RunError, because Pulumi shows those without a traceback.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(["Nothing was deployed, because Google's provider would refuse this:", "", *faults]))


def tell(faults: Sequence[str]) -> None:
    """Raises ProviderFaultsError on a local cloud."""
    if not faults:
        return
    if target.is_local(os.environ):
        raise ProviderFaultsError(faults)
    pulumi.log.warn("\n".join(["Google's provider will probably refuse this:", "", *faults]))


def faults(declared: Declared) -> Iterator[str]:
    """Lines that name the resource, with what is wrong; none where nothing is."""
    if not declared.type.startswith("gcp:"):
        return
    known = types.get(declared.type)
    if known is None:
        found = [f"  {declared.name}: {types.no_such_type(declared.type)}"]
    else:
        found = [f"  {declared.short}, {fault}" for fault in known.faults(declared.inputs)]
    # Asked last: to look up what is installed takes as long as to check a hundred resources.
    if found and not types.outdated():
        yield from found
