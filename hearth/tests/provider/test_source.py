"""A build's source: what is in it, and that its hash says so."""

import io
import os
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from hearth.plugin.kinds import ProviderError
from hearth.provider.source import Source

Change = Callable[[Path], object]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    (root / "service").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / ".dockerignore").write_text("*\n!service\n**/__pycache__\n")
    (root / "service" / "Dockerfile").write_text("FROM python:3.11-slim\n")
    (root / "service" / "web.py").write_text("print('hello')\n")
    (root / "service" / "start").write_text("#!/bin/sh\n")
    (root / "service" / "start").chmod(0o755)
    (root / "service" / "main.py").symlink_to("web.py")
    (root / ".git" / "config").write_text("secret")
    return root


def source(root: Path, dockerfile: str = "service/Dockerfile") -> Source:
    return Source(root, ".", dockerfile)


def test_the_archive_holds_what_dockerignore_lets_in(checkout: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(source(checkout).archive())) as tar:
        modes = {member.name: (oct(member.mode), member.linkname) for member in tar}

    assert modes == {
        "service/Dockerfile": ("0o644", ""),
        "service/main.py": ("0o777", "web.py"),
        "service/start": ("0o755", ""),
        "service/web.py": ("0o644", ""),
    }


def test_the_dockerfile_is_always_in(checkout: Path) -> None:
    """Docker sends it along also when a pattern leaves it out."""
    (checkout / ".dockerignore").write_text("*\n!service/web.py\n")

    with tarfile.open(fileobj=io.BytesIO(source(checkout).archive())) as tar:
        assert tar.getnames() == ["service/Dockerfile", "service/web.py"]


def test_the_same_files_are_the_same_source_on_every_machine(checkout: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(checkout, elsewhere, symlinks=True)
    os.utime(elsewhere / "service" / "web.py", (0, 0))
    (elsewhere / "service" / "web.py").chmod(0o600)
    (elsewhere / "notes.txt").write_text("left out")
    (elsewhere / "service" / "empty").mkdir()

    assert source(elsewhere).content_hash == source(checkout).content_hash
    assert source(elsewhere).archive() == source(checkout).archive()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda root: (root / "service" / "web.py").write_text("print('bye')\n"), id="content"),
        pytest.param(lambda root: (root / "service" / "web.py").chmod(0o755), id="executable"),
        pytest.param(lambda root: (root / "service" / "new.py").write_text(""), id="added"),
        pytest.param(lambda root: (root / "service" / "web.py").rename(root / "service" / "w.py"), id="renamed"),
        pytest.param(lambda root: (root / "service" / "start").unlink(), id="deleted"),
        pytest.param(
            lambda root: [(root / "service" / "main.py").unlink(), (root / "service" / "main.py").symlink_to("start")],
            id="link",
        ),
    ],
)
def test_every_change_of_the_image_changes_the_hash(checkout: Path, change: Change) -> None:
    before = source(checkout).content_hash
    change(checkout)

    assert source(checkout).content_hash != before


def test_another_dockerfile_is_another_source(checkout: Path) -> None:
    shutil.copy(checkout / "service" / "Dockerfile", checkout / "service" / "Dockerfile.dev")

    assert source(checkout).content_hash != source(checkout, "service/Dockerfile.dev").content_hash


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(lambda root: (root / ".dockerignore").unlink(), "no .dockerignore: everything", id="no list"),
        pytest.param(lambda root: (root / ".dockerignore").write_text("[a"), "cannot be read.*'\\[a'", id="bad list"),
        pytest.param(
            lambda root: (root / "service" / "Dockerfile").unlink(), "no Dockerfile at 'service/Dockerfile'", id="none"
        ),
        pytest.param(
            lambda root: os.truncate(root / "service" / "web.py", 300 << 20), "largest is service/web.py", id="large"
        ),
        pytest.param(lambda root: os.mkfifo(root / "service" / "pipe"), "service/pipe is neither", id="pipe"),
    ],
)
def test_what_cannot_be_built_from_is_refused_with_the_reason(checkout: Path, change: Change, words: str) -> None:
    change(checkout)

    with pytest.raises(ProviderError, match=words):
        _ = source(checkout).content_hash


def test_a_context_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProviderError, match=r"'\.' is not a folder"):
        source(tmp_path / "nowhere")
