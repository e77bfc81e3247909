"""The settings of a stack with all that is checked about them."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from hearth import configuration, target
from hearth.faults import Fault
from infra import own_variables, rules
from infra.settings import StackSettings


def load(
    config: Mapping[str, str],
    environ: Mapping[str, str],
    *,
    rewritten: bool,
    more: Iterable[Fault] = (),
    is_secret: Callable[[str], bool] = configuration.is_secret,
) -> StackSettings:
    """Check everything and return the settings. Raises SettingsError with every fault.

    `config` holds texts by full key, `environ` is the shell's environment, `rewritten` says whether Hosting sends
    requests to the service, and `more` faults were found before.
    """

    def related(stack: StackSettings) -> Iterator[Fault]:
        yield from more
        for check in (rules.names, rules.capacity, rules.databases, rules.client_edits, rules.postgres, rules.delivery):
            yield from check(stack)
        yield from own_variables.check(stack)
        yield from rules.exposure(stack, rewritten=rewritten)
        yield from target.faults(project=stack.project, environ=environ)

    return configuration.load(StackSettings, config, related, is_secret)
