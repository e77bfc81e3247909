"""Folders of migrations, as somebody has who cloned this repository for another domain."""

import shutil
from pathlib import Path

from flask_hearth.tests.databases import MIGRATIONS


def new_folder(path: Path) -> Path:
    """One without any migration yet."""
    (path / "versions").mkdir(parents=True)
    for name in ("env.py", "script.py.mako"):
        shutil.copy(MIGRATIONS / name, path)
    return path


def add(folder: Path, number: str, *statements: str) -> None:
    """The next migration, by hand."""
    steps = [f"    op.execute({statement!r})" for statement in statements]
    before = f"{int(number) - 1:04d}"
    (folder / "versions" / f"{number}_by_hand.py").write_text(
        "\n".join(
            [
                "from alembic import op",
                f"revision = {number!r}",
                f"down_revision = {before!r}",
                "def upgrade():",
                *steps,
                "",
            ]
        ),
        encoding="utf-8",
    )
