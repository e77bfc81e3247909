"""In which environment the engine's Python parts run."""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import grpc
import pytest
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

from hearth.pulumi_cli import language_host, launcher

SECONDS = 120.0


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """Another virtual environment, with one Pulumi package more than this one."""
    folder = tmp_path / "another"
    venv.create(folder, with_pip=False)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    (packages / "this.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    (packages / "pulumi_other").mkdir()
    plugin = '{"resource": true, "name": "other", "version": "1.2.3"}'
    (packages / "pulumi_other" / "pulumi-plugin.json").write_text(plugin, encoding="utf-8")
    return folder


def project(folder: Path, text: str) -> Path:
    """A project with a program's folder in it, which is returned."""
    (folder / "infra").mkdir(parents=True)
    (folder / "Pulumi.yaml").write_text(text, encoding="utf-8")
    return folder / "infra"


def named(virtualenv: str) -> str:
    return f"name: x\nruntime:\n  name: python\n  options:\n    virtualenv: {virtualenv}\n"


def required(folder: Path) -> list[str]:
    """The plugins that a language host started in `folder` tells of: those of its environment's packages."""
    process = subprocess.Popen(
        [sys.executable, "-P", launcher.__file__, language_host.__file__, "127.0.0.1:1"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout
        with grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}") as channel:
            stub = language_pb2_grpc.LanguageRuntimeStub(channel)
            answer = stub.GetRequiredPackages(language_pb2.GetRequiredPackagesRequest(), timeout=SECONDS)
        return sorted(package.name for package in answer.packages)
    finally:
        process.kill()
        process.communicate()


def test_programs_run_in_the_environment_that_their_project_names(tmp_path: Path, environment: Path) -> None:
    """The environment that the CLI was made with serves other checkouts, and other revisions, as well."""
    folder = project(tmp_path / "there", named("../another"))

    assert required(folder) == ["gcp", "other"]


def test_a_link_to_an_environment_stands_for_it(tmp_path: Path, environment: Path) -> None:
    folder = project(tmp_path / "there", named(".venv"))
    (tmp_path / "there" / ".venv").symlink_to(environment)

    assert required(folder) == ["gcp", "other"]


@pytest.mark.parametrize(
    "text", ["name: x\nruntime: python\n", "name: x\n", "- x\n", None], ids=["short", "", "list", "none"]
)
def test_without_one_that_is_named_it_is_the_clis_own(tmp_path: Path, text: str | None) -> None:
    folder = tmp_path if text is None else project(tmp_path / "there", text)

    assert launcher.interpreter(folder) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [(named("nowhere"), "nowhere is not a virtual environment"), ("name: [", "Pulumi.yaml is not YAML")],
    ids=["missing", "broken"],
)
def test_what_can_not_be_named_ends_it_with_the_reason(tmp_path: Path, text: str, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-P", launcher.__file__, language_host.__file__],
        cwd=project(tmp_path / "there", text),
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )

    assert (done.returncode, said in done.stderr, "Traceback" in done.stderr) == (1, True, False)


def test_a_module_is_run_there_as_well_with_its_arguments(tmp_path: Path, environment: Path) -> None:
    """As the plugin of dynamic providers is; what it is made of is found beside the program."""
    folder = project(tmp_path / "there", named("../another"))
    (folder / "part.py").write_text("import sys\nprint(sys.prefix, sys.argv[1:])\n", encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-P", launcher.__file__, "part", "127.0.0.1:1"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS,
    )

    assert done.stdout == f"{environment} ['127.0.0.1:1']\n"
