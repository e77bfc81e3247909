"""What becomes of stored objects when their model changes: the other rows of the table in docs/models.md.

On SQL each model comes with the migration that `flask db migrate` writes for it, made before the app serves.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import pytest
from pydantic import Field, ValidationError, create_model

from flask_hearth.model.declaration import Declaration, StoredAs
from flask_hearth.model.entity import Entity
from flask_hearth.stores import open_store
from flask_hearth.stores.sql.migrating import Migrations
from flask_hearth.stores.urls import Firestore, parse
from flask_hearth.tests.databases import KINDS, Databases
from flask_hearth.tests.migrations.folders import new_folder
from flask_hearth.tests.model.cities import app_over

if TYPE_CHECKING:
    from flask_hearth.testing.postgres_server import PostgresServer

Short = Annotated[str, Field(max_length=20)]


class Service:
    """One database, served by one revision after the other."""

    def __init__(self, url: str, folder: Path, databases: Databases) -> None:
        self.url = url
        self._folder = folder
        self._databases = databases

    @property
    def is_sql(self) -> bool:
        return not self.url.startswith("firestore:")

    @contextmanager
    def revision(self, *, by_hand: str = "", **fields: Any) -> Iterator[type[Entity]]:
        """The app at work with a model of these fields; `by_hand` stands in place of the migration's own steps."""
        model: type[Entity] = create_model("Note", __base__=Entity, **fields)
        declaration = Declaration(name="notes", singular="note", model=model, indexes=(tuple(fields)[-1:],))
        if self.is_sql:
            self._migrate(declaration, by_hand)
            store = open_store(self.url, declarations=[declaration], migrations=self._folder)
        else:
            store = self._databases.open_url(self.url, [declaration])
        with app_over(store, declaration).app_context():
            yield model
        store.close()

    def _migrate(self, declaration: Declaration, by_hand: str) -> None:
        migrations = Migrations((declaration,), self._folder)
        named = parse(self.url, project=None, data_dir=None)
        assert not isinstance(named, Firestore)
        written = migrations.make("follow the model")
        if by_hand:
            assert written is not None
            head, _, _ = written.read_text(encoding="utf-8").partition("def upgrade")
            written.write_text(f"{head}def upgrade() -> None:\n{by_hand}", encoding="utf-8")
        migrations.upgrade(named)
        assert migrations.differences(named) == []


@pytest.fixture(params=KINDS)
def service(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Service:
    folder = new_folder(tmp_path / "migrations")
    if request.param == "sqlite":
        return Service(f"sqlite://{tmp_path / 'notes.sqlite3'}", folder, databases)
    if request.param == "firestore":
        return Service(databases.url("firestore", []), folder, databases)
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return Service(server.make_database(f"h{id(request):x}"), folder, databases)


def a_field_added_later(service: Service) -> None:
    with service.revision(title=(Short, "")) as note:
        note.create(id="old", title="a").save()

    with service.revision(title=(Short, ""), colour=(Short, "red")) as note:
        assert note.get("old").model_dump() == {"title": "a", "colour": "red"}
        assert note.count(("colour", ">", "")) == (1 if service.is_sql else 0)
        for each in note.where():
            each.save()
        assert note.count(("colour", ">", "")) == 1


def a_default_that_changes(service: Service) -> None:
    with service.revision(title=(Short, "")) as note:
        note.create(id="before").save()
    with service.revision(title=(Short, ""), colour=(Short, "red")) as note:
        note.create(id="since").save()

    with service.revision(title=(Short, ""), colour=(Short, "blue")) as note:
        found = {each.id: each.model_dump()["colour"] for each in note.where()}
        assert found == {"since": "red", "before": "red" if service.is_sql else "blue"}
        assert note.create(id="new").model_dump()["colour"] == "blue"


def a_renamed_field(service: Service) -> None:
    with service.revision(title=(Short, "")) as note:
        note.create(id="old", title="a").save()

    with service.revision(name=(Annotated[Short, StoredAs("title")], "")) as note:
        assert note.get("old").model_dump() == {"name": "a"}
        assert [each.id for each in note.where(("name", "<=", "a"))] == ["old"]


def another_stored_name(service: Service) -> None:
    with service.revision(title=(Short, "")) as note:
        note.create(id="old", title="a").save()

    renamed = """\
    op.drop_index("ix_notes_title_id", "notes")
    op.alter_column("notes", "title", new_column_name="name")
    op.create_index("ix_notes_name_id", "notes", ["name", "id"])
"""
    with service.revision(name=(Short, ""), by_hand=renamed) as note:
        assert note.get("old").model_dump() == {"name": "a" if service.is_sql else ""}


def a_required_field_added_later(service: Service) -> None:
    with service.revision(title=(Short, "")) as note:
        note.create(id="old", title="a").save()

    filled = """\
    op.drop_index("ix_notes_title_id", "notes")
    op.add_column("notes", sa.Column("colour", sa.Text(), nullable=True))
    op.execute("UPDATE notes SET colour = title")
    with op.batch_alter_table("notes") as batch:
        batch.alter_column("colour", existing_type=sa.Text(), nullable=False)
    op.create_index("ix_notes_colour_id", "notes", ["colour", "id"])
"""
    with service.revision(title=(Short, ""), colour=(Short, ...), by_hand=filled) as note:
        if service.is_sql:
            assert note.get("old").model_dump() == {"title": "a", "colour": "a"}
        else:
            with pytest.raises(ValidationError, match="colour"):
                note.get("old")


RETYPED = """\
    if op.get_bind().dialect.name == "sqlite":
        op.execute("UPDATE notes SET at = strftime('%Y-%m-%d %H:%M:%f', at) || '000'")
    with op.batch_alter_table("notes") as batch:
        batch.alter_column("at", server_default=None)
        batch.alter_column("at", type_=sa.DateTime(timezone=True), postgresql_using="at::timestamptz")
"""


def another_type(service: Service) -> None:
    with service.revision(at=(Annotated[str, Field(max_length=40)], "")) as note:
        note.create(id="old", at="2026-01-31T12:00:00+02:00").save()

    ten = datetime(2026, 1, 31, 10, tzinfo=UTC)
    with service.revision(at=(datetime, ...), by_hand=RETYPED) as note:
        assert note.get("old").model_dump() == {"at": ten}
        assert note.count(("at", ">=", ten)) == (1 if service.is_sql else 0)
        for each in note.where():
            each.save()
        assert note.count(("at", ">=", ten)) == 1


HISTORIES: dict[str, Callable[[Service], None]] = {
    "a field added later": a_field_added_later,
    "a default that changes": a_default_that_changes,
    "a renamed field": a_renamed_field,
    "another stored name": another_stored_name,
    "a required field added later": a_required_field_added_later,
    "another type": another_type,
}


@pytest.mark.parametrize("happens", HISTORIES.values(), ids=list(HISTORIES))
def test_stored_objects_after_their_model_changed(service: Service, happens: Callable[[Service], None]) -> None:
    happens(service)
