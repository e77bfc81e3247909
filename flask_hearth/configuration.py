"""What the keys of `app.config` are by a service's settings: Flask's own, and those that the parts of Hearth read.

The settings have the names of environment variables, and `app.config` those of Flask and its extensions; this is the
one place that knows both.
"""

from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, SecretStr

if TYPE_CHECKING:
    from flask_hearth.settings import HearthSettings

SESSION_COOKIE: Final = "__session"
"""Firebase Hosting drops every other cookie on the way to the service."""

MAX_BODY_BYTES: Final = 1024 * 1024
"""Requests with a larger body get 413. Cloud Run alone would let 32 MiB through, all of it in the instance's memory."""


def flask_config(settings: "HearthSettings") -> dict[str, Any]:
    """Flask's keys and Hearth's. Where an app's files are (HEARTH_STATIC, HEARTH_MIGRATIONS) no environment says."""
    return {
        # Flask has read FLASK_DEBUG by itself; the settings know where it must not count.
        "DEBUG": settings.flask_debug,
        "SECRET_KEY": settings.secret_key.get_secret_value(),
        "SECRET_KEY_FALLBACKS": [key.get_secret_value() for key in settings.secret_key_fallbacks],
        "SEND_FILE_MAX_AGE_DEFAULT": settings.send_file_max_age_default,
        "SESSION_COOKIE_NAME": SESSION_COOKIE,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        # A laptop speaks plain HTTP; everything else stands behind Google's TLS.
        "SESSION_COOKIE_SECURE": not settings.is_development,
        # Else whoever was signed in before would get the cookie again with each answer, also with those that the edge
        # keeps for all; and also where nobody signs in any more.
        "SESSION_REFRESH_EACH_REQUEST": False,
        "MAX_CONTENT_LENGTH": MAX_BODY_BYTES,
        "HEARTH_LOG_LEVEL": settings.log_level,
        "HEARTH_LOG_STRUCTURED": not settings.is_development,
        "HEARTH_GOOGLE_CLOUD_PROJECT": settings.google_cloud_project,
        "HEARTH_DATABASE_URL": settings.database_url.get_secret_value(),
        "HEARTH_VIEWS_DATABASE_URL": settings.views_database_url and settings.views_database_url.get_secret_value(),
        "HEARTH_DATABASE_POOL_SIZE": settings.database_pool_size,
        "HEARTH_DATABASE_POOL_WAIT_SECONDS": settings.database_pool_wait_seconds,
        "HEARTH_DATA_DIR": settings.hearth_data_dir,
        "HEARTH_AUTH": settings.auth,
        "HEARTH_FIREBASE_WEB_KEY": settings.firebase_web_key,
        "HEARTH_IDENTITY_ORIGIN": settings.hearth_identity_origin,
        "HEARTH_EDITS_CALLER": settings.edits_caller,
        "HEARTH_TASKS_AUDIENCE": settings.tasks_audience,
        "HEARTH_TASKS_CALLER": settings.tasks_caller,
        "HEARTH_TASKS_QUEUE": settings.tasks_queue,
        "HEARTH_TRUSTED_HOSTS": settings.trusted_hosts,
        "HEARTH_TRUSTED_HOPS": settings.trusted_hops,
        "HEARTH_WRITES_PER_MINUTE": settings.writes_per_minute,
    }


def extra_config(settings: BaseModel, *, beyond: type[BaseModel]) -> dict[str, Any]:
    """The fields that `beyond` has not, each under the name of its variable; secrets in clear, as Flask has its own."""
    names = type(settings).model_fields.keys() - beyond.model_fields.keys()
    values = {name.upper(): getattr(settings, name) for name in names}
    return {name: value.get_secret_value() if isinstance(value, SecretStr) else value for name, value in values.items()}
