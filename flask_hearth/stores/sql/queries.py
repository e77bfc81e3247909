"""Queries as SQL, which answers as the other stores do: texts in the order of their bytes, ties by id."""

import operator
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Select, Table, Text, literal, select, tuple_

from flask_hearth.stores.interface import Position, Query
from flask_hearth.stores.sql.tables import BYTEWISE

_OPERATORS: Final[dict[str, Callable[[Any, Any], ColumnElement[bool]]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda column, values: column.in_(values),
}


def matching(table: Table, query: Query, *, dialect: str) -> list[ColumnElement[bool]]:
    """What has to be true of a row."""
    return [_OPERATORS[each.operator](_ordered(table.c[each.field], dialect), each.value) for each in query.conditions]


def paged(
    table: Table, query: Query, *, dialect: str, start: Position | None, backwards: bool
) -> Select[tuple[Any, ...]]:
    """What comes after `start` in the query's order, or in the reverse of it."""
    order = (_ordered(table.c[query.order], dialect), table.c.id)
    descending = query.descending != backwards
    statement = select(table).where(*matching(table, query, dialect=dialect))
    if start is not None:
        end = tuple_(literal(start.value, table.c[query.order].type), start.id)
        statement = statement.where(tuple_(*order) < end if descending else tuple_(*order) > end)
    return statement.order_by(*(column.desc() if descending else column for column in order))


def _ordered(column: Column[Any], dialect: str) -> ColumnElement[Any]:
    """By bytes also where the column is in a language's order, as those of earlier migrations are."""
    if dialect == "postgresql" and isinstance(column.type, Text):
        return column.collate(BYTEWISE)
    return column
