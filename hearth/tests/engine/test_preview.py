"""`make preview` in a scratch repository of this checkout's files, by the real engine and with no network."""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
import yaml

from hearth.tests import example
from hearth.tests.engine.deployment import CHECKOUT, SECONDS, eventually
from hearth.tests.installed import with_cli

MADE = {".git", ".local", ".venv", "__pycache__"}


@dataclass
class Repository:
    """A git repository with one commit, tagged `base`."""

    root: Path
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
        return subprocess.run(
            ["git", *who, *arguments], cwd=self.root, check=True, capture_output=True, text=True
        ).stdout

    def edit(self, path: str, old: str, new: str) -> None:
        file = self.root / path
        text = file.read_text(encoding="utf-8")
        assert old in text, f"{path} does not contain {old!r}"
        file.write_text(text.replace(old, new), encoding="utf-8")

    def configure(self, stack: str, **values: object) -> None:
        """Set keys of a stack's file, which loses its comments."""
        file = self.root / f"Pulumi.{stack}.yaml"
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        content["config"] |= {f"app:{key}": value for key, value in values.items()}
        file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")

    def commit(self, tag: str = "base") -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", tag)
        self.git("tag", "--force", tag)

    def start(self, stack: str, *options: str, base: str = "base") -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [
                self.root / ".venv" / "bin" / "python",
                "-m",
                "hearth",
                "preview",
                "--stack",
                stack,
                "--base",
                base,
                *options,
            ],
            cwd=self.root,
            env=with_cli(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def preview(self, stack: str, *options: str, base: str = "base", code: int = 0) -> str:
        """What it printed, after seeing that it ended with the exit code."""
        process = self.start(stack, *options, base=base)
        output, _ = process.communicate(timeout=SECONDS)
        assert process.returncode == code, output
        return output

    def snapshot(self) -> dict[str, str]:
        """Hash of every file, with git's own among them, but for what is ignored."""
        files = [
            file
            for file in self.root.rglob("*")
            if file.is_file() and not MADE & set(file.relative_to(self.root).parts)
        ]
        files += [self.root / ".git" / name for name in ("index", "HEAD", "config")]
        return {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    def left(self) -> list[str]:
        """What a preview left: folders, and processes that work in this repository."""
        found = [path.name for path in (self.root / ".local" / "preview").glob("work-*")]
        for process in psutil.process_iter():
            try:
                working = process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()).is_relative_to(self.root)
            except psutil.Error:
                continue
            if working:
                found.append(f"{process.pid} {process.name()}")
        return found


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """For tests that change nothing."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    root = tmp_path_factory.mktemp("shared").resolve() / "checkout"
    for name in filter(None, listed.split("\0")):
        if (CHECKOUT / name).is_file() and "tests" not in Path(name).parts:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / name, root / name)
    example.put_into(root)
    made = Repository(root)
    made.git("init", "--quiet")
    (root / ".git" / "info" / "exclude").write_text(".venv\n", encoding="utf-8")
    (root / ".venv").symlink_to(CHECKOUT / ".venv")
    made.commit()
    return made


@pytest.fixture
def repository(shared: Repository, tmp_path: Path) -> Iterator[Repository]:
    """One like it of the test's own."""
    made = Repository((tmp_path / "checkout").resolve())
    shutil.copytree(shared.root, made.root, symlinks=True, ignore=shutil.ignore_patterns(".local"))
    made.git("update-index", "-q", "--refresh")
    try:
        yield made
    finally:
        for process in made.started:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()


# --- The show ---


def test_four_changes_are_told_with_exposure_and_replacement_on_top(repository: Repository, tmp_path: Path) -> None:
    """In the working tree, committed in part: more instances, other access, a new file, a renamed registry."""
    repository.configure("prod", maxInstances="33", name="shop")
    repository.commit("half")
    repository.configure("prod", publicAccess="invoker-check-off")
    (repository.root / "static" / "new.txt").write_text("new\n", encoding="utf-8")
    before, comment = repository.snapshot(), tmp_path / "comment.md"

    output = repository.preview("prod", "--fail-on", "delete,exposure", "--markdown", str(comment), code=3)

    diff, _, summary = output.partition("Infra preview of stack")
    assert "+ /new.txt" in diff
    told = [
        "! Public exposure",
        "invokerIamDisabled (anyone may call it, without asking IAM): false → true",
        "! Replaced",
        "artifactregistry.Repository images, because of repositoryId. At stake: every image in it",
        "scaling.maxInstanceCount: 10 → 33",
        "added /new.txt",
    ]
    places = [summary.index(each) for each in told]
    assert places == sorted(places)
    assert "Will be refused: base has protect" in summary
    assert "FAIL_ON exposure: " in summary
    assert comment.read_text(encoding="utf-8").startswith("<!-- hearth-preview:prod -->\n")
    assert repository.snapshot() == before
    assert repository.left() == []


def test_a_base_is_deployed_once_for_no_change_for_changes_and_for_a_head_that_is_refused(
    repository: Repository,
) -> None:
    output = repository.preview("prod", "--fail-on", "replace,delete,exposure")

    assert "Deploying base (" in output
    assert "No changes: " in output

    repository.configure("prod", maxInstances="33", name="shop")
    again = repository.preview("prod")

    assert "was deployed as records by an earlier preview." in again
    assert "scaling.maxInstanceCount: 10 → 33" in again
    assert "Will be refused: base has protect" in again, "what was protected is known"
    assert repository.left() == []

    repository.configure("prod", cpu="3")
    refused = repository.preview("prod", "--fail-on", "replace,delete,exposure", code=1)
    assert "was deployed as records by an earlier preview." in refused
    assert "app:cpu = " in refused
    assert "The engine refuses the head revision" in refused, "an error, and no gate"


def test_a_base_from_before_the_toolkit_had_a_folder_is_refused_with_the_first_to_compare_with(
    repository: Repository,
) -> None:
    (repository.root / "hearth").rename(repository.root / "kept")
    (repository.root / "localcloud").mkdir()
    (repository.root / "localcloud" / "cloud.py").touch()
    repository.git("rm", "--quiet", "-r", "--cached", "hearth")
    repository.git("add", "localcloud")
    repository.git("commit", "--quiet", "--message", "old")
    repository.git("tag", "old")
    shutil.rmtree(repository.root / "localcloud")
    (repository.root / "kept").rename(repository.root / "hearth")
    repository.commit("new")

    output = repository.preview("prod", base="old", code=1)

    assert "old (" in output
    assert "The first commit that you can compare with is " in output
    assert "Traceback" not in output


def test_a_stack_file_of_a_kms_key_needs_no_key_and_a_rotation_shows(repository: Repository) -> None:
    file = repository.root / "Pulumi.prod.yaml"
    kms = "secretsprovider: gcpkms://projects/acme/locations/global/keyRings/r/cryptoKeys/k\nencryptedkey: CiQA\n"
    file.write_text(kms + file.read_text(encoding="utf-8"), encoding="utf-8")
    kept = {"secure": "v1:kept"}
    repository.configure("prod", secretKeyRotation={"secure": "v1:first"}, secrets={"KEPT": kept, "TURNED": kept})
    repository.commit()
    repository.configure(
        "prod",
        secretKeyRotation={"secure": "v1:second"},
        secrets={"KEPT": kept, "TURNED": {"secure": "v1:second"}},
    )
    before = repository.snapshot()

    output = repository.preview("prod")

    assert "secret changed: app:secretKeyRotation" in output
    assert "v1:" not in output
    assert "secret.KeyVersion secrets-session-key, because of rotation" in output
    assert "secret changed: app:secrets.TURNED" in output
    assert "secretmanager.SecretVersion own-secrets-TURNED-second, because of secretData" in output
    assert "own-secrets-TURNED-first, because" not in output, "the version before stays"
    assert "own-secrets-KEPT-second, because" not in output
    assert repository.snapshot() == before


def test_a_new_stack_is_said_to_be_new(repository: Repository) -> None:
    shutil.copy(repository.root / "Pulumi.dev.yaml", repository.root / "Pulumi.qa.yaml")

    output = repository.preview("qa")

    assert "base (" in output
    assert "has no Pulumi.qa.yaml: the stack is new, so every resource is created." in output
    assert "! Replaced" not in output
    assert "cloudrunv2.Service web" in output.partition("Created (")[2]


# --- What goes wrong ---


@pytest.mark.parametrize(
    ("stack", "base", "options", "said"),
    [
        ("prod", "no-such", (), "BASE=no-such is no revision that this checkout knows. Run `git fetch origin`"),
        ("prod", "--help", (), "BASE=--help is no revision"),
        ("prod", "base", ("--head", "no-such"), "HEAD_REF=no-such is no revision"),
        ("qa", "base", (), "There is no Pulumi.qa.yaml in working tree"),
        ("../prod", "base", (), "STACK=../prod is not a valid stack name"),
        ("", "base", (), "No stack is given. Name one: make preview STACK=prod"),
        ("prod", "base", ("--fail-on", "replaces"), "replaces is unknown and would have no effect"),
    ],
)
def test_a_wrong_word_is_said_at_once(
    shared: Repository, stack: str, base: str, options: tuple[str, ...], said: str
) -> None:
    process = subprocess.run(
        [
            shared.root / ".venv/bin/python",
            "-m",
            "hearth",
            "preview",
            f"--stack={stack}",
            f"--base={base}",
            *options,
        ],
        cwd=shared.root,
        env=with_cli(os.environ),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )

    assert process.returncode == 1
    assert said in process.stderr
    assert "Traceback" not in process.stderr
    assert shared.left() == []


def test_a_base_that_does_not_deploy_is_named_with_its_reason(repository: Repository) -> None:
    repository.configure("prod", cpu="3")
    repository.commit("broken")
    repository.git("checkout", "--quiet", "base")

    output = repository.preview("prod", base="broken", code=1)

    assert "The base revision broken (" in output
    assert "app:cpu = " in output
    assert "name a revision that deploys" in output.lower()
    assert repository.left() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_preview_leaves_nothing(repository: Repository, number: signal.Signals) -> None:
    """In the middle of the base's deployment, with engine, plugins and cloud running."""
    repository.configure("prod", maxInstances="20")
    before = repository.snapshot()
    process = repository.start("prod")

    def plugins() -> bool:
        names = set()
        for each in psutil.Process(process.pid).children(recursive=True):
            # Some end while they are looked at.
            with contextlib.suppress(psutil.Error):
                names.add(" ".join(each.cmdline()))
        return any("hearth.localcloud.standin" in name for name in names) and any("pulumi up" in name for name in names)

    eventually(plugins)
    os.kill(process.pid, number)
    output, _ = process.communicate(timeout=SECONDS)

    assert process.returncode == 130, output
    assert "Traceback" not in output
    assert repository.left() == []
    assert repository.snapshot() == before
