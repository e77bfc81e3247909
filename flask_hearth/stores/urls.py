"""DATABASE_URL: which store, and where it is. Reads text alone; nothing is opened and no driver imported here."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

SQLITE_FILE = "service.sqlite3"
"""Name of the file in the data directory that `sqlite://` means."""

_FORMS = "sqlite:///ABSOLUTE/PATH, sqlite:// (in HEARTH_DATA_DIR), postgresql://… or firestore://PROJECT/DATABASE"
_DEFAULT_DATABASE = "(default)"
# Firestore's rule for database ids (REST reference, projects.databases/create); a project's is in settings.py.
_DATABASE_ID = re.compile(r"\(default\)|[a-z][a-z0-9-]{2,61}[a-z0-9]")


class DatabaseUrlError(ValueError):
    """The URL names no store. The text never repeats a password."""


@dataclass(frozen=True, kw_only=True)
class Sqlite:
    path: Path


@dataclass(frozen=True, kw_only=True)
class Postgres:
    conninfo: str
    """In libpq's URI form (PostgreSQL documentation, 34.1.1.2), which its driver reads itself."""


@dataclass(frozen=True, kw_only=True)
class Firestore:
    project: str
    database: str


def parse(url: str, *, project: str | None, data_dir: str | None) -> Sqlite | Postgres | Firestore:
    """`project` is what `firestore://` alone means, `data_dir` what `sqlite://` alone does. Raises DatabaseUrlError."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        raise _fault("is not a URL", "the service would not know where its data is", f"Set it to {_FORMS}")
    match scheme:
        case "sqlite":
            return _sqlite(rest, data_dir)
        case "postgresql":
            return _postgres(url)
        case "firestore":
            return _firestore(url, project)
    raise _fault(f"begins with {scheme + '://'!r}", "there is no such store", f"Set it to {_FORMS}")


def _sqlite(rest: str, data_dir: str | None) -> Sqlite:
    if rest in {"", "/"}:
        if not data_dir:
            raise _fault(
                "is 'sqlite://' without HEARTH_DATA_DIR",
                "only the local cloud provides a folder that outlives instances",
                "Name a file: sqlite:///ABSOLUTE/PATH",
            )
        return Sqlite(path=Path(data_dir) / SQLITE_FILE)
    if ":memory:" in rest:
        raise _fault(
            "asks for a database in memory",
            "each connection would have its own",
            "Name a file: sqlite:///ABSOLUTE/PATH",
        )
    if not rest.startswith("/"):
        raise _fault(
            f"names a host, {rest.partition('/')[0]!r}",
            "a file has none",
            f"Write the path as an absolute one: sqlite:///{rest}",
        )
    # SQLAlchemy's own form has a fourth slash for an absolute path; there is no other kind here.
    return Sqlite(path=Path("/" + unquote(rest).lstrip("/")))


def _postgres(url: str) -> Postgres:
    try:
        parts = urlsplit(url)
        database, _ = parts.path.strip("/"), parts.port
    except ValueError:
        # Its words repeat what it takes for a host or a port, which may be part of the password.
        raise _fault(
            "can't be parsed", "its host or port is not valid", "Write special characters of a password as %XX"
        ) from None
    if not database:
        raise _fault(
            "names no database",
            "the server would use its default, a database named like the user",
            "Set it to postgresql://USER:PASSWORD@HOST/DATABASE",
        )
    return Postgres(conninfo=url)


def _firestore(url: str, project: str | None) -> Firestore:
    parts = urlsplit(url)
    named = parts.netloc or project
    database = parts.path.strip("/") or _DEFAULT_DATABASE
    if not named:
        raise _fault(
            "names no project, and GOOGLE_CLOUD_PROJECT is not set",
            "there is no database to use",
            "Set one of them: firestore://PROJECT",
        )
    if not _DATABASE_ID.fullmatch(database):
        raise _fault(
            f"names the database {database!r}",
            "no Firestore database can have that id",
            "Write (default), or 4 to 63 lowercase letters, digits and hyphens, beginning with a letter",
        )
    return Firestore(project=named, database=database)


def _fault(what: str, why: str, fix: str) -> DatabaseUrlError:
    return DatabaseUrlError(f"DATABASE_URL {what}: {why}. {fix}.")
