"""Migrations and declarations agree, on SQLite and on Postgres, and revisions of the service may overlap."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated
from uuid import UUID

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from click.testing import CliRunner
from pydantic import Field, NaiveDatetime
from sqlalchemy import text

from flask_hearth import migrations_cli
from flask_hearth.model.declaration import Declaration, Model
from flask_hearth.stores import open_store
from flask_hearth.stores.clock import utc_now
from flask_hearth.stores.interface import Store, TakenError, UnavailableError
from flask_hearth.stores.sql import schema
from flask_hearth.stores.sql.engines import engine, migration_engine
from flask_hearth.stores.sql.migrating import Migrations
from flask_hearth.stores.sql.store import SqlStore
from flask_hearth.stores.urls import Postgres, Sqlite
from flask_hearth.stores.values import canonical_fields
from flask_hearth.testing.sample import DECLARATIONS
from flask_hearth.tests.databases import MIGRATIONS
from flask_hearth.tests.migrations.folders import add, new_folder
from flask_hearth.tests.stores.samples import SAMPLES, Sample, fields

Database = Sqlite | Postgres


class Longer(Sample):
    """The model some time later: more fields, each with a default."""

    added: str = "it's new; 100%"
    number: Annotated[int, Field(ge=-9, le=9)] = -1
    factor: float = 1.5
    on: bool = True
    labels: tuple[str, ...] = ("a",)
    maybe: str | None = None
    day: date = date(2026, 1, 31)
    at: datetime = datetime(2026, 1, 31, 12, tzinfo=UTC)
    local: NaiveDatetime = datetime(2026, 1, 31, 12, 0, 0, 5)  # noqa: DTZ001
    opens: time = time(9, 30)
    length: timedelta = timedelta(days=-2, minutes=5, microseconds=1)
    ticket: UUID = UUID(int=7)
    price: Annotated[Decimal, Field(max_digits=6, decimal_places=2)] = Decimal("1.50")
    weight: Decimal = Decimal("0.10")


LATER = Declaration(name="samples", singular="sample", model=Longer)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return new_folder(tmp_path / "migrations")


def store(database: Database, declaration: Declaration, folder: Path) -> Store:
    """What a service with these migrations would open."""
    made = engine(database, pool_size=2, pool_wait_seconds=1, call_seconds=5)
    return SqlStore(made, (declaration,), migrations=folder, clock=utc_now)


def test_the_committed_migrations_make_what_the_declarations_say(database: Database) -> None:
    """Whoever changes a model and forgets `flask db migrate` meets this."""
    migrations = Migrations(DECLARATIONS, MIGRATIONS)

    assert migrations.upgrade(database) == (None, schema.head(MIGRATIONS))
    assert migrations.differences(database) == []


def test_the_number_in_a_file_name_is_the_one_that_alembic_knows() -> None:
    """The service compares numbers alone, so they have to be without a gap or a branch."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    found = [each.revision for each in ScriptDirectory.from_config(config).walk_revisions()][::-1]

    assert found == [f"{number:04d}" for number in range(1, len(found) + 1)]
    assert found[-1] == schema.head(MIGRATIONS)


def test_a_new_collection_needs_a_declaration_and_a_command(database: Database, folder: Path) -> None:
    migrations = Migrations((SAMPLES,), folder)

    written = migrations.make("keep samples")

    assert written is not None
    assert written.name == "0001_keep_samples.py"
    assert migrations.upgrade(database) == (None, "0001")
    assert migrations.differences(database) == []
    kept = store(database, SAMPLES, folder)
    assert kept.create(SAMPLES, "x", fields(tags=["a"])) == kept.get(SAMPLES, "x")
    kept.close()


def test_a_migration_names_nothing_of_the_code(folder: Path) -> None:
    """It has to mean the same when the code has long changed."""
    written = Migrations((SAMPLES,), folder).make("keep samples")

    assert written is not None
    assert "app" not in written.read_text(encoding="utf-8")


def test_without_a_change_no_migration_is_written(folder: Path) -> None:
    migrations = Migrations((SAMPLES,), folder)
    migrations.make("keep samples")

    assert migrations.make("nothing") is None
    assert len(list((folder / "versions").glob("*.py"))) == 1


def test_missing_is_what_the_code_needs_and_not_what_only_the_database_has(database: Database, folder: Path) -> None:
    """An old image may be deployed again, on the schema of a later one."""
    Migrations((SAMPLES,), folder).make("keep samples")
    Migrations((SAMPLES,), folder).upgrade(database)

    assert Migrations((SAMPLES,), folder).missing(database) == []
    assert "add_column samples maybe" in Migrations((LATER,), folder).missing(database)

    Migrations((LATER,), folder).make("more fields")
    Migrations((LATER,), folder).upgrade(database)
    assert Migrations((LATER,), folder).missing(database) == []
    assert Migrations((SAMPLES,), folder).missing(database) == []


def test_upgrade_ends_with_the_command_for_a_migration_that_is_missing(folder: Path, tmp_path: Path) -> None:
    """So a stack's job fails before a revision serves that could not answer."""
    url = Sqlite(path=tmp_path / "x.sqlite3")
    commands = migrations_cli.group(url, (SAMPLES,), folder)

    refused = CliRunner().invoke(commands, ["upgrade"])
    written = CliRunner().invoke(commands, ["migrate", "-m", "keep samples"])
    done = CliRunner().invoke(commands, ["upgrade"])

    assert (refused.exit_code, written.exit_code, done.exit_code) == (1, 0, 0)
    assert "add_table samples" in refused.output
    assert 'flask db migrate -m "say what changes"' in refused.output


def test_during_a_rollout_both_revisions_work_on_the_new_schema(database: Database, folder: Path) -> None:
    """The old one knows nothing of the new columns, and its rows are whole nevertheless."""
    Migrations((SAMPLES,), folder).make("keep samples")
    Migrations((SAMPLES,), folder).upgrade(database)
    old = store(database, SAMPLES, folder)
    old.create(SAMPLES, "before", fields(title="before"))
    migrations = Migrations((LATER,), folder)
    written = migrations.make("add fields")

    assert written is not None
    assert written.name == "0002_add_fields.py"
    new = store(database, LATER, folder)
    with pytest.raises(UnavailableError, match="is 0001 and this code needs 0002"):
        new.get(LATER, "before")

    assert migrations.upgrade(database) == ("0001", "0002")
    assert migrations.differences(database) == []
    old.create(SAMPLES, "during", fields(title="during"))
    old.check()
    expected, _ = canonical_fields(LATER, Longer(title="x").model_dump(mode="json"))
    for name in ("before", "during"):
        assert new.get(LATER, name).fields == {**expected, "title": name}
    changed = new.replace(LATER, "before", {**expected, "added": "kept"}, expected=None)
    old.replace(SAMPLES, "before", fields(title="by the old"), expected=changed.version)
    assert new.get(LATER, "before").fields == {**expected, "title": "by the old", "added": "kept"}
    old.close()
    new.close()


def test_a_column_of_another_type_is_told_and_stops_an_upgrade(database: Database, folder: Path) -> None:
    """As of a field that was kept as text before, or whose type changed since; what is there is kept by the draft."""
    migrations = Migrations((LATER,), folder)
    written = migrations.make("keep samples")
    assert written is not None
    older = re.sub(r'sa.Column\("(day|at|price)", sa.\w+\([^)]*\)', r'sa.Column("\1", sa.Text()', written.read_text())
    written.write_text(older, encoding="utf-8")
    migrations.upgrade(database)

    told = migrations.missing(database)

    assert [line.split()[:3] for line in told] == [["modify_type", "samples", name] for name in ("day", "at", "price")]
    if isinstance(database, Sqlite):
        day = "INSERT INTO samples (id, version, created_at, updated_at, title) VALUES ('x', '1', '', '', 'kept')"
        run(database, day)
        migrations.make("give columns types")
        migrations.upgrade(database)
        assert migrations.differences(database) == []
        with migration_engine(database, lock_seconds=5, create=False).connect() as connection:
            assert connection.execute(text("SELECT day, price FROM samples")).one() == ("2026-01-31", 1.5)


def test_differences_are_told_by_name(database: Database, folder: Path) -> None:
    migrations = Migrations((SAMPLES,), folder)
    migrations.make("keep samples")
    migrations.upgrade(database)
    run(database, "ALTER TABLE samples DROP COLUMN note", "ALTER TABLE samples ADD COLUMN stray TEXT")

    told = " | ".join(migrations.differences(database))

    for words in ("add_column samples note", "remove_column samples stray"):
        assert words in told


def test_migrations_at_a_time_wait_for_each_other(database: Database, folder: Path) -> None:
    """A job that was thought dead, and the one that was started in its place."""
    Migrations((SAMPLES,), folder).make("keep samples")

    with ThreadPoolExecutor(3) as pool:
        outcomes = list(pool.map(lambda _: Migrations((SAMPLES,), folder).upgrade(database), range(3)))

    assert sorted(outcomes, key=str) == [("0001", "0001"), ("0001", "0001"), (None, "0001")]


def test_a_migration_that_fails_leaves_the_schema_as_it_was(database: Database, folder: Path) -> None:
    """The revision that serves goes on, and the next attempt starts from the same place."""
    migrations = Migrations((SAMPLES,), folder)
    migrations.make("keep samples")
    migrations.upgrade(database)
    add(folder, "0002", "CREATE TABLE half (id TEXT)", "INSERT INTO no_such_table VALUES (1)")

    with pytest.raises(Exception, match="no_such_table"):
        migrations.upgrade(database)

    assert migrations.current(database) == "0001"
    assert migrations.differences(database) == []
    kept = store(database, SAMPLES, new_folder(folder / "of the revision before"))
    (folder / "versions" / "0002_by_hand.py").unlink()
    assert migrations.upgrade(database) == ("0001", "0001")
    kept.close()


def test_a_database_that_is_ahead_stays_so(database: Database, folder: Path) -> None:
    """An earlier image may be deployed again, with its job."""
    migrations = Migrations((SAMPLES,), folder)
    migrations.make("keep samples")
    migrations.upgrade(database)
    run(database, "UPDATE alembic_version SET version_num = '0007'")

    assert migrations.upgrade(database) == ("0007", "0007")
    assert migrations.state("0007") is schema.State.AHEAD


def test_a_migration_does_not_queue_for_a_table_in_use(folder: Path, postgres_database: Postgres) -> None:
    """While it waits, Postgres lets nobody else to the table either."""
    migrations = Migrations((SAMPLES,), folder, lock_seconds=0.2)
    migrations.make("keep samples")
    migrations.upgrade(postgres_database)
    add(folder, "0002", "ALTER TABLE samples ADD COLUMN later TEXT")
    holding = migration_engine(postgres_database, lock_seconds=1, create=False)

    with holding.connect() as other:
        other.execute(text("SELECT count(*) FROM samples"))
        with pytest.raises(UnavailableError, match="lock timeout"):
            migrations.upgrade(postgres_database)
    holding.dispose()

    assert migrations.upgrade(postgres_database) == ("0001", "0002")


def test_a_text_is_in_the_order_of_bytes_before_it_is_in_an_index(folder: Path, postgres_database: Postgres) -> None:
    """A column keeps its order, and an index in a language's order serves no query."""
    migrations = Migrations((SAMPLES,), folder)
    migrations.make("keep samples")
    migrations.upgrade(postgres_database)
    by_hand = migration_engine(postgres_database, lock_seconds=5, create=False)

    with by_hand.connect() as connection:
        orders = connection.execute(
            text(
                "SELECT column_name, collation_name FROM information_schema.columns "
                "WHERE table_name = 'samples' AND data_type = 'text'"
            )
        )
        found = {row.column_name: row.collation_name for row in orders}
    by_hand.dispose()

    assert found.keys() > {"title", "note", "colour"}
    assert {found[name] for name in Sample.model_fields if name in found} == {"C"}


OLD_TEXT = """\
from alembic import op
import sqlalchemy as sa

revision, down_revision = "0002", "0001"

def upgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("samples", "title", type_=sa.Text(collation="C"))
    op.create_index("ix_samples_title_id", "samples", ["title", "id"])
"""


def test_an_older_text_column_is_put_in_the_order_of_bytes_by_hand(folder: Path, postgres_database: Postgres) -> None:
    """As docs/models.md says; else its index would serve no query."""
    migrations = Migrations((SAMPLES,), folder)
    first = migrations.make("keep samples")
    assert first is not None
    older = re.sub(r"\.with_variant\([^)]*\), \"postgresql\"\)", "", first.read_text(encoding="utf-8"))
    first.write_text(older, encoding="utf-8")
    migrations.upgrade(postgres_database)

    (folder / "versions" / "0002_by_hand.py").write_text(OLD_TEXT, encoding="utf-8")
    migrations.upgrade(postgres_database)

    by_hand = migration_engine(postgres_database, lock_seconds=5, create=False)
    with by_hand.connect() as connection:
        # The rows are too few for an index to be worth it.
        connection.execute(text("SET enable_seqscan = off"))
        plan = connection.execute(text('EXPLAIN SELECT * FROM samples ORDER BY title COLLATE "C", id COLLATE "C"'))
        assert "Index Scan using ix_samples_title_id" in "\n".join(plan.scalars())
    by_hand.dispose()
    assert Migrations((replace(SAMPLES, indexes=(("title",),)),), folder).differences(postgres_database) == []


Short = Annotated[str, Field(max_length=20)]


class Left(Model):
    b: Short
    c: Short
    b_c: Short


class Right(Model):
    c: Short


def test_indexes_that_would_be_called_alike_have_names_of_their_own(database: Database, folder: Path) -> None:
    left = Declaration(
        name="aa", singular="a", model=Left, indexes=(("b", "c"), ("b_c",), ("b_c", "created_at")), unique=("b_c",)
    )
    right = Declaration(name="aa_b", singular="b", model=Right, indexes=(("c",),), unique=("c",))
    migrations = Migrations((left, right), folder)
    migrations.make("keep both")

    migrations.upgrade(database)

    assert migrations.differences(database) == []
    made = engine(database, pool_size=1, pool_wait_seconds=1, call_seconds=5)
    kept = SqlStore(made, (left, right), migrations=folder, clock=utc_now)
    for declaration, values in ((left, {"b": "x", "c": "x", "b_c": "x"}), (right, {"c": "x"})):
        kept.create(declaration, "one", values)
        with pytest.raises(TakenError) as taken:
            kept.create(declaration, "two", values)
        assert taken.value.field == declaration.unique[0]
    kept.close()


@pytest.fixture
def postgres_database(request: pytest.FixtureRequest) -> Postgres:
    server = request.getfixturevalue("postgres_server")
    return Postgres(conninfo=server.make_database(f"lock{id(request):x}"))


def test_the_service_opens_what_was_migrated(new_database: Callable[[], Database]) -> None:
    database = new_database()
    Migrations(DECLARATIONS, MIGRATIONS).upgrade(database)
    url = f"sqlite://{database.path}" if isinstance(database, Sqlite) else database.conninfo
    kept = open_store(url, declarations=DECLARATIONS, migrations=MIGRATIONS)

    kept.check()

    kept.close()


def run(database: Database, *statements: str) -> None:
    by_hand = migration_engine(database, lock_seconds=5, create=False)
    with by_hand.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    by_hand.dispose()
