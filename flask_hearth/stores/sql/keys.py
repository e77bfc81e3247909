"""Idempotency keys as rows: taken by one statement, so that of concurrent requests exactly one gets through."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, delete, select, update

from flask_hearth.stores.interface import Answer, KeyInFlightError, KeyReusedError, Reservation, reservation
from flask_hearth.stores.sql.engines import insert

CLEANED: Final = 20
"""Expired rows that each reservation deletes: more than it adds, and too few to be felt."""

_ATTEMPTS: Final = 5
_FREE: Final[Mapping[str, None]] = {"status": None, "headers": None, "body": None}


def reserve(
    connection: Connection, table: Table, key: str, fingerprint: str, *, now: datetime, seconds: int
) -> Reservation | Answer:
    """As `Store.reserve`, at the time `now`."""
    wanted = reservation(key)
    for _ in range(_ATTEMPTS):
        if _take(connection, table, wanted, fingerprint, now=now, until=now + timedelta(seconds=seconds)):
            _clean(connection, table, now)
            return wanted
        found = connection.execute(select(table).where(table.c.key == key)).mappings().one_or_none()
        # Gone or expired since: free for the next attempt.
        if found is not None and found["expires_at"] > now:
            return _kept(found, fingerprint)
    raise KeyInFlightError("Other requests keep reserving and releasing this key.")


def finish(
    connection: Connection, table: Table, reserved: Reservation, answer: Answer, *, now: datetime, seconds: int
) -> None:
    """As `Store.finish`; an answer that is kept already stays."""
    connection.execute(
        update(table)
        .where(*_is(table, reserved), table.c.expires_at > now, table.c.status.is_(None))
        .values(
            status=answer.status,
            headers=dict(answer.headers),
            body=answer.body,
            expires_at=now + timedelta(seconds=seconds),
        )
    )


def forget(connection: Connection, table: Table, reserved: Reservation) -> None:
    """As `Store.forget`; an answer that is kept already stays."""
    connection.execute(delete(table).where(*_is(table, reserved), table.c.status.is_(None)))


def _is(table: Table, reserved: Reservation) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return table.c.key == reserved.key, table.c.owner == reserved.owner


def _take(
    connection: Connection, table: Table, wanted: Reservation, fingerprint: str, *, now: datetime, until: datetime
) -> bool:
    values = {"owner": wanted.owner, "fingerprint": fingerprint, "expires_at": until, **_FREE}
    taken = connection.execute(
        insert(connection, table)
        .values(key=wanted.key, **values)
        .on_conflict_do_update(index_elements=["key"], set_=values, where=table.c.expires_at <= now)
        .returning(table.c.key)
    )
    return taken.one_or_none() is not None


def _clean(connection: Connection, table: Table, now: datetime) -> None:
    expired = (
        select(table.c.key)
        .where(table.c.expires_at <= now)
        .order_by(table.c.expires_at)
        .limit(CLEANED)
        # Two cleaners at a time would wait for each other's rows, in the worst case for good.
        .with_for_update(skip_locked=True)
    )
    connection.execute(delete(table).where(table.c.key.in_(expired)))


def _kept(found: Mapping[Any, Any], fingerprint: str) -> Answer:
    if found["fingerprint"] != fingerprint:
        raise KeyReusedError("The key was used for another request.")
    if found["status"] is None:
        raise KeyInFlightError("The request with this key has not been answered yet.")
    return Answer(status=found["status"], headers=found["headers"], body=found["body"])
