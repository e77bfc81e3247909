"""What APP_ENV decides: how much is logged, whether the debugger is on, how long browsers keep files."""

from collections.abc import Mapping
from typing import Any, Final, Literal, get_args

from pydantic import ValidationInfo

from flask_hearth.rules.values import check_choice, integer_between, parse_switch

Environment = Literal["development", "staging", "production"]
LogLevel = Literal["debug", "info", "warning", "error"]

DEFAULT_LOG_LEVEL: Final[Mapping[str, LogLevel]] = {"development": "debug", "staging": "info", "production": "info"}

DEFAULT_FILE_SECONDS: Final[Mapping[str, int]] = {"development": 0, "staging": 0, "production": 3600}
"""Zero where a change should be seen at once. An hour is what Hosting gives a file that nothing is said about; a year,
which some guides set here, would also be that of files which don't carry a digest in their name."""

_file_seconds = integer_between(0, 31536000, "browsers keep nothing for longer than a year (RFC 2616, section 14.21)")


def is_local_development(settings: Mapping[str, Any]) -> bool:
    """Development, and not on Cloud Run: nobody else can reach this process."""
    return settings.get("app_env") == "development" and not settings.get("k_service")


def known_environment(value: object) -> object:
    return check_choice("APP_ENV", value, get_args(Environment), "the rules of no environment would apply")


def log_level(value: object, info: ValidationInfo) -> object:
    if value is None:
        return DEFAULT_LOG_LEVEL[info.data.get("app_env", "production")]
    return check_choice("LOG_LEVEL", value, get_args(LogLevel), "there is no such level to filter by")


def debug(value: object, info: ValidationInfo) -> bool:
    if value is None:
        return is_local_development(info.data)
    on = parse_switch("FLASK_DEBUG", value)
    if on and info.data.get("k_service"):
        raise ValueError(
            f"FLASK_DEBUG is {value!r} on Cloud Run: debug mode shows tracebacks to everybody, and its console lets "
            "them run code. Unset it; to see more there, set LOG_LEVEL=debug."
        )
    return on


def file_seconds(value: object, info: ValidationInfo) -> int:
    if value is None:
        return DEFAULT_FILE_SECONDS[info.data.get("app_env", "production")]
    return _file_seconds(value, info)
