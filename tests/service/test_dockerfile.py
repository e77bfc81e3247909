"""Conventions of the Dockerfile that no build would complain about."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hearth.provider.ignore import IgnoreRules

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "service" / "Dockerfile").read_text(encoding="utf-8")
INSTRUCTION = re.compile(r"^([A-Z]+) (.*)$", re.DOTALL)


def instructions() -> list[tuple[str, str, str]]:
    """Each instruction's keyword and arguments, continued lines joined, and the comment right above it."""
    found: list[tuple[str, str, str]] = []
    comment: list[str] = []
    logical = DOCKERFILE.replace("\\\n", " ")
    for line in logical.splitlines():
        if line.startswith("#"):
            comment.append(line)
        elif match := INSTRUCTION.match(line):
            found.append((match[1], " ".join(match[2].split()), "\n".join(comment)))
            comment = []
        else:
            assert not line.strip(), f"not understood: {line}"
            comment = []
    return found


def arguments(keyword: str) -> list[str]:
    return [rest for name, rest, _ in instructions() if name == keyword]


def final_stage() -> list[tuple[str, str, str]]:
    every = instructions()
    last = max(at for at, (name, _, _) in enumerate(every) if name == "FROM")
    return every[last:]


@pytest.mark.parametrize(
    "at", range(len(instructions())), ids=[f"{name} {rest[:30]}" for name, rest, _ in instructions()]
)
def test_every_instruction_says_why(at: int) -> None:
    keyword, rest, comment = instructions()[at]

    assert len(comment) > 40, f"{keyword} {rest} has no reason above it"


def test_the_linter_of_dockerfiles_finds_nothing() -> None:
    linted = subprocess.run(
        [Path(sys.executable).parent / "hadolint", "-"], input=DOCKERFILE, capture_output=True, text=True, check=False
    )

    assert (linted.returncode, linted.stdout + linted.stderr) == (0, "")


def test_only_instructions_that_the_local_cloud_reads_are_used() -> None:
    known = {"ARG", "FROM", "WORKDIR", "ENV", "COPY", "RUN", "USER", "EXPOSE", "CMD"}

    assert {name for name, _, _ in instructions()} <= known
    assert "<<" not in DOCKERFILE
    assert "--link" not in DOCKERFILE


def test_both_stages_start_from_the_one_base_that_an_argument_can_replace() -> None:
    """Native packages are made for one minor version: two bases could differ in it."""
    pinned, *stages = arguments("FROM")

    assert arguments("ARG") == ["BASE=pinned"]
    assert [rest.split()[0] for rest in stages] == ["${BASE}", "${BASE}"]
    assert re.fullmatch(r"python:3\.\d+-slim@sha256:[0-9a-f]{64} AS pinned", pinned)


def test_dependencies_are_those_that_were_locked() -> None:
    (install,) = [rest for rest in arguments("RUN") if "pip install" in rest]

    assert "--require-hashes" in install
    assert "--only-binary :all:" in install


def test_every_locked_package_has_a_hash() -> None:
    lock = (ROOT / "service" / "requirements.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    packages = [line for line in lock.splitlines() if re.match(r"[a-z]", line)]

    assert packages
    assert [line for line in packages if "--hash=sha256:" not in line] == []


def test_the_service_is_not_root_and_is_process_one() -> None:
    """A shell as process 1 would not pass SIGTERM on; a user by name can't be seen not to be root."""
    names = [name for name, _, _ in final_stage()]
    (user,) = [rest for name, rest, _ in final_stage() if name == "USER"]
    (command,) = arguments("CMD")

    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    assert names.index("USER") > max(at for at, name in enumerate(names) if name in {"RUN", "COPY"})
    assert json.loads(command) == ["gunicorn", "--config", "gunicorn.conf.py", "app:create_app()"]


def test_bytecode_is_made_for_dependencies_standard_library_and_code() -> None:
    """Without it each cold start compiles again what it imports, as the service may not write."""
    compiled = [rest for rest in arguments("RUN") if "compileall" in rest]

    assert len(compiled) == 3
    assert all("unchecked-hash" in rest for rest in compiled)


def test_code_comes_after_dependencies() -> None:
    """Else each edit would install them again."""
    copies = [rest for name, rest, _ in final_stage() if name == "COPY"]

    assert copies[-2] == "service/app ./app"
    assert copies[0].startswith("--from=builder /opt/venv ")


def test_static_files_come_last_of_all() -> None:
    """An edited style sheet is then one small layer to push."""
    made = [f"{name} {rest}" for name, rest, _ in final_stage() if name in {"COPY", "RUN"}]

    assert made[-1] == "COPY static ./static"


def test_the_context_holds_what_the_dockerfile_copies_and_nothing_else() -> None:
    """What is forgotten elsewhere stays out, and only an edit of these makes another image."""
    rules = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    copied = {rest.split()[0] for rest in arguments("COPY") if not rest.startswith("--from")}

    assert rules[0] == "*"
    let_in = {rule[1:] for rule in rules if rule.startswith("!")}
    assert let_in == {path.partition("/")[0] for path in copied} | {"static/.well-known"}
    assert all((ROOT / path).exists() for path in copied)
    ignored = IgnoreRules("\n".join(rules))
    ours = (path.relative_to(ROOT).as_posix() for path in (ROOT / "service").rglob("*") if path.is_file())
    sent = {path for path in ours if not ignored.excludes(path)} - {"service/Dockerfile"}
    assert {path for path in sent if not path.startswith(tuple(copied))} == set()


@pytest.mark.parametrize(
    "path", ["service/.env", "service/app/.env.prod", "service/instance/app.sqlite3", "service/tests/test_app.py"]
)
def test_what_a_checkout_holds_for_its_developer_alone_is_not_sent(path: str) -> None:
    assert IgnoreRules((ROOT / ".dockerignore").read_text(encoding="utf-8")).excludes(path)


def test_of_what_is_hearths_the_image_holds_what_a_server_runs() -> None:
    """A change of the toolkit, or of the framework's tests, would else make a new image of every service."""
    rules = IgnoreRules((ROOT / ".dockerignore").read_text(encoding="utf-8"))
    every = (path for name in ("hearth", "flask_hearth", "wheels") for path in (ROOT / name).rglob("*"))
    files = [path.relative_to(ROOT).as_posix() for path in every if path.is_file()]
    held = {path for path in files if not rules.excludes(path)}

    assert held
    assert {path for path in held if not re.match(r"flask_hearth/|wheels/flask_hearth-", path)} == set()
    assert {path for path in held if re.match(r"flask_hearth/(tests|bench|testing|attack)/", path)} == set()
    assert {Path(path).suffix for path in held if not path.endswith("py.typed")} <= {".py", ".html", ".whl"}
