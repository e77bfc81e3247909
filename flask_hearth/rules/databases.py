"""Where data is kept: DATABASE_URL has to be said, except on a laptop; VIEWS_DATABASE_URL may be, beside SQL."""

import tempfile
from pathlib import Path
from typing import Final
from urllib.parse import quote

from pydantic import SecretStr, ValidationInfo

from flask_hearth import checkouts
from flask_hearth.rules.environments import is_local_development
from flask_hearth.stores import urls

DECLARED_IN: Final = "declared in"
"""In the context of a validation: the file of the class that is validated, which is the app's own."""


def development_database(checkout: Path | None) -> Path:
    """Where data is kept on a laptop without DATABASE_URL: in the checkout, or with the other temporary files."""
    local = None if checkout is None else checkout / ".local"
    return (local if local is not None and local.is_dir() else Path(tempfile.gettempdir())) / "serve.sqlite3"


def known_store(value: object, info: ValidationInfo) -> object:
    if value is None and is_local_development(info.data):
        declared_in: Path | None = (info.context or {}).get(DECLARED_IN)
        file = development_database(checkouts.find(declared_in) if declared_in else None)
        return f"sqlite://{quote(str(file))}"
    if value is None:
        raise ValueError(
            "DATABASE_URL is not set: outside development there is no default, because data would be stored "
            "where nobody looks for it. Set it to firestore://, postgresql://… or sqlite:///ABSOLUTE/PATH."
        )
    # The project's own fault, if it has one, is told already.
    project = info.data.get("google_cloud_project", "unknown")
    urls.parse(str(value), project=project, data_dir=info.data.get("hearth_data_dir"))
    return value


def views_store(value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
    if value is None:
        return None
    try:
        named = urls.parse(value.get_secret_value(), project=info.data.get("google_cloud_project"), data_dir=None)
    except urls.DatabaseUrlError as error:
        raise ValueError(f"VIEWS_DATABASE_URL names no database that there is for views. As {error}") from error
    domain: SecretStr | None = info.data.get("database_url")
    if not isinstance(named, urls.Firestore) or (domain and domain.get_secret_value().startswith("firestore:")):
        raise ValueError(
            "VIEWS_DATABASE_URL and DATABASE_URL are no pair: documents of views are in the same database as their "
            "objects, or in Firestore with the objects in SQLite or Postgres. Leave VIEWS_DATABASE_URL out, or set it "
            "to firestore:// beside an SQL database."
        )
    return value
