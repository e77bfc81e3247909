"""`python -m hearth`: one list of verbs, each of them there, and a person's mistakes answered in a sentence."""

import importlib
import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hearth import __main__ as command_line
from hearth import flask_app, project, serving
from hearth.errors import HearthError
from hearth.verbs import VERBS, Verb

ROOT = project.root()
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


class Recorded:
    """A module that keeps what it was called with."""

    def __init__(self, code: int | BaseException = 0) -> None:
        self.code = code
        self.calls: list[list[str]] = []

    def main(self, arguments: list[str]) -> int:
        self.calls.append(arguments)
        if isinstance(self.code, BaseException):
            raise self.code
        return self.code


def verbs(monkeypatch: pytest.MonkeyPatch, **modules: Recorded) -> None:
    """Two verbs in place of all: `second` needs `first`, and is told its name."""
    table = {
        "first": Verb(does="comes first", module="first"),
        "second": Verb(does="comes second", module="second", named=True, first=("first",)),
    }
    monkeypatch.setattr(command_line, "VERBS", table)
    monkeypatch.setattr(importlib, "import_module", modules.__getitem__)


def test_the_help_lists_every_verb_with_what_it_does() -> None:
    listed = re.findall(r"^  (\w+) +(\S.*)$", command_line.usage(), flags=re.MULTILINE)

    assert dict(listed) == {name: verb.does for name, verb in VERBS.items()}


@pytest.mark.parametrize("verb", VERBS.values(), ids=list(VERBS))
def test_each_verb_has_its_module_and_the_verbs_before_it(verb: Verb) -> None:
    assert callable(importlib.import_module(verb.module).main)
    assert set(verb.first) <= set(VERBS)


@pytest.mark.parametrize("name", sorted(set(VERBS) - {"attack", "bench", "comment"}))
def test_each_verb_tells_its_options_and_does_nothing_else(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line.main([name, "--help"])

    assert ended.value.code == 0
    assert f"usage: python -m hearth {name}" in capsys.readouterr().out


def test_each_target_of_the_makefile_that_is_called_like_a_verb_is_one_line_that_names_it() -> None:
    """The others are its owner's."""
    found = re.findall(r"^([a-z]+):.*\n((?:\t.*\n)*)", MAKEFILE, flags=re.MULTILINE)
    targets = {name: recipe for name, recipe in found if name in VERBS}

    for name, recipe in targets.items():
        assert recipe.count("\n") == 1, name
        assert re.search(rf"(\$\(HEARTH\)|-m hearth) {name}\b", recipe), name
    assert {"up", "check", "test", "down"} <= set(targets)
    (phony,) = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, flags=re.MULTILINE)
    assert set(targets) <= set(phony.split())


def test_a_verb_runs_after_those_that_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = Recorded(), Recorded(5)
    verbs(monkeypatch, first=first, second=second)

    assert command_line.main(["second", "--option"]) == 5
    assert (first.calls, second.calls) == ([[]], [["second", "--option"]])


def test_a_verb_does_not_run_after_one_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    second = Recorded()
    verbs(monkeypatch, first=Recorded(3), second=second)

    assert command_line.main(["second"]) == 3
    assert second.calls == []


def test_a_verb_that_is_asked_for_its_options_needs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    first = Recorded()
    verbs(monkeypatch, first=first, second=Recorded())

    assert command_line.main(["second", "--help"]) == 0
    assert first.calls == []


def test_what_a_person_can_put_right_is_a_sentence_and_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    verbs(monkeypatch, first=Recorded(HearthError("Name a stack.")), second=Recorded())

    assert command_line.main(["first"]) == 1
    assert capsys.readouterr().err == "first: Name a stack.\n"


def test_a_bench_that_is_not_installed_is_said_to_be_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)

    with pytest.raises(HearthError, match="an installed flask_hearth comes without it"):
        flask_app.main(["bench"])


@pytest.fixture
def plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose app is Flask's alone."""
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "shop.py").write_text(
        "import flask, sys\nprint(sys.argv)\napp = flask.Flask(__name__)\n", encoding="utf-8"
    )
    (tmp_path / "pyproject.toml").write_text('[tool.hearth]\napp = "shop"\n', encoding="utf-8")
    monkeypatch.setattr(project, "root", lambda: tmp_path)
    return tmp_path


@pytest.mark.parametrize("verb", ["openapi", "firestore"])
def test_an_app_without_the_framework_has_nothing_to_write(plain: Path, verb: str) -> None:
    with pytest.raises(HearthError, match=f"imports no flask_hearth.*`{verb}`"):
        flask_app.main([verb])
    assert [each.name for each in (plain / "service").iterdir()] == ["shop.py"]


def test_an_app_without_the_framework_is_served_by_flask_run(
    plain: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    served: list[Any] = []

    def serve(*arguments: Any) -> int:
        served.append(arguments)
        return 0

    monkeypatch.setattr(serving, "serve", serve)

    assert flask_app.main(["serve"]) == 0
    ((command, folder, _, _),) = served
    assert command[-3:] == ["shop", "run", "--debug"]
    assert folder == plain / "service"
    assert "plain `flask run`" in capsys.readouterr().err


def test_an_interrupt_is_exit_code_130(monkeypatch: pytest.MonkeyPatch) -> None:
    verbs(monkeypatch, first=Recorded(KeyboardInterrupt()), second=Recorded())

    assert command_line.main(["first"]) == 130


@pytest.mark.parametrize(("typed", "meant"), [("statsu", "'status'"), ("xyzzy", "--help")])
def test_an_unknown_verb_is_exit_code_2_with_the_nearest(
    typed: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_line.main([typed]) == 2
    assert meant in capsys.readouterr().err


def test_the_verb_for_comments_needs_nothing_but_python() -> None:
    """It runs with a token that may write, so none of the pull request's packages are there."""
    command = [
        sys.executable,
        "-I",
        "-S",
        "-c",
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import hearth.ci.comment",
    ]

    assert subprocess.run([*command], check=False).returncode == 0


def test_outside_of_a_project_a_verb_says_so(tmp_path: object) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hearth", "status"],
        cwd=str(tmp_path),
        env={"PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert done.stderr.startswith("status: There is no Pulumi.yaml in ")


@pytest.mark.parametrize("folder", ["service", "service/src"])
@pytest.mark.parametrize(
    ("named", "loose", "told"),
    [
        (
            "flask==3\nno-such-thing>=1\nno.such_other\n",
            False,
            "names no-such-thing, no.such_other, .* mv {0}.txt {0}.in",
        ),
        ("no-such-thing\n", True, "names no-such-thing, .*missing: make lock"),
        ("Flask\n# no-such-thing\n--no-such-option\nno-such-thing; sys_platform == 'win32'\n", False, None),
        ("git+https://example.com/a.git\nhttps://example.com/a.whl\nvendored/a.whl\n./a\n", False, None),
        ("no-such-thing[extra]==1\nno-such-other @ https://example.com/a.whl\n", True, "no-such-thing, no-such-other,"),
        (None, False, None),
    ],
)
def test_packages_of_the_app_that_the_environment_lacks_are_told_with_the_way_to_them(
    tmp_path: Path, folder: str, named: str | None, *, loose: bool, told: str | None
) -> None:
    (tmp_path / folder).mkdir(parents=True)
    # Those of the project itself are no app's.
    (tmp_path / "requirements.txt").write_text("no-such-tool\n", encoding="utf-8")
    if named is not None:
        (tmp_path / "service" / "requirements.txt").write_text(named, encoding="utf-8")
    if loose:
        (tmp_path / "service" / "requirements.in").touch()

    found = flask_app.lacking_packages(tmp_path, tmp_path / folder)

    assert bool(found) is (told is not None)
    assert told is None or re.search(told.format("service/requirements"), found)
