"""Which SECRET_KEY is one: long, drawn at random, and known to nobody else."""

from typing import Final

from pydantic import ValidationInfo

from flask_hearth.rules.environments import is_local_development
from flask_hearth.rules.values import split_list

DEVELOPMENT_KEY: Final = "only-for-development-on-one-machine"
"""Signs sessions on a laptop when no SECRET_KEY is set; fixed, so that a reload doesn't end them."""

MIN_KEY_LENGTH: Final = 32
"""Characters: 24 random bytes in base64 (192 bits). Shorter keys tend to be typed rather than drawn."""

_MIN_KEY_VARIETY: Final = 10
_KNOWN_KEYS: Final = frozenset(
    {
        DEVELOPMENT_KEY,
        # Printed in Flask's documentation, and therefore found in deployed apps.
        "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
    }
)
NEW_KEY: Final = "python -c 'import secrets; print(secrets.token_urlsafe(32))'"
"""A command that makes a good one."""


def key_fault(key: str) -> str | None:
    """What is wrong with a key, as what follows its name in a sentence; never the key itself."""
    if key != key.strip():
        return (
            "begins or ends with white space, often the newline that `echo` adds, so two places may have different keys"
        )
    if len(key) < MIN_KEY_LENGTH:
        return f"has {len(key)} characters: below {MIN_KEY_LENGTH}, sessions can be forged by guessing the key"
    if key in _KNOWN_KEYS or len(set(key)) < _MIN_KEY_VARIETY:
        return "is publicly known or easy to guess: sessions signed with it can be forged"
    return None


def secret_key(value: object, info: ValidationInfo) -> object:
    """The rule of SECRET_KEY: optional on a laptop alone, and good everywhere else."""
    if is_local_development(info.data):
        return value or DEVELOPMENT_KEY
    if value is None:
        on_cloud_run = bool(info.data.get("k_service"))
        fix = (
            "Give the service its secret, as the stack does from Secret Manager"
            if on_cloud_run
            else f"Make one with {NEW_KEY}, or set APP_ENV=development"
        )
        raise ValueError(
            f"SECRET_KEY is not set: {'on Cloud Run' if on_cloud_run else 'outside development'} there is no "
            f"default, as whoever knows the key can forge every session. {fix}."
        )
    if fault := key_fault(str(value)):
        # Never the value itself: this text goes to the log.
        raise ValueError(f"SECRET_KEY {fault}. Make a new one with {NEW_KEY}.")
    return value


def fallbacks(value: object, info: ValidationInfo) -> tuple[str, ...]:
    """The rule of SECRET_KEY_FALLBACKS: each as good as the key itself, as what it signs is believed as much."""
    keys = split_list(value)
    if not is_local_development(info.data):
        for number, key in enumerate(keys, start=1):
            if fault := key_fault(key):
                raise ValueError(
                    f"SECRET_KEY_FALLBACKS, key {number} of {len(keys)}, {fault}. Remove it; then what it signed is "
                    "no longer accepted."
                )
    return keys
