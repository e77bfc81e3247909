"""Unpacking what a client sent."""

import io
import tarfile
from pathlib import Path

import pytest

from hearth.localcloud.build.archive import SourceError, unpack
from hearth.tests.localcloud.build.playground import packed


def archive(tmp_path: Path, *members: tarfile.TarInfo) -> Path:
    path = tmp_path / "source.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        for member in members:
            tar.addfile(member, io.BytesIO(b"x" * member.size))
    return path


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 0) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, size
    return info


@pytest.mark.parametrize(
    "evil",
    [
        member("/etc/passwd"),
        member("../outside"),
        member("a/../../outside"),
        member("link", tarfile.SYMTYPE, "/etc/passwd"),
        member("link", tarfile.SYMTYPE, "../outside"),
        member("link", tarfile.LNKTYPE, "../outside"),
        member("device", tarfile.CHRTYPE),
        member("pipe", tarfile.FIFOTYPE),
    ],
    ids=lambda info: f"{info.name}->{info.linkname}",
)
def test_an_entry_that_reaches_outside_is_refused(tmp_path: Path, evil: tarfile.TarInfo) -> None:
    target = tmp_path / "inside" / "target"
    target.mkdir(parents=True)

    with pytest.raises(SourceError):
        unpack(archive(tmp_path, member("before"), evil), target)

    assert [path.name for path in tmp_path.rglob("*") if path.name not in {"inside", "target", "source.tar.gz"}] == [
        "before"
    ]


def test_a_file_can_not_be_written_through_a_link(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    outside = tmp_path / "outside"
    outside.mkdir()

    with pytest.raises(SourceError):
        unpack(archive(tmp_path, member("a", tarfile.SYMTYPE, str(outside)), member("a/file", size=1)), target)

    assert list(outside.iterdir()) == []


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="unpacked source has more than"):
        unpack(archive(tmp_path, member("a", size=600), member("b", size=600)), tmp_path, size_limit=1000)
    with pytest.raises(SourceError, match="more than 2 files"):
        unpack(archive(tmp_path, *(member(str(n)) for n in range(3))), tmp_path, count_limit=2)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04zip", packed({"a": "x" * 9999})[:-20]])
def test_what_is_no_whole_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "source").write_bytes(content)

    with pytest.raises(SourceError, match=r"not a .tar.gz archive, or it is damaged"):
        unpack(tmp_path / "source", tmp_path)


def test_files_keep_their_executable_bit_and_no_other_privilege(tmp_path: Path) -> None:
    info = member("tool", size=1)
    info.mode = 0o6777
    unpack(archive(tmp_path, info), tmp_path)

    assert (tmp_path / "tool").stat().st_mode & 0o7777 == 0o755
