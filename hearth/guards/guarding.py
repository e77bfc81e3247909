"""Run every rule on every resource of the program before the engine hears of it.

A stack transformation, since those run in the engine and under Pulumi's mocks alike; the newer resource transforms
are silently not called under mocks. Of inputs that are not all known when the resource is declared, the check is one
thing more that it depends on: they stay as they are, unknown and secret ones too, and the engine is asked for nothing
until they are resolved and found in order. What a preview does not know yet is checked by the deployment, when it is
known and before the resource is touched; the preview says of which rules it cannot tell.
"""

import asyncio
import sys
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from google.protobuf.json_format import MessageToDict
from pulumi import Output, ResourceOptions, ResourceTransformationArgs, ResourceTransformationResult, _types
from pulumi.runtime import rpc

from hearth.guards import RULES, provider_faults
from hearth.guards.declared import UNKNOWN, Declared, Intent, Path, Unclear, Violation


class GuardError(pulumi.RunError):
    """Every rule that a resource breaks, together.

    A RunError, because Pulumi shows those without a traceback.
    """

    def __init__(self, declared: Declared, broken: Sequence[tuple[str, Violation]]) -> None:
        self.resource = declared.short
        self.rules = tuple(rule for rule, _ in broken)
        many = "a rule" if len(broken) == 1 else f"rules in {len(broken)} places"
        blocks = [f"  {rule}: {each.what}\n    why: {each.why}\n    fix: {each.fix}" for rule, each in broken]
        path = f'app:exceptions["{broken[0][0]}/{declared.name}"]'
        super().__init__(
            "\n\n".join(
                [
                    f"{declared.short} ({declared.type}) was not deployed: it breaks {many} of hearth/guards.",
                    *blocks,
                    f"To make an exception, give the reason: pulumi config set --path '{path}' 'REASON'",
                ]
            )
        )


@dataclass(frozen=True)
class _Checked:
    name: str
    excepted: frozenset[str]
    """Exceptions without which it would have been refused."""
    complete: bool
    """Whether everything was known."""
    unclear: str = ""
    """The resource, with the rules that look at what was not known."""


class Guards:
    """The rules of one run of the program. `exceptions` are reasons by `RULE/LOGICAL-NAME`, or `RULE/*` for all."""

    def __init__(self, intent: Intent, exceptions: Mapping[str, str]) -> None:
        self._intent = intent
        self._exceptions = exceptions
        self._checked: list[_Checked] = []
        """What was all known when it was declared, so that nothing waits for it."""
        self._checks: list[asyncio.Future[_Checked]] = []
        self._faults: list[str] = []

    def register(self) -> None:
        """From here on, nothing is declared unchecked."""
        pulumi.runtime.register_stack_transformation(self._transform)

    def warn_of_unused_exceptions(self) -> None:
        """When everything is declared: say which exceptions excuse nothing, and so would hide a later mistake.

        Says as well what Google's provider would refuse, which the engine has not heard of yet; on a local cloud by
        raising ProviderFaultsError.
        """
        provider_faults.tell(self._faults)
        warned: Awaitable[Any] = asyncio.ensure_future(self._warn())
        Output.from_input(warned)

    def _transform(self, args: ResourceTransformationArgs) -> ResourceTransformationResult | None:
        # A component has no inputs of its own; a resource with an id is only read.
        if not isinstance(args.resource, pulumi.CustomResource) or args.opts.id is not None:
            return None
        # What is known already is refused at once, as an error of the program itself: Pulumi reports those plainly,
        # while one that a running task raises can be told twice, or with a traceback.
        declared = _known_now(args)
        self._faults += provider_faults.faults(declared)
        passed_now = self._pass(declared)
        if passed_now.complete:
            self._checked.append(passed_now)
            return None
        check = asyncio.ensure_future(self._check(args))
        self._checks.append(check)
        # An error of the check reaches Pulumi through the resource that waits for it.
        checked: Awaitable[Any] = check
        passed: Output[list[pulumi.Resource]] = Output.from_input(checked).apply(lambda _: [])
        return ResourceTransformationResult(
            args.props, ResourceOptions.merge(args.opts, ResourceOptions(depends_on=passed))
        )

    async def _check(self, args: ResourceTransformationArgs) -> _Checked:
        return self._pass(_declared(args, await _serialized(args, args.props)))

    def _pass(self, declared: Declared) -> _Checked:
        """Raises GuardError with all that is wrong."""
        found = [(name, each) for name, rule in RULES.items() for each in rule(declared, self._intent)]
        excepted = {name: self._exceptions.keys() & {f"{name}/{declared.name}", f"{name}/*"} for name, _ in found}
        broken = [(name, each) for name, each in found if isinstance(each, Violation)]
        if refused := [(name, each) for name, each in broken if not excepted[name]]:
            raise GuardError(declared, refused)
        unclear = dict.fromkeys(name for name, each in found if isinstance(each, Unclear) and not excepted[name])
        return _Checked(
            name=declared.name,
            excepted=frozenset(exception for name, _ in broken for exception in excepted[name]),
            complete=all(value is not UNKNOWN for _, value in declared.walk()),
            unclear=f"{declared.short} ({', '.join(unclear)})" if unclear else "",
        )

    async def _warn(self) -> None:
        done = await asyncio.gather(*self._checks, return_exceptions=True)
        later = [each for each in done if isinstance(each, _Checked)]
        if len(later) < len(done):  # refused: that is what the user has to read first
            return
        checked = [*self._checked, *later]
        if unclear := [each.unclear for each in checked if each.unclear]:
            pulumi.log.info(
                "the guards can't check these resources yet, because some of their values are only known during the "
                f"deployment: {', '.join(unclear)}. The deployment checks each one before it changes the resource."
            )
        used = {exception for each in checked for exception in each.excepted}
        open_still = {each.name for each in checked if not each.complete}
        for exception in sorted(set(self._exceptions) - used):
            resource = exception.partition("/")[2]
            if resource not in open_still and not (open_still and resource == "*"):
                pulumi.log.warn(
                    f"app:exceptions has {exception!r}, which is not needed: no resource of that name breaks the "
                    "rule. Remove it, because it could hide a later mistake: pulumi config rm --path "
                    f"'app:exceptions[\"{exception}\"]'"
                )


def _known_now(args: ResourceTransformationArgs) -> Declared:
    """The resource with everything that is still to come unknown."""
    serializing = _serialized(args, _plain(args.props))
    try:
        serializing.send(None)
    except StopIteration as done:
        return _declared(args, done.value)
    finally:
        serializing.close()
    raise AssertionError(f"{args.type_} {args.name!r}: its inputs should be plain values, but contain an awaitable")


def _plain(value: Any) -> Any:
    """Inputs without what has to be waited for."""
    if _types.is_input_type(type(value)):
        value = _types.input_type_to_dict(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, str | int | float | bool) else rpc.UNKNOWN


async def _serialized(args: ResourceTransformationArgs, inputs: Any) -> Any:
    """Inputs with the names and values that the engine will receive."""
    # The SDK's generated classes keep the names' translation in a class of arguments beside them. Pulumi has it at
    # hand when it sends a resource, but hands a transformation the untranslated names only.
    arguments = getattr(sys.modules[type(args.resource).__module__], f"{type(args.resource).__name__}Args", None)
    return await rpc.serialize_properties(
        inputs, {}, args.resource, None if arguments else args.resource.translate_input_property, typ=arguments
    )


def _declared(args: ResourceTransformationArgs, sent: Any) -> Declared:
    secrets: set[Path] = set()
    return Declared(
        type=args.type_,
        name=args.name,
        inputs=_opened((), MessageToDict(sent), secrets),
        protect=bool(getattr(args.opts.parent, "_protect", None) if args.opts.protect is None else args.opts.protect),
        secrets=frozenset(secrets),
    )


def _opened(path: Path, value: Any, secrets: set[Path]) -> Any:
    """A value of the protocol as plain data; where it was secret goes into `secrets`."""
    if value == rpc.UNKNOWN:
        return UNKNOWN
    if rpc.is_rpc_secret(value):
        secrets.add(path)
        return _opened(path, rpc.unwrap_rpc_secret(value), secrets)
    if isinstance(value, dict):
        return {key: _opened((*path, key), item, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [_opened((*path, index), item, secrets) for index, item in enumerate(value)]
    # The protocol has one kind of number.
    return int(value) if isinstance(value, float) and value.is_integer() else value
