"""What APP_ENV decides: how much is logged, and whether the debugger is on."""

from collections.abc import Mapping
from typing import Any, Final, Literal, get_args

from pydantic import ValidationInfo

from app.rules.values import on_or_off, one_of

Environment = Literal["development", "staging", "production"]
LogLevel = Literal["debug", "info", "warning", "error"]

DEFAULT_LOG_LEVEL: Final[Mapping[str, LogLevel]] = {"development": "debug", "staging": "info", "production": "info"}


def on_a_laptop(settings: Mapping[str, Any]) -> bool:
    """Development, and not on Cloud Run: nobody else can reach this process."""
    return settings.get("app_env") == "development" and not settings.get("k_service")


def known_environment(value: object) -> object:
    return one_of("APP_ENV", value, get_args(Environment), "the rules of no environment would apply")


def log_level(value: object, info: ValidationInfo) -> object:
    if value is None:
        return DEFAULT_LOG_LEVEL[info.data.get("app_env", "production")]
    return one_of("LOG_LEVEL", value, get_args(LogLevel), "there is no such level to filter by")


def debug(value: object, info: ValidationInfo) -> bool:
    if value is None:
        return on_a_laptop(info.data)
    on = on_or_off("FLASK_DEBUG", value)
    if on and info.data.get("k_service"):
        raise ValueError(
            f"FLASK_DEBUG is {value!r} on Cloud Run: debug mode shows tracebacks to everybody, and its console "
            "runs code for them. Unset it; to see more there, set LOG_LEVEL=debug."
        )
    return on
