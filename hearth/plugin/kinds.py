"""The contract between the protocol server and a resource kind.

Values are plain Python (str, int, float, bool, None, list, dict), except that a value which the engine does not
know yet, in a preview, is `UNKNOWN`, that an asset or an archive is an `Asset`, and that a kind marks an output as
secret by wrapping it in `Secret`. Resource references and remote components are left out: no kind here takes any.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, final

Values = Mapping[str, Any]


@final
class Unknown:
    """A value that the engine will know only after another resource was really created or updated."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __deepcopy__(self, memo: object) -> "Unknown":
        # Identity is how it is recognised.
        return self


UNKNOWN: Final = Unknown()


@dataclass(frozen=True)
class Secret:
    """An output that the state file must hold encrypted and that the engine must mask."""

    value: Any

    def __repr__(self) -> str:
        return "Secret(...)"


@dataclass(frozen=True, eq=False)
class Asset:
    """A file or an archive that a program passes: as the protocol has it, with its content or where that is."""

    fields: Values

    def __eq__(self, other: object) -> bool:
        """By content alone, whatever it is called where the program runs."""
        if not isinstance(other, Asset):
            return False
        mine, others = self.fields.get("hash"), other.fields.get("hash")
        return bool(mine == others if mine and others else self.fields == other.fields)

    def __hash__(self) -> int:
        return hash(self.fields.get("hash"))

    def __repr__(self) -> str:
        return f"Asset({str(self.fields.get('hash'))[:12]})"


class ProviderError(Exception):
    """An expected failure; its text is all that the user reads: what, why, and how to fix it."""


class InitFailed(ProviderError):
    """The resource was created or updated, but did not come up: the state keeps it, with the reasons.

    Raised by create, update or read. The next `up` calls update again, even if no input changed.
    `inputs` are those that `read` found; create and update leave them out, the state takes the ones they were given.
    """

    def __init__(self, id: str, outputs: Values, reasons: Sequence[str], inputs: Values | None = None) -> None:
        super().__init__("; ".join(reasons))
        self.id = id
        self.outputs = outputs
        self.reasons = tuple(reasons)
        self.inputs = inputs


@dataclass(frozen=True)
class Failure:
    """One faulty input; `property` is the input's name, or a path such as `files["/a.css"]`."""

    property: str
    reason: str


@dataclass(frozen=True)
class CheckResult:
    """Inputs as they go into the state (defaults filled in), and what is wrong with them."""

    inputs: Values
    failures: Sequence[Failure] = ()


@dataclass(frozen=True)
class DiffResult:
    """What a change of inputs means.

    `changed` and `replace` hold property paths as the engine prints them (`files["/a.css"]`, `template.timeout`);
    paths in `replace` are changed too. Whether a path was added, deleted or updated the servicer reads off the two
    sets of inputs.
    """

    changed: frozenset[str] = frozenset()
    replace: frozenset[str] = frozenset()
    delete_before_replace: bool = False


@dataclass(frozen=True)
class CreateResult:
    id: str
    outputs: Values


@dataclass(frozen=True)
class ReadResult:
    """An existing resource as `read` saw it: inputs that would declare it, and its outputs."""

    id: str
    inputs: Values
    outputs: Values


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a kind may use of the engine while it works."""

    urn: str
    say: Callable[[str], None] = lambda _message: None
    """Show progress on the resource's line; overwritten by the next one."""
    warn: Callable[[str], None] = lambda _message: None
    """Leave a warning in the output."""
    cancelled: threading.Event = field(default_factory=threading.Event)
    """Set when the engine asks to stop: end soon, in a state the next run can pick up."""
    timeout: float | None = None
    """Seconds, from the resource's customTimeouts; None where none was set."""


class Kind(ABC):
    """One resource kind. Every method may raise ProviderError; anything else is a bug and shown as one."""

    token: str
    """Type token, such as `hearth:hosting:SiteRelease`."""

    @abstractmethod
    def check(self, context: Context, olds: Values | None, news: Values) -> CheckResult:
        """Validate new inputs and fill in defaults. Inputs may be UNKNOWN. Must not change anything."""

    @abstractmethod
    def diff(self, context: Context, id: str, old_inputs: Values, old: Values, news: Values) -> DiffResult:
        """Compare checked inputs with the state (`old` are the outputs). Must not change anything."""

    @abstractmethod
    def create(self, context: Context, inputs: Values, *, preview: bool) -> CreateResult:
        """Create the resource. In a preview nothing is done: outputs not known yet are UNKNOWN, the id is ''."""

    @abstractmethod
    def read(self, context: Context, id: str, inputs: Values | None, old: Values | None) -> ReadResult | None:
        """Look at the resource; None when it is gone. `inputs` and `old` are None for an import."""

    @abstractmethod
    def update(
        self,
        context: Context,
        id: str,
        old_inputs: Values,
        old: Values,
        news: Values,
        *,
        preview: bool,
    ) -> Values:
        """Bring the resource to the new inputs and return all its outputs."""

    @abstractmethod
    def delete(self, context: Context, id: str, inputs: Values, old: Values) -> None:
        """Delete the resource; succeed when it is gone already."""


class Provider(ABC):
    """A named set of kinds."""

    name: str
    version: str
    takes_assets: bool = False

    @abstractmethod
    def kind(self, token: str) -> Kind:
        """The kind for a type token. Raises ProviderError for a token it does not know."""

    def check_config(self, config: Values) -> CheckResult:
        """Validate the provider's configuration."""
        return CheckResult(config)

    def schema(self) -> Mapping[str, Any]:
        """Parts of the package's Pulumi schema, such as `resources`; `pulumi import` writes code from it.

        Asked for by a process of its own, in which `configure` was not called.
        """
        return {}

    def configure(self, config: Values) -> None:
        """Take the configuration; called once, before any kind is used."""
        return None

    def invoke(self, token: str, arguments: Values) -> Values:
        """The answer of a function; arguments may be UNKNOWN. Raises ProviderError for one that it does not answer."""
        raise ProviderError(f"the provider {self.name} {self.version} does not have the function {token}")

    def final_warnings(self) -> Sequence[str]:
        """What to warn of once, at the end of a run."""
        return ()
