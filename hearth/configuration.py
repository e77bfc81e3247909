"""A stack's configuration, read into one frozen object and checked as a whole. Nothing else reads `pulumi.Config`.

A project lists its keys as the fields of a class, each with its type, its default and its rules. Every key has a
default and none is declared in Pulumi.yaml, since a missing declared key stops the engine before the program can report
all faults together. Rules on several keys at once are functions of the project's over the object.
"""

import json
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Annotated, Any, TypeVar

from pulumi.runtime import config as pulumi_config
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from hearth.faults import Fault, SettingsError
from hearth.project import NAMESPACE

SECRETS = f"{NAMESPACE}:secrets"
"""What a stack keeps secret for its app. Of this key the names are read here; `hearth.secret_values` has the values."""
_SECRET = "[secret]"  # noqa: S105 - what is shown in place of one


@dataclass(frozen=True)
class Rule:
    """What the value of a key has to be. The first rule of a key also tells why its type and its bounds are so."""

    why: str
    """Why another value can't be used."""
    fix: str | Callable[[Any], str] = ""
    """What to do about it, or a function that says it of the refused value. Empty: to set the default."""
    check: Callable[[Any], object] | None = None
    """Whether the whole value can be used."""
    each: Callable[..., object] | None = None
    """Whether an item of a list can be used, or a name and its text in a mapping; the item or the name is reported."""

    def refused(self, value: Any, written: str) -> list[str]:
        """What of a value can't be used; the whole as it is written."""
        if self.each is not None:
            items = value.items() if isinstance(value, Mapping) else ((item,) for item in value)
            return [item[0] for item in items if not self.each(*item)]
        return [] if self.check is None or self.check(value) else [written]


def key(
    default: Any,
    why: str = "",
    fix: str | Callable[[Any], str] = "",
    check: Callable[[Any], object] | None = None,
    *,
    rules: Iterable[Rule] = (),
    **field: Any,
) -> Any:
    """A key of a `Configuration`: its default, a rule, more `rules`, and bounds as Pydantic's `Field` has them."""
    info = Field(default, **field)
    info.metadata += [Rule(why, fix, check), *rules]
    return info


def _from_json(value: object) -> object:
    """Pulumi hands a list or a mapping to the program as JSON text."""
    return json.loads(value) if isinstance(value, str) else value


def _names_from_json(value: object) -> object:
    found = _from_json(value)
    return dict.fromkeys(found) if isinstance(found, dict) else found


Strings = Annotated[tuple[str, ...], BeforeValidator(_from_json)]
Texts = Annotated[Mapping[str, str], BeforeValidator(_from_json)]
Names = Annotated[Mapping[str, None], BeforeValidator(_names_from_json)]
"""By name, nothing: the values are kept from whoever reads the configuration."""
Mixed = Annotated[Mapping[str, Any], BeforeValidator(_from_json)]
"""By name, whatever Pulumi's command line made of a value: a rule says which ones can be used."""


def _named(field: str) -> str:
    head, *rest = field.split("_")
    return f"{NAMESPACE}:{head}{''.join(word.capitalize() for word in rest)}"


class Configuration(BaseModel):
    """The keys of a stack: a field in snake_case is the key in camelCase, in the namespace `app` unless it says so."""

    model_config = ConfigDict(frozen=True, alias_generator=_named)

    @classmethod
    def fields(cls) -> dict[str, FieldInfo]:
        """The field of each key."""
        return {str(field.alias): field for field in cls.model_fields.values()}

    @classmethod
    def keys(cls) -> list[str]:
        """Every `app:` key there is."""
        return [each for each in cls.fields() if each.startswith(f"{NAMESPACE}:")]

    def fault(self, fields: Sequence[str], *, why: str, fix: str) -> Fault:
        """What is wrong with the value of the first of the fields that a rule read."""
        key, *also = (str(type(self).model_fields[each].alias) for each in fields)
        return Fault(key=key, value=getattr(self, fields[0]), also=frozenset(also), why=why, fix=fix)


Kind = TypeVar("Kind", bound=Configuration)


def read() -> dict[str, str]:
    """The engine's whole configuration for this stack, by full key. `pulumi.Config` can't list its keys."""
    return {**pulumi_config.get_config_env(), **pulumi_config.CONFIG.get()}


def is_secret(key: str) -> bool:
    """Whether the stack keeps what is read of this key encrypted."""
    if key == SECRETS:
        return False
    return pulumi_config.is_config_secret(key) or key in pulumi_config.get_config_secret_keys_env()


def load(
    kind: type[Kind],
    config: Mapping[str, str],
    related: Callable[[Kind], Iterable[Fault]],
    is_secret: Callable[[str], bool] = is_secret,
) -> Kind:
    """Check everything and return the settings.

    `config` holds texts by full key (`app:name`, `gcp:project`), lists as JSON; `related` yields what several keys
    together do wrong. Raises SettingsError with every fault, which tells no value that the stack keeps encrypted.
    """
    settings, single = _parse(kind, config)
    faulty = {fault.key for fault in single}
    several = [fault for fault in related(settings) if not faulty & {fault.key, *fault.also}]
    faults = [*_unknown(config, kind.keys()), *single, *several]
    if faults:
        # The engine blots out secrets only where they stand letter by letter, which a quoted one need not.
        raise SettingsError([replace(each, value=_SECRET) if is_secret(each.key) else each for each in faults])
    return settings


def _unknown(config: Mapping[str, str], known: list[str]) -> Iterator[Fault]:
    bare = [each.removeprefix(f"{NAMESPACE}:") for each in known]
    for key, value in config.items():
        if not key.startswith(f"{NAMESPACE}:") or key in known:
            continue
        near = get_close_matches(key.removeprefix(f"{NAMESPACE}:"), bare, n=1, cutoff=0.7)
        fix = f"pulumi config rm {key}"
        fix = (
            f"did you mean {NAMESPACE}:{near[0]}? Else: {fix}"
            if near
            else f"{fix} (docs/configuration.md lists the keys)"
        )
        yield Fault(key=key, value=value, why="no such key, so its value would do nothing", fix=fix)


def _parse(kind: type[Kind], config: Mapping[str, str]) -> tuple[Kind, list[Fault]]:
    """Read each key on its own. One that can't be read gets its default, so that the other rules can go on."""
    given = {key: config[key] for key in kind.fields() if key in config}
    wrong: dict[str, str] = {}
    try:
        settings = kind.model_validate(given)
    except ValidationError as error:
        wrong = {str(each["loc"][0]): each["msg"].removeprefix("Value error, ") for each in error.errors()}
        settings = kind.model_validate({key: value for key, value in given.items() if key not in wrong})
    faults = []
    for name, field in kind.model_fields.items():
        key, value = str(field.alias), getattr(settings, name)
        rules = [each for each in field.metadata if isinstance(each, Rule)]
        if key in wrong:
            default = "" if field.default in ("", ()) else f", which is {str(field.default).lower()}"
            fix = f"pulumi config rm {key} takes the default{default}"
            why = "; ".join([wrong[key], *(rule.why for rule in rules[:1] if rule.why)])
            faults.append(Fault(key=key, value=given[key], why=why, fix=fix))
            continue
        for rule in rules:
            for refused in rule.refused(value, given.get(key, value)):
                fix = rule.fix if isinstance(rule.fix, str) else rule.fix(refused)
                fix = fix or f"pulumi config set {key} {shlex.quote(str(field.default))}"
                faults.append(Fault(key=key, value=refused, why=rule.why, fix=fix))
    return settings, faults
