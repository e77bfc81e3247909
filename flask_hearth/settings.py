"""A service's settings: read from the environment once, checked as a whole, then passed on as one frozen object.

`HearthSettings.from_env` is the only reader of the environment, so what isn't a field here has no effect. An app adds
fields in a class of its own below this one. `flask_hearth.rules` says what a value may be; `flask_hearth.configuration`
passes the settings on to Flask and to the parts of `Hearth`. Left out: how gunicorn is sized (PORT, GUNICORN_WORKERS,
GUNICORN_THREADS), which is not the app's business: `flask_hearth.serving.settings`.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, SecretStr, ValidationError

from flask_hearth import configuration
from flask_hearth.rules import authentication, databases, environments, front_end, platform, secret_keys, tasks
from flask_hearth.rules.authentication import Auth
from flask_hearth.rules.environments import Environment, LogLevel
from flask_hearth.rules.values import DERIVED, integer_between
from flask_hearth.settings_error import SettingsError
from flask_hearth.stores import urls

__all__ = ["HearthSettings", "SettingsError"]

# Marks a field that no deployment has to set: Cloud Run or a developer does, or its default serves.
_LEFT_ALONE: Final = object()


class HearthSettings(BaseModel):
    """One field per environment variable, which has the field's name in capitals.

    Raises SettingsError from `from_env`. Later fields are checked in the light of earlier ones, so their order counts.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True)

    app_env: Annotated[Environment, BeforeValidator(environments.known_environment)] = "production"
    """Production unless asked otherwise: a forgotten variable must not switch protection off."""

    k_service: Annotated[str | None, _LEFT_ALONE] = None
    """The service's name, which Cloud Run itself sets; its presence says that strangers can reach this process."""

    log_level: Annotated[LogLevel, BeforeValidator(environments.log_level)] = DERIVED
    """By default what APP_ENV says (DEFAULT_LOG_LEVEL)."""

    flask_debug: Annotated[bool, BeforeValidator(environments.debug)] = DERIVED
    """By default on in development, except on Cloud Run."""

    send_file_max_age_default: Annotated[int, BeforeValidator(environments.file_seconds)] = DERIVED
    """Seconds that browsers may keep a file which the service sends and about which nothing else is said. By default
    what APP_ENV says (DEFAULT_FILE_SECONDS)."""

    secret_key: Annotated[SecretStr, BeforeValidator(secret_keys.secret_key)] = DERIVED
    """Signs sessions. Optional only in development off Cloud Run, where DEVELOPMENT_KEY stands in."""

    secret_key_fallbacks: Annotated[tuple[SecretStr, ...], BeforeValidator(secret_keys.fallbacks)] = ()
    """Keys that sign nothing any more, and whose signatures still hold: those before the last rotations. With commas
    in between, the latest first."""

    google_cloud_project: Annotated[str | None, AfterValidator(platform.project_id)] = None
    """Project id; with it, log entries name their trace so that Cloud Logging groups them under their request."""

    auth: Annotated[Auth, BeforeValidator(authentication.auth)] = DERIVED
    """Whose credentials count: those of the project's Firebase users, or nobody's. By default none, off Cloud Run."""

    firebase_web_key: Annotated[str | None, BeforeValidator(authentication.web_key), _LEFT_ALONE] = None
    """API key by which the sign-in page names the project to Google; with AUTH=firebase. Every visitor gets it, so it
    is no secret: it says which project is asked, and nothing about who asks."""

    edits_caller: Annotated[str | None, AfterValidator(tasks.caller), _LEFT_ALONE] = None
    """The account as which a trigger tells of clients' documents (`flask_hearth.views.edits`). None: nobody may."""

    tasks_caller: Annotated[str | None, AfterValidator(tasks.caller), _LEFT_ALONE] = None
    """The account as which a queue and schedules call the app's tasks (`flask_hearth.tasks`). None: nobody may."""

    tasks_audience: Annotated[str | None, AfterValidator(tasks.audience), _LEFT_ALONE] = None
    """What their tokens are for: this service, in words that the stack knows before the service has an address."""

    tasks_queue: Annotated[str | None, BeforeValidator(tasks.queue), _LEFT_ALONE] = DERIVED
    """Where `enqueue` puts tasks: `projects/P/locations/R/queues/Q`, or `memory`, which is what development has."""

    hearth_identity_origin: Annotated[str | None, AfterValidator(authentication.identity_origin), _LEFT_ALONE] = None
    """Where the local cloud, which sets it, signs people in, publishes its keys and has its queues; Google's addresses
    without."""

    hearth_data_dir: Annotated[str | None, _LEFT_ALONE] = None
    """A folder that outlives instances, which the local cloud gives; what `sqlite://` alone means."""

    database_url: Annotated[SecretStr, BeforeValidator(databases.known_store)] = DERIVED
    """Which store, and where (`flask_hearth.stores.urls`). Secret, as that of Postgres may hold a password."""

    views_database_url: Annotated[SecretStr | None, AfterValidator(databases.views_store), _LEFT_ALONE] = None
    """Firestore, for documents of views whose objects are in an SQL database; None for the same database."""

    database_pool_size: Annotated[
        int, BeforeValidator(integer_between(1, 100, "a small Postgres server allows 25 to 100 connections in total"))
    ] = 5
    """The most connections of this instance to an SQL database. Times instances, and twice during a rollout."""

    database_pool_wait_seconds: Annotated[
        int, BeforeValidator(integer_between(1, 30, "clients give up when a request waits longer"))
    ] = 2
    """How long a request waits for one of them to be free; then it is answered with 503."""

    trusted_hosts: Annotated[tuple[str, ...], BeforeValidator(front_end.trusted_hosts)] = ()
    """Names that `X-Forwarded-Host` may say (`flask_hearth.forwarded`). None: nobody forwards, and no such
    header counts."""

    trusted_hops: Annotated[
        int, BeforeValidator(integer_between(0, 10, "no client is behind more proxies than that"))
    ] = 0
    """Proxies in front, each of which appends to `X-Forwarded-For` whom it met (`flask_hearth.client`)."""

    writes_per_minute: Annotated[
        int, BeforeValidator(integer_between(0, 100_000, "0 switches the limit off, and no instance serves more"))
    ] = 0
    """Changes that one client may ask of one process in a minute (`flask_hearth.rate_limit`); 0 is any number."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Settings from environment variables; an empty one counts as not set. Raises SettingsError with all faults."""
        given = {name: environ[name.upper()] for name in cls.model_fields if environ.get(name.upper())}
        try:
            return cls.model_validate(given, context={databases.DECLARED_IN: cls._file()})
        except ValidationError as error:
            faults = [str(fault.get("ctx", {}).get("error", fault["msg"])) for fault in error.errors()]
        raise SettingsError(faults)

    @classmethod
    def _file(cls) -> Path | None:
        """Where the class is declared; None for one that was typed in."""
        file = getattr(sys.modules.get(cls.__module__), "__file__", None)
        return None if file is None else Path(file)

    @classmethod
    def stack_variables(cls) -> frozenset[str]:
        """Names of the variables that a deployment has to set; the rest come from Cloud Run or from a developer."""
        return frozenset(name.upper() for name, field in cls.model_fields.items() if _LEFT_ALONE not in field.metadata)

    def config(self) -> dict[str, Any]:
        """For `app.config.from_mapping`: Flask's own keys, those of Hearth, and each field that a subclass adds."""
        return configuration.flask_config(self) | configuration.extra_config(self, beyond=HearthSettings)

    @property
    def database(self) -> urls.Sqlite | urls.Postgres | urls.Firestore:
        """What `database_url` says."""
        return urls.parse(
            self.database_url.get_secret_value(), project=self.google_cloud_project, data_dir=self.hearth_data_dir
        )

    @property
    def is_development(self) -> bool:
        return self.app_env == "development"
