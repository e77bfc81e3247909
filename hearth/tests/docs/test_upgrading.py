"""docs/upgrading.md, its part on folders, carried out in a copy; hearth/tests/engine/ carries out the one on wheels."""

import shutil
from pathlib import Path

from flask_hearth.tests.docs.page import page
from hearth.tests.docs.walk import Done, copied, ran, walked

PAGE = page("upgrading.md").partition("## As wheels")[0]


def test_both_folders_are_replaced_and_nothing_else(tmp_path: Path) -> None:
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    copied(mine)
    cloned = ran(tmp_path, "git clone --quiet mine theirs")
    assert cloned.returncode == 0, cloned.stdout
    for name in ("hearth/CHANGELOG.md", "hearth/new.py", "flask_hearth/__init__.py", "not-of-the-folders"):
        (theirs / name).write_text("newer\n", encoding="utf-8")
    shutil.rmtree(theirs / "flask_hearth" / "bench")
    tagged = ran(theirs, "git add --all; git commit --quiet --message newer; git tag v9")
    assert tagged.returncode == 0, tagged.stdout

    def upgraded(folder: Path, commands: str) -> Done:
        return ran(folder, commands, HEARTH="../theirs", VERSION="v9")

    assert walked(mine, PAGE, upgraded) == ["sh", "text"]

    assert ran(mine, "git diff --cached --name-only FETCH_HEAD").stdout == "not-of-the-folders\n"
    assert ran(mine, "git diff --name-only").stdout == ""
    assert not (mine / "flask_hearth" / "bench").exists()
