"""A revision that locks other packages has an environment of its own, made once."""

from pathlib import Path

import pytest

from hearth import project
from hearth.preview import environments
from hearth.preview.errors import PreviewError

ROOT = project.root()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / ".venv").symlink_to(ROOT / ".venv")
    (folder / "requirements.txt").write_text("# what this checkout locks\n")
    return folder


def revision(tmp_path: Path, lock: str) -> Path:
    folder = tmp_path / "base"
    folder.mkdir(exist_ok=True)
    (folder / "requirements.txt").write_text(lock)
    return folder


def test_the_same_lock_shares_the_checkouts_own(checkout: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"

    found = environments.ensure(checkout, revision(tmp_path, "# what this checkout locks\n"), kept)

    assert found == checkout / ".venv"
    assert not kept.exists()


def test_another_lock_gets_one_that_is_kept(checkout: Path, tmp_path: Path) -> None:
    kept, base = tmp_path / "kept", revision(tmp_path, "# nothing\n")

    made = environments.ensure(checkout, base, kept)
    when = made.stat().st_mtime_ns

    assert (made / "bin" / "python").exists()
    assert environments.ensure(checkout, base, kept) == made
    assert made.stat().st_mtime_ns == when
    assert list(kept.iterdir()) == [made]


def test_packages_that_cannot_be_had_are_an_error_that_leaves_nothing(checkout: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"

    with pytest.raises(PreviewError, match="of the base revision differs"):
        environments.ensure(checkout, revision(tmp_path, "no such requirement!\n"), kept)

    assert list(kept.iterdir()) == []
