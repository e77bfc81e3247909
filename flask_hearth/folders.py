"""Where an app's own folders are: beside its package, as in an image, or one folder further up, as in a checkout.

Found from where the app's package lies, never from where this one does: it may be installed anywhere.
"""

from pathlib import Path

from flask import Flask


def migrations(app: Flask) -> Path:
    """HEARTH_MIGRATIONS, or `migrations` beside the app."""
    return _named(app, "HEARTH_MIGRATIONS", "migrations")


def static(app: Flask) -> Path:
    """HEARTH_STATIC, or `static` beside the app."""
    return _named(app, "HEARTH_STATIC", "static")


def _named(app: Flask, key: str, name: str) -> Path:
    if named := app.config.get(key):
        # A relative one begins where the app's templates are, as Flask's own folders do.
        return Path(app.root_path, named)
    package = Path(app.root_path).resolve()
    beside, further_up = (folder / name for folder in (package.parent, package.parent.parent))
    return further_up if further_up.is_dir() and not beside.is_dir() else beside
