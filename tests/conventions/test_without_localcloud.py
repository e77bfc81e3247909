"""The local cloud can be deleted: what deploys to Google Cloud, and its tests, do without."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from infra.program import ROOT

GONE = ("localcloud/", "tests/localcloud/", "tests/engine/")


def test_the_program_and_its_tests_work_in_a_checkout_without_the_local_cloud(tmp_path: Path) -> None:
    """Every remaining test module can be imported, and every stack still declares what its inventory lists."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in tracked.splitlines():
        if not name.startswith(GONE) and (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    # Some tests ask git which files there are, while they are collected.
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}

    def pytest(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *arguments],
            cwd=tmp_path,
            env=environment,
            check=False,
            capture_output=True,
            text=True,
        )

    collected = pytest("--collect-only", "tests")
    ran = pytest("tests/stacks", "tests/infra/test_settings.py")

    assert collected.returncode == 0, collected.stdout[-3000:]
    assert ran.returncode == 0, ran.stdout[-3000:]
