"""What a stack keeps secret for its app, taken out of the configuration before anything else reads it.

Pulumi hands a program all that stands below a key as one text in clear, encrypted or not. Here it is taken apart: the
names go on, to settings and messages, and a value is marked as a secret whenever it is handed out. Whether it was
encrypted is read off the stack's file, since Pulumi calls the whole key secret as soon as one value is.

A stack whose passphrase everybody knows takes its app's variables from `.env`, all of them as secrets. Left out: a
configuration that comes from elsewhere than the stack's file, of which nobody can tell how it was kept there.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import pulumi
from pulumi import Output

from hearth import env_file, stack_file, target
from hearth.configuration import SECRETS
from hearth.facts.cloud_run import MOST_VARIABLE_BYTES
from hearth.faults import Fault
from hearth.project import NAMESPACE

VARIABLES = f"{NAMESPACE}:env"
REFERENCES = f"{NAMESPACE}:secretReferences"
_SET = f"pulumi config set --secret --path '{SECRETS}.NAME', and type it in, or give it by standard input"


class SecretValues:
    """Values by name, each marked as a secret; and what is wrong with how they are kept."""

    def __init__(self, values: Mapping[str, str], faults: Collection[Fault] = ()) -> None:
        self._values = dict(values)
        self.faults = tuple(faults)

    def __getitem__(self, name: str) -> Output[str]:
        return Output.secret(self._values[name])


def split(
    config: Mapping[str, str], *, root: Path, environ: Mapping[str, str], elsewhere: Collection[str]
) -> tuple[dict[str, str], SecretValues]:
    """The configuration with names alone in place of secrets, and their values.

    `elsewhere` are variables that the stack sets itself: in `.env`, they are meant for `make serve`.
    """
    kept = _kept(root)
    values, faults = _opened("" if isinstance(kept, str) else config.get(SECRETS, "{}"))
    names = sorted(values)
    faults += [_in_clear(name) for name in _plain(kept)]
    given = {**config, SECRETS: json.dumps(dict.fromkeys(names))}
    if not target.has_public_passphrase(project=config.get("gcp:project", ""), environ=environ):
        return given, SecretValues(values, faults)
    faults += [_known(name) for name in names]
    own = {name: value for name, value in _of_env_file(root, faults).items() if name not in elsewhere}
    # No version of a secret is empty.
    full = {name: value for name, value in own.items() if value}
    _check(full, faults, "change it in .env")
    given[SECRETS] = json.dumps(dict.fromkeys(sorted(full)))
    _override(given, VARIABLES, own, dict.fromkeys(own.keys() - full.keys(), ""))
    _override(given, REFERENCES, own, {})
    return given, SecretValues(full, faults)


def _of_env_file(root: Path, faults: list[Fault]) -> dict[str, str]:
    try:
        return env_file.read(root)
    except env_file.EnvFileError as error:
        faults.append(Fault(key=env_file.NAME, value=error.where, why=error.why, fix=error.fix))
        return {}


def _opened(text: str) -> tuple[dict[str, str], list[Fault]]:
    """Values by the path of their name, and what is wrong with them. No message tells a value."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        why = "each secret is a name with a value of its own below it, so that each can be set and changed alone"
        return {}, [Fault(key=SECRETS, value="(one text)", why=why, fix=f"pulumi config rm {SECRETS}, then {_SET}")]
    values = dict(_leaves(found))
    faults: list[Fault] = []
    for name in [name for name, value in values.items() if not isinstance(value, str)]:
        del values[name]
        faults.append(_fault(name, "its value is not text, as values set with --secret are"))
    _check(values, faults, _SET)
    return values, faults


def _leaves(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def _check(values: Mapping[str, str], faults: list[Fault], fix: str) -> None:
    for name, value in values.items():
        if not value:
            faults.append(_fault(name, "it is empty, and Secret Manager keeps nothing that is", fix))
        elif "\0" in value:
            faults.append(_fault(name, "it holds a zero byte, which ends the value of an environment variable", fix))
        elif len(value.encode()) > MOST_VARIABLE_BYTES:
            faults.append(_fault(name, f"Cloud Run takes at most {MOST_VARIABLE_BYTES} bytes for a variable", fix))


def _kept(root: Path) -> Any:
    """What the stack's file has below the key, with placeholders for what is encrypted there."""
    file = root / f"Pulumi.{pulumi.get_stack()}.yaml"
    config = stack_file.read(file).get("config") if file.is_file() else None
    return stack_file.without_secrets((config or {}).get(SECRETS, {}))


def _plain(kept: Any) -> list[str]:
    """Names that the stack's file holds a value of in clear."""
    leaves = _leaves(kept) if isinstance(kept, dict) else ()
    return [name for name, value in leaves if value and not stack_file.is_placeholder(str(value))]


def _in_clear(name: str) -> Fault:
    return _fault(
        name,
        "it is in plain text in the stack file, and once committed, it is in the repository's history forever",
        f"set it again: {_SET}; if it was committed, revoke it at its source first",
    )


def _known(name: str) -> Fault:
    return _fault(
        name,
        "everybody knows the passphrase of this stack, so that it is as good as in clear here",
        f"pulumi config rm --path '{SECRETS}.{name}', and write {name}=... into .env, which git ignores",
    )


def _fault(name: str, why: str, fix: str = _SET) -> Fault:
    return Fault(key=SECRETS, value=name, why=why, fix=fix.replace("NAME", name))


def _override(config: dict[str, str], key: str, own: Mapping[str, str], added: Mapping[str, str]) -> None:
    """Take from a key what `.env` says otherwise, and add to it."""
    try:
        found = json.loads(config.get(key, "{}"))
    except ValueError:
        return
    if isinstance(found, dict):
        config[key] = json.dumps({**{name: value for name, value in found.items() if name not in own}, **added})
