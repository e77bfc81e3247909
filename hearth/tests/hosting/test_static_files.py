"""What is in static/ becomes public: exactly that, and nothing by accident."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from hearth.hosting import static_files


def fill(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_every_file_is_there_with_the_hash_of_its_bytes(tmp_path: Path) -> None:
    folder = fill(tmp_path / "static", {"b.css": b"b", "a/ä b.txt": b"", ".well-known/security.txt": b"s"})

    assert static_files.digests(folder) == {
        "/.well-known/security.txt": hashlib.sha256(b"s").hexdigest(),
        "/a/ä b.txt": hashlib.sha256(b"").hexdigest(),
        "/b.css": hashlib.sha256(b"b").hexdigest(),
    }


def test_the_order_does_not_depend_on_the_file_system(tmp_path: Path) -> None:
    """Otherwise a checkout on another machine would show a difference where there is none."""
    folder = fill(tmp_path / "static", dict.fromkeys(("c", "a", "b/z", "b/a"), b""))

    assert list(static_files.digests(folder)) == ["/a", "/b/a", "/b/z", "/c"]


def test_dot_files_and_node_modules_are_skipped_as_firebase_json_says(tmp_path: Path) -> None:
    folder = fill(tmp_path / "static", {"a.css": b"", ".DS_Store": b"", ".env": b"", "js/node_modules/x/y.js": b""})

    assert list(static_files.digests(folder)) == ["/a.css"]


def test_an_empty_folder_is_a_site_without_files(tmp_path: Path) -> None:
    assert static_files.digests(tmp_path) == {}


@pytest.mark.parametrize("name", [".git", ".secrets", "a/.cache"])
def test_a_folder_that_begins_with_a_dot_is_refused(tmp_path: Path, name: str) -> None:
    folder = fill(tmp_path / "static", {f"{name}/config": b"token"})

    with pytest.raises(static_files.StaticFilesError, match=f"static/{name}/: folders that begin with a dot"):
        static_files.digests(folder)


def test_the_path_that_hosting_keeps_to_itself_is_refused(tmp_path: Path) -> None:
    with pytest.raises(static_files.StaticFilesError, match="/__/"):
        static_files.digests(fill(tmp_path / "static", {"__/auth.html": b""}))


def test_a_link_within_the_folder_is_the_file_it_points_to(tmp_path: Path) -> None:
    folder = fill(tmp_path / "static", {"a.css": b"a"})
    (folder / "b.css").symlink_to("a.css")

    files = static_files.digests(folder)

    assert files["/b.css"] == files["/a.css"]


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = fill(tmp_path / "static", {"a.css": b""})
    fill(tmp_path, {"secret": b""})
    (folder / "b").symlink_to("../secret")

    with pytest.raises(static_files.StaticFilesError, match=r"a link to \.\./secret, outside the folder"):
        static_files.digests(folder)


def test_a_link_to_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b").symlink_to("gone")

    with pytest.raises(static_files.StaticFilesError, match="a link to gone, which is not there"):
        static_files.digests(tmp_path)


def test_a_link_to_a_folder_is_refused_rather_than_walked_without_end(tmp_path: Path) -> None:
    folder = fill(tmp_path / "static", {"a/b.css": b""})
    (folder / "a" / "loop").symlink_to(folder)

    with pytest.raises(static_files.StaticFilesError, match="or endlessly"):
        static_files.digests(folder)


def test_what_is_neither_file_nor_folder_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(static_files.StaticFilesError, match="neither a file nor a folder"):
        static_files.digests(tmp_path)


def test_a_name_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"caf\xe9.css")).write_bytes(b"")
    except OSError:
        pytest.skip("this file system takes no such name")

    with pytest.raises(static_files.StaticFilesError, match="UTF-8"):
        static_files.digests(tmp_path)


def test_a_missing_folder_is_named_with_who_asks_for_it(tmp_path: Path) -> None:
    with pytest.raises(static_files.StaticFilesError, match=r"public/ is not a folder: firebase\.json"):
        static_files.digests(tmp_path / "public")
