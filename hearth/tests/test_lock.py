"""`python -m hearth lock`: what is Hearth's comes out of the project, or not at all."""

import hashlib
from pathlib import Path

import pytest

from hearth import lock, project
from hearth.errors import HearthError

WHEEL = b"a wheel"
HASH = hashlib.sha256(WHEEL).hexdigest()
OTHER = "0" * 64


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a wheel, and locks without any."""
    for folder in ("wheels", "service"):
        (tmp_path / folder).mkdir()
    (tmp_path / "wheels" / "flask_hearth-0.1.0-py3-none-any.whl").write_bytes(WHEEL)
    for name in ("requirements.txt", "service/requirements.txt"):
        (tmp_path / name).write_text("--find-links wheels\n\nflask==3.1.3 \\\n    --hash=sha256:1\n", encoding="utf-8")
    monkeypatch.setattr(project, "root", lambda: tmp_path)
    return tmp_path


def locked(root: Path, entry: str, file: str = "service/requirements.txt") -> None:
    (root / file).write_text(
        f"--find-links wheels\n\n{entry}\nwerkzeug==3.1.9 \\\n    --hash=sha256:1\n", encoding="utf-8"
    )


@pytest.mark.parametrize(
    ("there", "fix"),
    [
        (["service/requirements.txt"], "mv service/requirements.txt service/requirements.in"),
        ([], "Write what your app needs into it, or take the line out of requirements.in"),
    ],
)
def test_an_app_that_was_brought_with_a_lock_alone_is_told_what_to_make_of_it(
    root: Path, there: list[str], fix: str
) -> None:
    """And nothing has changed before."""
    (root / "requirements.in").write_text("-r service/requirements.in\nmypy==2.4.1\n", encoding="utf-8")
    if not there:
        (root / "service/requirements.txt").unlink()
    before = (root / "requirements.txt").read_bytes()

    with pytest.raises(HearthError, match=f"includes service/requirements.in, which is not there.*{fix}"):
        lock.main([])

    assert (root / "requirements.txt").read_bytes() == before


@pytest.mark.parametrize(
    "entry",
    [
        f"flask-hearth==0.1.0 \\\n    --hash=sha256:{HASH}\n    # via -r service/requirements.in",
        f"flask_hearth @ file:///wheels/flask_hearth.whl --hash=sha256:{HASH}",
        f"hearths-friend==1.0 \\\n    --hash=sha256:{OTHER}",
        "flask-hearths==1.0",
        "# hearth==1.0",
    ],
)
def test_a_wheel_of_the_project_is_hearths(root: Path, entry: str) -> None:
    locked(root, entry)

    assert list(lock.foreign_packages(root)) == []


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        (f"flask-hearth==9.9 \\\n    --hash=sha256:{OTHER}", "flask-hearth"),
        (f"flask-hearth==0.1.0 \\\n    --hash=sha256:{HASH} \\\n    --hash=sha256:{OTHER}", "flask-hearth"),
        ("Flask_Hearth==0.1.0", "Flask_Hearth"),
        (f"hearth-toolkit[all]==0.1.0 --hash=sha256:{OTHER}", "hearth-toolkit"),
        (f"hearth==3.4.5 \\\n    --hash=sha256:{OTHER}", "hearth"),
    ],
)
@pytest.mark.parametrize("file", ["requirements.txt", "service/requirements.txt"])
def test_what_an_index_has_under_its_names_is_a_strangers(root: Path, entry: str, name: str, file: str) -> None:
    locked(root, entry, file)

    (found,) = lock.foreign_packages(root)

    assert found.startswith(f"{file} takes {name} from an index")


def test_a_lock_with_a_strangers_package_is_taken_back(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (root / "service/requirements.txt").read_bytes()
    monkeypatch.setattr(lock, "_compile", lambda *_: locked(root, f"flask-hearth==9.9 --hash=sha256:{OTHER}"))

    with pytest.raises(HearthError, match="The lock files have not changed"):
        lock.main([])

    assert (root / "service/requirements.txt").read_bytes() == before
