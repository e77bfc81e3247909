""".github/ as GitHub reads it: what each job may do, what it runs, and that what it names is there.

What deploys which stack is its owner's choice, and so is whether there are workflows at all.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from hearth import project
from hearth.verbs import VERBS

ROOT = project.root()

FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))
FILES = [*WORKFLOWS, *sorted((ROOT / ".github" / "actions").rglob("action.yml"))]
PINNED = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
# What a job may do beyond reading the repository. Whatever is added here has to be argued for.
ALLOWED = {
    "preview-comment.yml/comment": {"actions": "read", "contents": "read", "pull-requests": "write"},
    "stack.yml/stack": {"contents": "read", "id-token": "write"},
}
STACK = "./.github/workflows/stack.yml"
"""What deploys a stack, or previews it; a job that calls it may do what it may."""


@dataclass(frozen=True)
class Job:
    file: Path
    name: str
    body: Mapping[str, Any]

    @property
    def id(self) -> str:
        return f"{self.file.name}/{self.name}"


def read(file: Path) -> dict[str, Any]:
    """YAML 1.1 takes the key `on` for a boolean; as text it stays what it is."""
    found = yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506 - makes only texts
    assert isinstance(found, dict)
    return found


JOBS = [Job(file, name, body) for file in WORKFLOWS for name, body in read(file)["jobs"].items()]
jobs = pytest.mark.parametrize("job", JOBS, ids=[job.id for job in JOBS])
files = pytest.mark.parametrize("file", FILES, ids=[str(file.relative_to(ROOT / ".github")) for file in FILES])


def of(name: str) -> Path:
    """A workflow by its file's name."""
    if not (FOLDER / name).is_file():
        pytest.skip(f"there is no .github/workflows/{name}")
    return FOLDER / name


def steps(file: Path) -> Iterator[Mapping[str, Any]]:
    content = read(file)
    lists = [content["runs"]] if "runs" in content else content["jobs"].values()
    for each in lists:
        yield from each.get("steps", [])


@files
def test_every_action_is_pinned_by_its_commit_with_the_version_beside_it(file: Path) -> None:
    """A tag can be moved to other code; a commit can't."""
    lines = [line.strip() for line in file.read_text(encoding="utf-8").splitlines() if "uses:" in line]
    loose = [line for line in lines if "./" not in line and not PINNED.search(line)]

    assert loose == []


def test_an_action_has_one_pin_everywhere() -> None:
    found = re.findall(
        r"uses: ([\w./-]+@[0-9a-f]{40} # \S+)", "\n".join(file.read_text(encoding="utf-8") for file in FILES)
    )

    assert len(set(found)) == len({each.partition("@")[0] for each in found})


@jobs
def test_a_job_may_do_what_it_needs_and_no_more(job: Job) -> None:
    called = "stack.yml/stack" if job.body.get("uses") == STACK else job.id

    assert job.body["permissions"] == ALLOWED.get(called, {"contents": "read"})


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_a_workflow_gives_nothing_to_jobs_that_ask_for_nothing(file: Path) -> None:
    assert read(file)["permissions"] == {}


@jobs
def test_a_job_that_runs_by_itself_has_an_end(job: Job) -> None:
    assert "uses" in job.body or 0 < int(job.body["timeout-minutes"]) <= 60


@files
def test_no_text_from_outside_becomes_part_of_a_script(file: Path) -> None:
    """A branch called `$(...)` would run; in a variable it is only a text."""
    assert [step["run"] for step in steps(file) if "${{" in step.get("run", "")] == []


@files
def test_every_script_is_one(file: Path) -> None:
    for step in steps(file):
        if "run" in step:
            subprocess.run(["bash", "-n"], input=step["run"], text=True, check=True)


@files
def test_no_secret_is_read(file: Path) -> None:
    """Google trusts GitHub's word for a job, and KMS opens the state: there is no secret to keep."""
    assert "secrets." not in file.read_text(encoding="utf-8")


def test_strangers_code_runs_without_any_right_worth_having() -> None:
    content = read(of("pull-request.yml"))
    text = of("pull-request.yml").read_text(encoding="utf-8")

    assert content["on"] == "pull_request"
    assert not [job["environment"] for job in content["jobs"].values() if "environment" in job]
    assert "github.token" not in text
    assert "vars." not in text


def test_nothing_runs_on_a_strangers_request_with_this_repositorys_rights() -> None:
    assert [file.name for file in WORKFLOWS if "pull_request_target" in file.read_text(encoding="utf-8")] == []


def test_the_job_that_may_comment_runs_none_of_the_pull_requests_code() -> None:
    comment = of("preview-comment.yml")
    checkouts = [step for step in steps(comment) if "checkout" in step.get("uses", "")]

    assert [step.get("with") for step in checkouts] == [{"persist-credentials": "false"}]
    assert ".venv" not in comment.read_text(encoding="utf-8")
    assert read(comment)["on"]["workflow_run"]["workflows"] == [read(of("pull-request.yml"))["name"]]


@files
def test_no_checkout_leaves_its_token_behind(file: Path) -> None:
    for step in steps(file):
        if "checkout" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] == "false"


def test_two_deployments_of_a_stack_never_overlap_and_none_is_cut_off() -> None:
    (job,) = read(of("stack.yml"))["jobs"].values()

    assert "inputs.stack" in job["concurrency"]["group"]
    assert job["concurrency"]["cancel-in-progress"] == "false"


@pytest.mark.parametrize("job", [job for job in JOBS if job.body.get("uses") == STACK], ids=lambda job: job.id)
def test_a_stack_is_deployed_after_the_tests_and_with_anothers_image_after_its_preview(job: Job) -> None:
    """Prod gets the image that runs in dev, once it was seen what that changes."""
    others = read(job.file)["jobs"]
    needed = job.body["needs"] if isinstance(job.body["needs"], list) else [job.body["needs"]]
    given = job.body["with"]

    if "image" not in given:
        assert needed == ["test"]
        assert "make test" in [step.get("run") for step in others["test"]["steps"]]
        return
    (origin,) = re.findall(r"^\$\{\{ needs\.([\w-]+)\.outputs\.image \}\}$", given["image"])
    assert origin in needed
    assert others[origin]["uses"] == STACK
    shown = [others[name]["with"] for name in needed if "preview" in others[name].get("with", {})]
    assert "preview" in given or shown == [given | {"preview": "true"}]


def test_a_stack_gets_the_files_that_the_front_end_builds_before_anything_has_an_identity() -> None:
    """Without them `pulumi up` would take them off the site, and only warn."""
    found = list(steps(of("stack.yml")))
    built = [step.get("run") for step in found].index("make assets")
    (identity,) = [at for at, step in enumerate(found) if "google-github-actions/auth" in step.get("uses", "")]

    assert built < identity


@jobs
def test_stacks_that_are_named_have_files(job: Job) -> None:
    stack = job.body.get("with", {}).get("stack")

    assert stack is None or (ROOT / f"Pulumi.{stack}.yaml").is_file()


@files
def test_what_a_script_calls_is_there(file: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for step in steps(file):
        script = step.get("run", "")
        for verb in re.findall(r"-m hearth (\S+)", script):
            assert verb in VERBS, verb
        for target in re.findall(r"^make (\S+)", script, flags=re.MULTILINE):
            assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target
        if step.get("uses", "").startswith("./"):
            assert (ROOT / step["uses"]).exists()


def test_jobs_with_an_identity_take_nothing_from_a_cache() -> None:
    for job in JOBS:
        if "id-token" in job.body["permissions"]:
            assert not [step for step in job.body.get("steps", []) if step.get("with", {}).get("cache") == "true"]


def test_actionlint_finds_nothing() -> None:
    if not WORKFLOWS:
        pytest.skip("there are no workflows")
    if (actionlint := shutil.which("actionlint")) is None:
        pytest.skip("actionlint is not installed (https://github.com/rhysd/actionlint)")
    found = subprocess.run([actionlint, "-no-color"], cwd=ROOT, check=False, capture_output=True, text=True)

    assert found.stdout == ""
    assert found.returncode == 0, found.stderr
