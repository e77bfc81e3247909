"""Resources that nothing but a stack's state knows: steps, waits and actions.

Left out: keys and other values, which have to be marked as secret again when they are read.
"""

from hearth.plugin.kinds import ProviderError, ReadResult, Values


def read(token: str, id: str, inputs: Values | None, old: Values | None, *, why: str) -> ReadResult:
    """As the state has it. Raises ProviderError for an import, with the reason why there is nothing to import."""
    if inputs is None or old is None:
        raise ProviderError(f"{token} {id!r} cannot be imported: {why}.")
    return ReadResult(id, inputs, old)
