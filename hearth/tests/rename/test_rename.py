"""The app's name changes everywhere it stands, or nowhere."""

import json
import shutil
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from hearth.rename import checks, places
from hearth.rename.command import run
from hearth.rename.errors import RenameError
from hearth.tests import example

FILES = {
    "Pulumi.yaml": """
name: hearth-app # Changed everywhere.
main: infra/
runtime: python
plugins:
  providers:
    - name: hearth
      path: infra/provider
""",
    ".firebaserc": """
{ "projects": { "default": "demo-hearth", "dev": "replace-me-dev" } }
""",
    "pyproject.toml": """
[project]
name = "hearth-app"

[tool.ruff]
line-length = 120
""",
}


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    return subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files that the name stands in, committed."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text.lstrip(), encoding="utf-8")
    example.put_into(tmp_path)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "As shipped")
    return tmp_path


def nothing(_: Path) -> str:
    return ""


def rename(checkout: Path, name: str, *, anyway: bool = False, renew: Callable[[Path], str] = nothing) -> None:
    run(checkout, name, anyway=anyway, renew=renew)


def configuration(checkout: Path, stack: str) -> dict[str, str]:
    document = yaml.safe_load((checkout / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"))
    return dict(document["config"])


def test_the_name_changes_in_each_file_that_says_it(checkout: Path) -> None:
    rename(checkout, "my-shop")

    assert yaml.safe_load((checkout / "Pulumi.yaml").read_text(encoding="utf-8"))["name"] == "my-shop"
    assert tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]["name"] == "my-shop"
    assert {configuration(checkout, stack)["app:name"] for stack in ("dev", "local", "prod")} == {"my-shop"}
    assert configuration(checkout, "local")["gcp:project"] == "demo-my-shop"
    assert configuration(checkout, "local")["gcp:billingProject"] == "demo-my-shop"
    rewrites = json.loads((checkout / "firebase.json").read_text(encoding="utf-8"))["hosting"]["rewrites"]
    assert [rewrite["run"]["serviceId"] for rewrite in rewrites if "run" in rewrite] == ["my-shop"]
    assert json.loads((checkout / ".firebaserc").read_text(encoding="utf-8"))["projects"]["default"] == "demo-my-shop"


def test_nothing_but_these_values_changes(checkout: Path) -> None:
    rename(checkout, "my-shop")

    changed = [line for line in git(checkout, "diff", "--unified=0").splitlines() if line.startswith("+ ")]
    assert not [line for line in changed if "my-shop" not in line]
    project = (checkout / "Pulumi.yaml").read_text(encoding="utf-8")
    assert "    - name: hearth\n" in project
    assert project.startswith("name: my-shop # Changed")


def test_a_project_on_google_cloud_keeps_its_id(checkout: Path) -> None:
    file = checkout / "Pulumi.dev.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("replace-me-dev", "acme-dev"), encoding="utf-8")

    rename(checkout, "my-shop", anyway=True)

    assert configuration(checkout, "dev")["gcp:project"] == "acme-dev"


def test_a_stack_on_google_cloud_is_spoken_of(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = checkout / "Pulumi.dev.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("replace-me-dev", "acme-dev"), encoding="utf-8")

    rename(checkout, "my-shop", anyway=True)

    said = capsys.readouterr().out
    assert "pulumi destroy -s dev" in said
    assert "-s prod" not in said


def test_a_rewrite_to_another_service_stays(checkout: Path) -> None:
    file = checkout / "firebase.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    document["hosting"]["rewrites"].insert(0, {"source": "/x", "run": {"serviceId": "reports", "region": "r"}})
    file.write_text(json.dumps(document), encoding="utf-8")

    rename(checkout, "my-shop", anyway=True)

    rewrites = json.loads(file.read_text(encoding="utf-8"))["hosting"]["rewrites"]
    assert [rewrite["run"]["serviceId"] for rewrite in rewrites] == ["reports", "my-shop"]


def test_the_same_name_again_changes_nothing(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rename(checkout, "my-shop")
    before = git(checkout, "diff")
    capsys.readouterr()

    rename(checkout, "my-shop")

    assert capsys.readouterr().out == "Everything is called my-shop already.\n"
    assert git(checkout, "diff") == before


def test_there_and_back_is_as_it_was(checkout: Path) -> None:
    old = configuration(checkout, "local")["app:name"]
    rename(checkout, "my-shop")
    rename(checkout, old, anyway=True)

    changed = git(checkout, "diff", "--name-only").split()
    assert "firebase.json" not in changed
    assert "Pulumi.dev.yaml" not in changed


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "make rename NAME="),
        ("My_Shop", "lowercase letters, digits and hyphens"),
        ("shop-", "not ending in a hyphen"),
        ("s", "6 to 30 characters"),
        ("a" * 25, "6 to 30 characters"),
        ("google-shop", "contain 'google'"),
        ("gcp", "has this name"),
        ("hearth", "has this name"),
        ("app", "has this name"),
        ("no", "YAML reads it as False"),
    ],
)
def test_a_bad_name_is_refused_with_its_reason_and_nothing_is_written(checkout: Path, name: str, why: str) -> None:
    with pytest.raises(RenameError, match=why):
        rename(checkout, name, anyway=True)

    assert git(checkout, "status", "--porcelain") == ""


@pytest.mark.parametrize("name", ["ab", "shop2", "my-shop", "a" * 24])
def test_a_good_name_is_taken(checkout: Path, name: str) -> None:
    assert checks.name_faults(checkout, name) == []


def test_every_reason_is_told_at_once(checkout: Path) -> None:
    assert len(checks.name_faults(checkout, "google-" + "a" * 30)) > 2


def test_uncommitted_changes_are_not_mixed_with_the_renames(checkout: Path) -> None:
    (checkout / "notes.txt").write_text("mine\n", encoding="utf-8")

    with pytest.raises(RenameError, match=r"1 uncommitted changes.*commit or stash"):
        rename(checkout, "my-shop")
    assert git(checkout, "status", "--porcelain") == "?? notes.txt\n"

    rename(checkout, "my-shop", anyway=True)
    assert configuration(checkout, "dev")["app:name"] == "my-shop"


def test_uncommitted_changes_are_told_before_the_program_is_run(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (checkout / "notes.txt").write_text("mine\n", encoding="utf-8")
    monkeypatch.delattr(checks, "name_faults")

    with pytest.raises(RenameError, match="uncommitted changes"):
        rename(checkout, "my-shop")


def test_without_git_there_is_no_way_back(checkout: Path) -> None:
    shutil.rmtree(checkout / ".git")

    with pytest.raises(RenameError, match="not a git checkout"):
        rename(checkout, "my-shop")


def test_a_second_stack_on_this_machine_is_destroyed_by_pulumi_as_make_down_leaves_it(checkout: Path) -> None:
    (checkout / ".git" / "info" / "exclude").write_text("/.local/\n", encoding="utf-8")
    file = checkout / ".local" / "state" / ".pulumi" / "stacks" / places.current(checkout) / "second.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"checkpoint": {"latest": {"resources": [{"urn": "urn:pulumi:second::x"}]}}}', encoding="utf-8")

    with pytest.raises(RenameError, match=r"Stack second is deployed.*`pulumi destroy -s second` first"):
        rename(checkout, "my-shop")


@pytest.mark.parametrize(
    ("state", "refused"),
    [
        ('{"checkpoint": {"latest": {"resources": [{"urn": "urn:pulumi:local::x"}]}}}', True),
        ("no JSON", True),
        ('{"checkpoint": {"latest": {}}}', False),
        ('{"checkpoint": {"latest": null}}', False),
    ],
)
def test_a_stack_deployed_on_this_machine_goes_down_first(
    checkout: Path,
    state: str,
    refused: bool,  # noqa: FBT001
) -> None:
    (checkout / ".git" / "info" / "exclude").write_text("/.local/\n", encoding="utf-8")
    file = checkout / ".local" / "state" / ".pulumi" / "stacks" / places.current(checkout) / "local.json"
    file.parent.mkdir(parents=True)
    file.write_text(state, encoding="utf-8")

    if refused:
        with pytest.raises(RenameError, match=r"Stack local is deployed on this machine.*make down"):
            rename(checkout, "my-shop")
    rename(checkout, "my-shop", anyway=refused)
    assert configuration(checkout, "local")["app:name"] == "my-shop"


@pytest.mark.parametrize(
    ("file", "old", "new", "why"),
    [
        ("Pulumi.dev.yaml", "  app:name: ", "  app:named: ", "Pulumi.dev.yaml sets no app:name"),
        ("Pulumi.prod.yaml", "config:", "config: [", "Pulumi.prod.yaml is no YAML"),
        ("firebase.json", "{", "[{", "firebase.json is no JSON"),
        ("pyproject.toml", "[project]", "[project", "pyproject.toml is not TOML"),
        ("Pulumi.yaml", "name: ", "title: ", "Pulumi.yaml sets no name"),
    ],
)
def test_a_file_without_a_name_to_change_leaves_all_of_them_as_they_are(
    checkout: Path, file: str, old: str, new: str, why: str
) -> None:
    text = (checkout / file).read_text(encoding="utf-8")
    (checkout / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    git(checkout, "commit", "--quiet", "--all", "--message", "Broken")

    with pytest.raises(RenameError, match=why):
        rename(checkout, "my-shop")
    assert git(checkout, "status", "--porcelain") == ""


def test_the_command_says_what_to_do_next(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rename(checkout, "my-shop", renew=lambda _: "--- a\n+++ b\n-  name: web\n+  name: my-shop\n")

    said = capsys.readouterr().out
    assert "app:name: web → my-shop" in said
    assert "1 lines" in said
    assert "make up" in said
