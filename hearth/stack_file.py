"""A stack's file, made fit for a copy that nobody's keys can decrypt, and the differences between two of them.

In the copies alone: the secrets provider and its keys go, so that the passphrase of a throwaway state takes their
place; each secret becomes a placeholder, as there is nothing to decrypt it with, which another ciphertext makes another
one, so that the engine sees a rotation; and a project that the reader has yet to name gets a valid id, since a
placeholder is no reason not to see a diff. What these hide is what `compare` tells: it reads the files as they were.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from hearth.project import ProjectError
from hearth.target import PLACEHOLDER

HIDDEN = "[secret]"
_PLACEHOLDER = re.compile(r"placeholder-of-a-secret-[0-9a-f]{12}")
# As text throughout, which is what Pulumi hands on: YAML 1.1 would make `on` a boolean. The one in C is quicker.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_PROVIDER = ("secretsprovider", "encryptedkey", "encryptionsalt")
_SECURE = "secure"
_PROJECTS = ("gcp:project", "gcp:billingProject")


@dataclass(frozen=True)
class Setting:
    """A key, or a name below one that holds secrets, whose value differs between base and head.

    None stands for a missing one, and HIDDEN for one that is or holds a secret.
    """

    key: str
    old: str | None
    new: str | None
    secret: bool = False


def read(path: Path) -> dict[str, Any]:
    """The file's content. Raises ProjectError."""
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), _LOADER) or {}  # noqa: S506 - makes only texts
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ProjectError(f"{path.name} can't be read as YAML: {error}") from error
    if not isinstance(found, dict) or not isinstance(found.get("config") or {}, dict):
        raise ProjectError(f"{path.name} can't be used: it should have `config:` with keys and values below.")
    return found


def project_wide(root: Path) -> dict[str, Any]:
    """What Pulumi.yaml says for every stack that says nothing else, by key; empty where there is none. Raises
    ProjectError.

    A value is written as it is, or below `value`, or `default` (Pulumi, "Project-level configuration").
    """
    if not (root / "Pulumi.yaml").is_file():
        return {}
    found = {}
    for key, value in (read(root / "Pulumi.yaml").get("config") or {}).items():
        if isinstance(value, dict) and not {"value", "default"} & set(value):
            # Its type alone: each stack has to say it.
            continue
        found[key] = value.get("value", value.get("default")) if isinstance(value, dict) else value
    return found


def sanitized(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content for a copy."""
    kept = {key: value for key, value in content.items() if key not in _PROVIDER}
    config = {key: without_secrets(value) for key, value in (content.get("config") or {}).items()}
    for key in _PROJECTS:
        value = config.get(key)
        if isinstance(value, str) and value.startswith(PLACEHOLDER):
            config[key] = f"preview{value.removeprefix(PLACEHOLDER)}"
    return {**kept, "config": config}


def write(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(yaml.safe_dump(dict(content), sort_keys=False), encoding="utf-8")


def compare(base: Mapping[str, Any], head: Mapping[str, Any]) -> list[Setting]:
    """Every key of the configuration whose value differs, in order of the keys; secrets by their ciphertext."""
    return list(_compare(base.get("config") or {}, head.get("config") or {}))


def _compare(old: Mapping[str, Any], new: Mapping[str, Any], above: str = "") -> Iterator[Setting]:
    for name in sorted(old.keys() | new.keys()):
        before, after, key = old.get(name), new.get(name), f"{above}{name}"
        if before == after:
            continue
        secret = _has_secret(before) or _has_secret(after)
        if secret and all(each is None or _is_mapping(each) for each in (before, after)):
            yield from _compare(before or {}, after or {}, f"{key}.")
        else:
            yield Setting(key, _text(before, secret=secret), _text(after, secret=secret), secret=secret)


def _text(value: Any, *, secret: bool) -> str | None:
    if value is None:
        return None
    if secret:
        return HIDDEN
    return value if isinstance(value, str) else yaml.safe_dump(value, default_flow_style=True).strip()


def _has_secret(value: Any) -> bool:
    return bool(without_secrets(value) != value)


def _is_mapping(value: Any) -> bool:
    return isinstance(value, dict) and not _is_secret(value)


def _is_secret(value: Any) -> bool:
    # A name below a key may be `secure` itself; what stands there is not a text then.
    return isinstance(value, dict) and set(value) == {_SECURE} and isinstance(value[_SECURE], str)


def without_secrets(value: Any) -> Any:
    """A value with a placeholder for each secret in it."""
    if isinstance(value, list):
        return [without_secrets(each) for each in value]
    if not isinstance(value, dict):
        return value
    if _is_secret(value):
        return f"placeholder-of-a-secret-{hashlib.sha256(value[_SECURE].encode()).hexdigest()[:12]}"
    return {key: without_secrets(each) for key, each in value.items()}


def is_placeholder(text: str) -> bool:
    """Whether it stands for a secret in a copy."""
    return _PLACEHOLDER.fullmatch(text) is not None
