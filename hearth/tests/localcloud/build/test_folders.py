"""Folders that are there complete or not at all, however many make the same one at a time."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from hearth.localcloud.build import environment
from hearth.localcloud.build.folders import complete_folder


def test_of_two_that_make_the_same_folder_the_first_one_stays(tmp_path: Path) -> None:
    place = tmp_path / "made"

    with complete_folder(place) as one, complete_folder(place) as other:
        (one / "late").touch()
        (other / "early").touch()

    assert [path.name for path in place.iterdir()] == ["early"]
    assert list(tmp_path.iterdir()) == [place]


def test_a_folder_that_was_not_finished_goes(tmp_path: Path) -> None:
    with suppress(ZeroDivisionError), complete_folder(tmp_path / "made") as folder:
        (folder / "half").touch()
        raise ZeroDivisionError

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_can_not_be_put_in_its_place_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "made").touch()

    with pytest.raises(NotADirectoryError), complete_folder(tmp_path / "made"):
        pass


def test_a_build_and_a_service_may_install_the_same_packages_at_a_time(tmp_path: Path) -> None:
    async def both() -> list[Path]:
        return await asyncio.gather(*(environment.ensure(tmp_path, None, [], print) for _ in range(2)))

    one, other = asyncio.run(both())

    assert one == other
    assert list(tmp_path.iterdir()) == [one]
    assert (one / "bin" / "python").exists()
