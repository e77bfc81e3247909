"""`flask db …` as people and the migration job run it: in processes, in the checkout and laid out as in the image."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

import flask_hearth
from flask_hearth.stores.sql import schema
from flask_hearth.testing.processes import PATIENCE

ROOT = Path(__file__).parents[2]
HEAD = schema.head(ROOT / "service" / "migrations")
GOOD_KEY = "kPmVn2Q9sTzX4bW7cR1eY6uH3jL8dF5g"

COLOURS = """
from flask_hearth.model.declaration import Model

class Colour(Model):
    name: str

DECLARATIONS += (Declaration(name="colours", singular="colour", model=Colour),)
"""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The image's working directory: what the Dockerfile copies, which nobody may write to."""
    folder = tmp_path_factory.mktemp("srv")
    without = shutil.ignore_patterns("__pycache__")
    of_no_image = shutil.ignore_patterns("__pycache__", "tests", "bench", "testing", "attack")
    shutil.copytree(ROOT / "service" / "app", folder / "app", ignore=without)
    shutil.copytree(Path(flask_hearth.__file__).parent, folder / "flask_hearth", ignore=of_no_image)
    shutil.copytree(ROOT / "service" / "migrations", folder / "migrations", ignore=without)
    return folder


def flask(*arguments: str, folder: Path, url: str, **environ: str) -> subprocess.CompletedProcess[str]:
    given = {"PATH": os.environ["PATH"], "SECRET_KEY": GOOD_KEY, "DATABASE_URL": url, **environ}
    program = Path(sys.executable).with_name("flask")
    return subprocess.run(
        [program, *arguments], cwd=folder, env=given, capture_output=True, text=True, check=False, timeout=PATIENCE
    )


def test_the_images_working_directory_is_all_that_an_upgrade_needs(image: Path, tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path}/x.sqlite3"

    first = flask("db", "upgrade", folder=image, url=url)
    again = flask("db", "upgrade", folder=image, url=url)
    current = flask("db", "current", folder=image, url=url)
    check = flask("db", "check", folder=image, url=url)

    assert [each.returncode for each in (first, again, current, check)] == [0] * 4, first.stderr
    assert f"-> {HEAD}, " in first.stdout, "the job's log tells what was done"
    assert first.stdout.endswith(f"Migrated from empty to {HEAD}.\n")
    assert again.stdout == f"The schema is {HEAD} already.\n"
    assert current.stdout == f"{HEAD} (up to date; the last migration is {HEAD})\n"
    assert check.stdout.endswith("The database matches the declarations.\n")


def test_the_data_directory_is_taken_where_the_url_says_so(image: Path, tmp_path: Path) -> None:
    done = flask("db", "upgrade", folder=image, url="sqlite://", HEARTH_DATA_DIR=str(tmp_path))

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "service.sqlite3").exists()


def test_from_the_checkouts_root_the_app_is_named(tmp_path: Path) -> None:
    done = flask("--app", "service/app", "db", "upgrade", folder=ROOT, url=f"sqlite://{tmp_path}/x.sqlite3")

    assert done.returncode == 0, done.stderr


def test_a_migration_is_made_beside_the_package_without_a_database(image: Path, tmp_path: Path) -> None:
    copy = tmp_path / "service"
    shutil.copytree(image, copy)
    with (copy / "app" / "domain.py").open("a", encoding="utf-8") as domain:
        domain.write(COLOURS)
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"

    made = flask("db", "migrate", "-m", "keep colours", folder=copy, url=nowhere)
    again = flask("db", "migrate", "-m", "keep colours", folder=copy, url=nowhere)

    assert made.returncode == 0, made.stderr
    written = copy / "migrations" / "versions" / f"{int(HEAD) + 1:04d}_keep_colours.py"
    assert f"Wrote {written}" in made.stdout
    assert '"colours"' in written.read_text(encoding="utf-8")
    assert again.stdout.endswith("Nothing changed.\n")


def test_a_migration_needs_a_reason(image: Path) -> None:
    done = flask("db", "migrate", folder=image, url="firestore://demo-hearth", FIRESTORE_EMULATOR_HOST="127.0.0.1:1")

    assert done.returncode == 2
    assert "--message" in done.stderr


@pytest.mark.parametrize("command", ["upgrade", "current", "check"])
def test_firestore_has_nothing_to_migrate(image: Path, command: str) -> None:
    """So that a deployment may run the same job whatever the store."""
    done = flask("db", command, folder=image, url="firestore://demo-hearth", FIRESTORE_EMULATOR_HOST="127.0.0.1:1")

    assert done.returncode == 0, done.stderr
    assert done.stdout == "Firestore has no schema: there is nothing to migrate.\n"


@pytest.mark.parametrize("command", ["upgrade", "current", "check"])
def test_a_database_that_is_away_ends_a_command_with_one_message(image: Path, command: str) -> None:
    done = flask("db", command, folder=image, url="postgresql://nobody:hunter2@127.0.0.1:1/nothing")

    assert done.returncode == 1
    assert done.stderr.startswith("Error: The database can't be used now: ")
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stdout + done.stderr


def test_a_database_that_differs_fails_the_check(image: Path, tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path}/x.sqlite3"
    flask("db", "upgrade", folder=image, url=url)
    with closing(sqlite3.connect(tmp_path / "x.sqlite3")) as other:
        other.execute("DROP TABLE idempotency_keys")

    done = flask("db", "check", folder=image, url=url)

    assert done.returncode == 1
    assert "add_table idempotency_keys" in done.stderr
