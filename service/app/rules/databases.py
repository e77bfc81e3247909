"""Where data is kept: DATABASE_URL has to be said, except on a laptop."""

import tempfile
from pathlib import Path
from typing import Final

from pydantic import ValidationInfo

from app.rules.environments import on_a_laptop
from app.stores import urls

_CHECKOUT: Final = Path(__file__).resolve().parents[3]


def development_database(checkout: Path) -> Path:
    """Where data is kept on a laptop without DATABASE_URL: in the checkout, or with the other temporary files."""
    local = checkout / ".local"
    return (local if local.is_dir() else Path(tempfile.gettempdir())) / "serve.sqlite3"


def known_store(value: object, info: ValidationInfo) -> object:
    if value is None and on_a_laptop(info.data):
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
