"""A preview's folder goes with it, and one that was killed is cleaned up after."""

from pathlib import Path

import pytest

from hearth.preview import work


def test_the_folder_is_deleted_however_it_ends(tmp_path: Path) -> None:
    def interrupted() -> None:
        with work.folder(tmp_path / "preview") as folder:
            (folder / "base").mkdir()
            assert list((tmp_path / "preview").iterdir()) == [folder]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert list((tmp_path / "preview").iterdir()) == []


def test_what_a_killed_preview_left_is_removed_and_a_running_one_is_not(tmp_path: Path) -> None:
    left = tmp_path / "work-left"
    left.mkdir()
    (left / "lock").touch()
    kept = tmp_path / "environments"
    kept.mkdir()

    with work.folder(tmp_path) as first, work.folder(tmp_path) as second:
        assert set(tmp_path.iterdir()) == {first, second, kept}

    assert list(tmp_path.iterdir()) == [kept]
