"""Where objects are kept: one interface, three stores, and the URL that chooses one of them.

A store is imported when it is chosen: each brings a driver that would else be paid for at every cold start. So is what
reads models, which an app without any need not have installed.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flask_hearth.stores import urls
from flask_hearth.stores.clock import Clock, utc_now
from flask_hearth.stores.interface import Store

if TYPE_CHECKING:
    from flask_hearth.model.declaration import Declaration

CALL_SECONDS = 5.0
"""How long a call may wait for a store's answer. Far below the request's own timeout, so that a client is told."""


def open_store(
    url: str,
    *,
    declarations: Sequence["Declaration"],
    migrations: Path | None = None,
    project: str | None = None,
    data_dir: str | None = None,
    pool_size: int = 5,
    pool_wait_seconds: float = 2.0,
    call_seconds: float = CALL_SECONDS,
    clock: Clock = utc_now,
) -> Store:
    """The store that a DATABASE_URL names. Nothing is connected to yet, so a store that is down stops no start-up.

    `migrations` is the folder whose last one the schema of an SQL database must have; without it, none is served.
    `project` and `data_dir` stand for what the URL leaves out (`urls.parse`). A call takes at most `call_seconds` once
    it has a connection; before, it may wait `pool_wait_seconds` for one, and as long as connecting may take where one
    has to be made. Raises `urls.DatabaseUrlError`, and ValueError for a declaration that some store could not hold.
    """
    from flask_hearth.stores import kinds, queries, values

    kinds.check(declarations)
    values.check(declarations)
    queries.check(declarations)
    match urls.parse(url, project=project, data_dir=data_dir):
        case urls.Firestore() as named:
            from flask_hearth.stores.firestore.store import FirestoreStore

            return FirestoreStore.connect(named, call_seconds=call_seconds, clock=clock)
        case urls.Sqlite() | urls.Postgres() as named:
            from flask_hearth.stores.sql.engines import engine
            from flask_hearth.stores.sql.store import SqlStore

            made = engine(named, pool_size=pool_size, pool_wait_seconds=pool_wait_seconds, call_seconds=call_seconds)
            return SqlStore(made, declarations, migrations=migrations, clock=clock)
