"""What each key of `app.config` that Hearth reads may hold: all faults are told at once, before anything is set up.

Each part has its own defaults, and each value its meaning there. Left out: what only the part that reads a value can
say of it, such as whether a database's address is one; and keys without HEARTH_, which are Flask's and the app's.
"""

import difflib
import os
from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Flask

from flask_hearth import forwarded

PREFIX: Final = "HEARTH_"

Rule = Callable[[Any], str]
"""What a value has to be, if it is not; empty where it is."""

_LEVELS: Final = ("debug", "info", "warning", "error", "critical")


def _switch(value: Any) -> str:
    return "" if isinstance(value, bool) else "it is on or off, so set True or False"


def _number(lowest: int) -> Rule:
    def rule(value: Any) -> str:
        # True is an int as well, and never meant as one.
        fits = isinstance(value, int) and not isinstance(value, bool) and value >= lowest
        return "" if fits else f"it counts, so set a whole number, {lowest} or more"

    return rule


def _choice(*allowed: str) -> Rule:
    def rule(value: Any) -> str:
        return "" if value in allowed else f"set one of {', '.join(allowed)}"

    return rule


def _level(value: Any) -> str:
    known = value is None or (isinstance(value, str) and value.lower() in _LEVELS)
    return "" if known else f"there is no such level, so set one of {', '.join(_LEVELS)}, or None"


def _text(value: Any) -> str:
    return "" if value is None or (isinstance(value, str) and value) else "set a text, or None"


def _folder(value: Any) -> str:
    return "" if value is None or (isinstance(value, str | os.PathLike) and os.fspath(value)) else "set a path, or None"


def _hosts(value: Any) -> str:
    if isinstance(value, str):
        return 'each letter would count as a host, so set a list; in the environment, as JSON: ["www.example.com"]'
    if not isinstance(value, list | tuple | set | frozenset):
        return "set a list of host names"
    wrong = next((host for host in value if not isinstance(host, str) or not forwarded.is_host(host)), None)
    return "" if wrong is None else f"{wrong!r} is no host name in lowercase, without scheme and port"


def _path(value: Any) -> str:
    fits = isinstance(value, str) and value.startswith("/") and not value.endswith("/") and "<" not in value
    return "" if fits else "set a path that begins with / and does not end with one"


def _or_none(rule: Rule) -> Rule:
    return lambda value: "" if value is None or not rule(value) else f"{rule(value)}, or None"


KEYS: Final[Mapping[str, Rule]] = {
    "HEARTH_API_PATH": _path,
    "HEARTH_AUTH": _choice("none", "firebase"),
    "HEARTH_AUTH_PATH": lambda value: "" if value == "" else _path(value),
    "HEARTH_DATABASE_POOL_SIZE": _number(1),
    "HEARTH_DATABASE_POOL_WAIT_SECONDS": _number(1),
    "HEARTH_DATABASE_URL": _text,
    "HEARTH_DATA_DIR": _folder,
    "HEARTH_EDITS_CALLER": _text,
    "HEARTH_FIREBASE_WEB_KEY": _text,
    "HEARTH_GOOGLE_CLOUD_PROJECT": _text,
    "HEARTH_HEALTH_PATH": _or_none(_path),
    "HEARTH_IDENTITY_CHECKED": _switch,
    "HEARTH_IDENTITY_ORIGIN": _text,
    "HEARTH_LOG_LEVEL": _level,
    "HEARTH_LOG_STRUCTURED": _switch,
    "HEARTH_MIGRATIONS": _folder,
    "HEARTH_SIGN_IN": _or_none(_path),
    "HEARTH_STATIC": _folder,
    "HEARTH_TASKS_AUDIENCE": _text,
    "HEARTH_TASKS_CALLER": _text,
    "HEARTH_TASKS_QUEUE": _text,
    "HEARTH_TRUSTED_HOPS": _number(0),
    "HEARTH_TRUSTED_HOSTS": _hosts,
    "HEARTH_VIEWS_DATABASE_URL": _text,
    "HEARTH_WRITES_PER_MINUTE": _number(0),
}
_SECRET: Final = frozenset({"HEARTH_DATABASE_URL", "HEARTH_VIEWS_DATABASE_URL"})


def check(app: Flask) -> None:
    """Raises ValueError with every key of the app's that Hearth does not know, or whose value does not fit."""
    given = {key: value for key, value in sorted(app.config.items()) if key.startswith(PREFIX)}
    faults = [fault for key, value in given.items() if (fault := _fault(key, value))]
    if faults:
        raise ValueError(
            "\n  - ".join([f"Hearth can't be set up for the app {app.name!r} with its app.config:", *faults])
        )


def _fault(key: str, value: Any) -> str:
    if key not in KEYS:
        near = difflib.get_close_matches(key, KEYS, n=1)
        fix = f"Did you mean {near[0]}?" if near else f"There are {', '.join(KEYS)}."
        return f"{key} is not one of Hearth's keys, so it would have no effect. {fix}"
    if not (wrong := KEYS[key](value)):
        return ""
    # A password may stand in it.
    shown = "not a text" if key in _SECRET else repr(value)
    return f"{key} is {shown}: {wrong}."
