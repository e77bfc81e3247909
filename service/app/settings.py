"""The service's settings: read from the environment once, checked as a whole, then passed on as one frozen object.

`Settings.from_env` is the only reader of the environment, so what isn't a field here has no effect. How gunicorn
is sized (PORT, GUNICORN_WORKERS, GUNICORN_THREADS) is not the app's business and stands in gunicorn.conf.py.
"""

import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError, ValidationInfo, field_validator

from app.secret_key import DEVELOPMENT_KEY, NEW_KEY, key_fault
from app.stores import urls

Environment = Literal["development", "staging", "production"]
LogLevel = Literal["debug", "info", "warning", "error"]

DEFAULT_LOG_LEVEL: Final[Mapping[str, LogLevel]] = {"development": "debug", "staging": "info", "production": "info"}

_CHECKOUT: Final = Path(__file__).resolve().parents[2]

# The most of each that may be asked for, and what for.
_NUMBERS: Final[Mapping[str, tuple[int, str]]] = {
    "database_pool_size": (100, "a small Postgres takes 25 to 100 connections in all"),
    "database_pool_wait_seconds": (30, "clients give up a request that waits longer"),
}

# A default that the field's validator replaces, in the light of the fields before it.
_DERIVED: Final[Any] = None

_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"0", "false", "no", "off"})

_NOT_OF_THE_STACK: Final = frozenset(
    {"K_SERVICE", "FLASK_DEBUG", "HEARTH_DATA_DIR", "DATABASE_POOL_SIZE", "DATABASE_POOL_WAIT_SECONDS"}
)

# Resource Manager's rule for project ids; the first part is the domain that old Workspace projects carry.
_PROJECT_ID: Final = re.compile(r"([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]")


class SettingsError(Exception):
    """The environment is not one to start with; the text lists every fault, each with what, why and fix."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        counted = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__("\n  - ".join([f"The service can't start with this environment ({counted}):", *faults]))


class Settings(BaseModel):
    """One field per environment variable, which has the field's name in capitals.

    Raises SettingsError from `from_env`. Later fields are checked in the light of earlier ones, so their order counts.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True)

    app_env: Environment = "production"
    """Production unless asked otherwise: a forgotten variable must not switch protection off."""

    k_service: str | None = None
    """The service's name, which Cloud Run itself sets; its presence says that strangers can reach this process."""

    log_level: LogLevel = _DERIVED
    """By default what APP_ENV says (DEFAULT_LOG_LEVEL)."""

    flask_debug: bool = _DERIVED
    """By default on in development, except on Cloud Run."""

    secret_key: SecretStr = _DERIVED
    """Signs sessions. Optional only in development off Cloud Run, where DEVELOPMENT_KEY stands in."""

    google_cloud_project: str | None = None
    """Project id; with it, log entries name their trace so that Cloud Logging groups them under their request."""

    hearth_data_dir: str | None = None
    """A folder that outlives instances, which the local cloud gives; what `sqlite://` alone means."""

    database_url: SecretStr = _DERIVED
    """Which store, and where (`app.stores.urls`). Secret, as that of Postgres may hold a password."""

    database_pool_size: int = 5
    """The most connections of this instance to an SQL database. Times instances, and twice during a rollout."""

    database_pool_wait_seconds: int = 2
    """How long a request waits for one of them to be free; then it is answered with 503."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Settings from environment variables; an empty one counts as not set. Raises SettingsError with all faults."""
        given = {name: environ[name.upper()] for name in cls.model_fields if environ.get(name.upper())}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            faults = [str(fault.get("ctx", {}).get("error", fault["msg"])) for fault in error.errors()]
        raise SettingsError(faults)

    @classmethod
    def stack_variables(cls) -> frozenset[str]:
        """Names of the variables that a deployment has to set; the rest come from Cloud Run or from a developer."""
        return frozenset(name.upper() for name in cls.model_fields) - _NOT_OF_THE_STACK

    @property
    def database(self) -> urls.Sqlite | urls.Postgres | urls.Firestore:
        """What `database_url` says."""
        return urls.parse(
            self.database_url.get_secret_value(), project=self.google_cloud_project, data_dir=self.hearth_data_dir
        )

    @property
    def is_development(self) -> bool:
        return self.app_env == "development"

    @field_validator("app_env", mode="before")
    @classmethod
    def _known_environment(cls, value: object) -> object:
        return _one_of("APP_ENV", value, get_args(Environment), "the rules of no environment would apply")

    @field_validator("log_level", mode="before")
    @classmethod
    def _known_level(cls, value: object, info: ValidationInfo) -> object:
        if value is None:
            return DEFAULT_LOG_LEVEL[info.data.get("app_env", "production")]
        return _one_of("LOG_LEVEL", value, get_args(LogLevel), "there is no such level to filter by")

    @field_validator("flask_debug", mode="before")
    @classmethod
    def _no_debugger_in_public(cls, value: object, info: ValidationInfo) -> bool:
        on_cloud_run = bool(info.data.get("k_service"))
        if value is None:
            return info.data.get("app_env") == "development" and not on_cloud_run
        word = str(value).lower()
        if word not in _TRUE | _FALSE:
            raise ValueError(f"FLASK_DEBUG is {value!r}: it can only be on or off. Set it to 1 or 0, or unset it.")
        if word in _TRUE and on_cloud_run:
            raise ValueError(
                f"FLASK_DEBUG is {value!r} on Cloud Run: debug mode shows tracebacks to everybody, and its console "
                "runs code for them. Unset it; to see more there, set LOG_LEVEL=debug."
            )
        return word in _TRUE

    @field_validator("secret_key", mode="before")
    @classmethod
    def _secret_enough(cls, value: object, info: ValidationInfo) -> object:
        on_cloud_run = bool(info.data.get("k_service"))
        if info.data.get("app_env") == "development" and not on_cloud_run:
            return value or DEVELOPMENT_KEY
        if value is None:
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

    @field_validator("google_cloud_project")
    @classmethod
    def _project_id(cls, value: str | None) -> str | None:
        if value is not None and not _PROJECT_ID.fullmatch(value):
            raise ValueError(
                f"GOOGLE_CLOUD_PROJECT is {value!r}: that is no project id (6 to 30 lowercase letters, digits and "
                "hyphens, led by a letter), so log entries could not be joined to their traces. Set the id (not the "
                "project's display name or number), or unset it."
            )
        return value

    @field_validator("database_url", mode="before")
    @classmethod
    def _known_store(cls, value: object, info: ValidationInfo) -> object:
        if value is None and info.data.get("app_env") == "development" and not info.data.get("k_service"):
            return f"sqlite://{development_database(_CHECKOUT)}"
        if value is None:
            raise ValueError(
                "DATABASE_URL is not set: outside development there is no default, as data would be kept where nobody "
                "looks for it. Set it to firestore://, postgresql://… or sqlite:///ABSOLUTE/PATH."
            )
        # The project's own fault, if it has one, is told already.
        project = info.data.get("google_cloud_project", "unknown")
        urls.parse(str(value), project=project, data_dir=info.data.get("hearth_data_dir"))
        return value

    @field_validator(*_NUMBERS, mode="before")
    @classmethod
    def _sensible_number(cls, value: object, info: ValidationInfo) -> int:
        highest, why = _NUMBERS[str(info.field_name)]
        text = str(value)
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= highest):
            raise ValueError(
                f"{str(info.field_name).upper()} is {text!r}: it has to be a whole number from 1 to {highest}, as "
                f"{why}. Set one, or unset it."
            )
        return int(text)


def development_database(checkout: Path) -> Path:
    """Where data is kept on a laptop without DATABASE_URL: in the checkout, or with the other temporary files."""
    local = checkout / ".local"
    return (local if local.is_dir() else Path(tempfile.gettempdir())) / "serve.sqlite3"


def _one_of(variable: str, value: object, allowed: Sequence[str], damage: str) -> object:
    if value not in allowed:
        raise ValueError(f"{variable} is {value!r}: {damage}. Set it to one of {', '.join(allowed)}.")
    return value
