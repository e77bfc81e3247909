"""`python -m hearth check` and `test`: each failure counts, and tests that run beside others stop what they started."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hearth import project

CHECKOUT = project.root()
PASSES = "def test_one() -> None:\n    assert True\n"
FAILS = """\
import os
from pathlib import Path


def test_one() -> None:
    Path("failing").write_text(str(os.getpid()), encoding="utf-8")
    assert not Path("failing").exists()
"""
COUNTED = """\
from pathlib import Path


def test_one() -> None:
    with Path("ran").open("a", encoding="utf-8") as file:
        file.write(f"{__file__}\\n")
"""
DEPLOYS = """\
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest


@pytest.fixture
def deployed() -> Iterator[None]:
    yield
    Path("stopped").touch()


def test_goes_on_while_the_others_fail(deployed: None) -> None:
    while not (Path("failing").exists() and Path("failing").read_text(encoding="utf-8")):
        pass
    with suppress(psutil.NoSuchProcess):
        others = psutil.Process(int(Path("failing").read_text(encoding="utf-8")))
        while others.status() != psutil.STATUS_ZOMBIE:
            pass
"""


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What mypy knows of the standard library, which is the same in all projects here."""
    return tmp_path_factory.mktemp("mypy")


@pytest.fixture
def checkout(tmp_path: Path, known: Path) -> Path:
    """A project in which all is well."""
    files = {
        "Pulumi.yaml": "name: shop\n",
        "pyproject.toml": """[tool.ruff]
line-length = 120
[tool.mypy]
explicit_package_bases = true
files = ["tests"]
"""
        f'cache_dir = "{known}"\n',
        "infra/__init__.py": "",
        "service/app.py": "",
        "tests/test_one.py": PASSES,
        "hearth/tests/engine/test_deployed.py": PASSES,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def verify(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = (
        f"import sys; sys.path[:0] = [{str(CHECKOUT)!r}]; from hearth import verify; "
        f"sys.exit(verify.main({list(arguments)}))"
    )
    return subprocess.run(
        [sys.executable, "-P", "-c", program], cwd=checkout, check=False, capture_output=True, text=True
    )


@pytest.mark.parametrize("verb", ["check", "test"])
def test_where_all_is_well_it_ends_with_pytests_closing_line(checkout: Path, verb: str) -> None:
    done = verify(checkout, verb)

    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed in " in done.stdout.splitlines()[-1]


@pytest.mark.parametrize("verb", ["check", "test"])
@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("tests/test_one.py", "import os\n\n\ndef test_one() -> None:\n    assert True\n", "os"),
        ("tests/test_one.py", 'def test_one() -> None:\n    x: int = "one"\n    assert x\n', "Incompatible types"),
        ("tests/test_one.py", "def test_one() -> None:\n    assert not True\n", "1 failed"),
    ],
    ids=["lint", "types", "tests"],
)
def test_each_kind_of_failure_counts_and_is_told(checkout: Path, verb: str, file: str, text: str, said: str) -> None:
    (checkout / file).write_text(text, encoding="utf-8")

    done = verify(checkout, verb)

    assert done.returncode != 0
    assert said in done.stdout


@pytest.mark.parametrize(("files", "code"), [('["infra", "service", "tests"]', 1), ('["infra", "tests"]', 0)])
def test_check_looks_at_the_types_of_an_app_unless_mypys_files_leave_it_out(
    checkout: Path, files: str, code: int
) -> None:
    text = (checkout / "pyproject.toml").read_text(encoding="utf-8")
    (checkout / "pyproject.toml").write_text(text.replace('["tests"]', files), encoding="utf-8")
    (checkout / "service" / "app.py").write_text("visits = []\n", encoding="utf-8")

    done = verify(checkout, "check")

    assert (done.returncode, "Need type annotation" in done.stdout) == (code, bool(code))


def test_where_the_toolkit_is_installed_the_projects_own_tests_are_all_of_them(checkout: Path) -> None:
    shutil.rmtree(checkout / "hearth")

    done = verify(checkout, "test")

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("1 passed in ")


@pytest.mark.parametrize("verb", ["check", "test"])
def test_a_test_that_pytest_is_asked_for_is_found_in_any_group(checkout: Path, verb: str) -> None:
    (checkout / "tests" / "service").mkdir()
    (checkout / "tests" / "service" / "test_two.py").write_text(
        PASSES.replace("test_one", "test_two"), encoding="utf-8"
    )

    done = verify(checkout, verb, "--", "-k", "test_two")

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("1 passed, ")


def test_a_deployment_that_fails_counts_and_is_told(checkout: Path) -> None:
    deployed = checkout / "hearth" / "tests" / "engine" / "test_deployed.py"
    deployed.write_text("def test_one() -> None:\n    assert not True\n", encoding="utf-8")

    done = verify(checkout, "test")

    assert done.returncode != 0
    assert "1 failed" in done.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("verb", "folders"),
    [
        ("test", ["tests", "hearth/tests", "hearth/tests/engine", "flask_hearth/tests"]),
        ("check", ["tests", "tests/infra", "tests/service"]),
    ],
)
def test_each_test_is_run_once(checkout: Path, verb: str, folders: list[str]) -> None:
    """Also those of a folder that pytest is told of, which it does not leave out for `--ignore`."""
    for folder in folders:
        (checkout / folder).mkdir(parents=True, exist_ok=True)
        (checkout / folder / "test_counted.py").write_text(COUNTED, encoding="utf-8")
    with (checkout / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(
            '[tool.pytest.ini_options]\naddopts = ["--import-mode=importlib"]\n'
            'testpaths = ["tests", "hearth/tests", "flask_hearth/tests"]\n'
        )

    done = verify(checkout, verb)

    assert done.returncode == 0, done.stdout + done.stderr
    ran = (checkout / "ran").read_text(encoding="utf-8").splitlines()
    assert sorted(ran) == sorted(str(checkout / folder / "test_counted.py") for folder in folders)


def test_deployments_stop_what_they_started_though_the_others_fail(checkout: Path) -> None:
    """A local cloud that its test could not stop would run on, with its ports."""
    (checkout / "tests" / "test_one.py").write_text(FAILS, encoding="utf-8")
    (checkout / "hearth" / "tests" / "engine" / "test_deployed.py").write_text(DEPLOYS, encoding="utf-8")

    done = verify(checkout, "test")

    assert done.returncode != 0
    assert (checkout / "stopped").exists(), done.stdout + done.stderr
    assert "These failed; their output is above: others\n" in done.stderr
