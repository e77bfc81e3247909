"""What is ours can be installed without its tests: the user's need none of them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from hearth import project

ROOT = project.root()
GONE = ("hearth/tests/", "flask_hearth/tests/", "flask_hearth/bench/")


def test_the_program_and_its_tests_work_in_a_checkout_without_our_tests(tmp_path: Path) -> None:
    """Every test module of the user can be imported, and every stack still declares what its inventory lists."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in tracked.splitlines():
        if not name.startswith(GONE) and (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}

    # All modules are imported, and a few of their tests run, at once: to start takes longer than that.
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests", "-k", "test_a_shipped_stack_is_what_its_inventory_says"],
        cwd=tmp_path,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )

    assert ran.returncode == 0, ran.stdout[-3000:]
    assert re.search(r"\b[1-9]\d* passed", ran.stdout)
