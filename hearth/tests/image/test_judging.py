"""What holds of an image, over what was once found in one."""

import py_compile
from pathlib import Path
from typing import Any

import pytest

from hearth.image import contents, context, inside, trial
from hearth.image.instance import Instance
from hearth.image.rows import Row, all_passed, table

CONFIG: dict[str, Any] = {
    "Size": 237_000_000,
    "Config": {
        "User": "65532:65532",
        "Env": ["PATH=/opt/venv/bin:/usr/bin", "PYTHONUNBUFFERED=1"],
        "Cmd": ["gunicorn", "--config", "gunicorn.conf.py", "app:create_app()"],
        "WorkingDir": "/srv",
        "Labels": None,
    },
}
INSIDE: dict[str, Any] = {
    "python": "3.13.5",
    "compilers": [],
    "pip": [],
    "writable": [],
    "ours": {"gunicorn.conf.py": "aa", "app/__init__.py": "bb"},
    "loaded": 1096,
    "uncompiled": {},
}
BESIDE: dict[str, Any] = {
    "first": ["/opt/venv/bin/python3", "/opt/venv/bin/gunicorn"],
    "uid": 65532,
    "capabilities": 0,
    "limit": 512 * 2**20,
    "peak": 67 * 2**20,
    "disk": False,
    "tmp": True,
}
INSTANCE = Instance(
    stack="prod",
    memory=512 * 2**20,
    concurrency=80,
    dockerfile="service/Dockerfile",
    ready="/ready",
    live="/live",
    migration=(),
    env={},
)
SECRET = "from somebody's laptop\n"


def failing(rows: list[Row]) -> list[str]:
    return [row.what for row in rows if row.holds is False]


@pytest.mark.parametrize(
    ("changed", "fails"),
    [
        ({}, []),
        ({"User": "web"}, ["user"]),
        ({"User": "0:0"}, ["user"]),
        ({"User": ""}, ["user"]),
        ({"Cmd": ["/bin/sh", "-c", "gunicorn"]}, ["command"]),
        ({"Cmd": None}, ["command"]),
        ({"Env": ["SECRET_KEY=abc"]}, ["no secret in its environment"]),
        ({"Env": ["PIP_TOKEN="]}, []),
    ],
)
def test_an_image_is_judged_by_what_the_engine_tells_of_it(changed: dict[str, Any], fails: list[str]) -> None:
    assert failing(contents.check_config({**CONFIG, "Config": CONFIG["Config"] | changed}, 100_000_000)) == fails


def test_labels_and_what_is_on_top_of_the_base_are_shown() -> None:
    labelled = {**CONFIG, "Config": CONFIG["Config"] | {"Labels": {"b": "2", "a": "1"}}}
    rows = {row.what: row.found for row in contents.check_config(labelled, 108_000_000)}

    assert rows["labels"] == "a=1, b=2"
    assert rows["size"] == "237 MB, of it 129 MB on top of the base"


@pytest.mark.parametrize(
    ("changed", "fails", "word"),
    [
        ({}, [], "1096 modules"),
        ({"compilers": ["/usr/bin/gcc"]}, ["no compiler"], "/usr/bin/gcc"),
        ({"pip": ["/root/.cache/pip/x"]}, ["no pip, nor its cache"], "/root/.cache/pip/x"),
        ({"uncompiled": {"flask": "no bytecode"}}, ["bytecode"], "flask (no bytecode)"),
        ({"writable": ["/srv/app"]}, ["code that the service can't change"], "/srv/app"),
        ({"ours": {".env": "cc"}}, ["nothing that .dockerignore keeps out"], ".env"),
        ({"ours": {"app/x.py": "cc", "tests/a.py": "dd"}}, ["nothing that .dockerignore keeps out"], "tests"),
    ],
)
def test_an_image_is_judged_by_what_is_in_it(
    changed: dict[str, Any], fails: list[str], word: str, tmp_path: Path
) -> None:
    rows = contents.check_contents(INSIDE | changed, tmp_path, [Path(".env"), Path("tests"), Path("app/__pycache__")])

    assert failing(rows) == fails
    assert any(word in row.found for row in rows)


def test_a_file_of_the_app_is_no_stray_for_having_a_namesake_in_the_checkout(tmp_path: Path) -> None:
    (tmp_path / "service").mkdir()
    (tmp_path / "requirements.txt").write_text("pytest\n", encoding="utf-8")
    (tmp_path / "service" / "requirements.txt").write_text("flask\n", encoding="utf-8")

    def strays(from_folder: str) -> list[str]:
        ours = {"requirements.txt": context.digest(tmp_path / from_folder / "requirements.txt")}
        return failing(contents.check_contents(INSIDE | {"ours": ours}, tmp_path, [Path("requirements.txt")]))

    assert strays("service") == []
    assert strays(".") == ["nothing that .dockerignore keeps out"]


def test_a_file_that_was_kept_out_is_known_again_under_another_name(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(SECRET, encoding="utf-8")
    (tmp_path / "empty").touch()
    ours = {"app/settings.txt": context.digest(tmp_path / ".env"), "app/py.typed": ""}

    rows = contents.check_contents(INSIDE | {"ours": ours}, tmp_path, [Path(".env"), Path("empty")])

    assert [row.found for row in rows if not row.holds] == ["app/settings.txt (as .env)"]


def test_a_twin_of_a_file_that_belongs_in_the_image_is_no_stray(tmp_path: Path) -> None:
    twins = ("service/migrations/env.py", "sample/migrations/env.py")
    for name in twins:
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("run()\n", encoding="utf-8")
    ours = {"migrations/env.py": context.digest(tmp_path / twins[0])}

    rows = contents.check_contents(INSIDE | {"ours": ours}, tmp_path, [Path(twins[1])])

    assert failing(rows) == []


def test_what_dockerignore_keeps_out_is_every_such_file_and_the_big_folders_by_name(tmp_path: Path) -> None:
    for name in (".env", "service/app/a.py", "service/app/__pycache__/a.pyc", "tests/test_a.py", ".git/config"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / ".dockerignore").write_text("*\n!service/app\n**/__pycache__\n", encoding="utf-8")

    found = {path.as_posix() for path in context.ignored_files(tmp_path)}

    assert found == {".env", ".dockerignore", ".git", "service/app/__pycache__", "tests/test_a.py"}


@pytest.mark.parametrize(
    ("changed", "fails"),
    [
        ({}, []),
        ({"first": ["/bin/sh", "-c"]}, ["process 1"]),
        ({"uid": 0}, ["process 1"]),
        ({"capabilities": 0xA80425FB}, ["capabilities"]),
        ({"disk": True}, ["read-only disk, memory as /tmp"]),
        ({"tmp": False}, ["read-only disk, memory as /tmp"]),
        ({"limit": None, "peak": None}, ["memory"]),
        ({"limit": 2**30}, ["memory"]),
    ],
)
def test_a_container_is_judged_by_what_it_may_do(changed: dict[str, Any], fails: list[str]) -> None:
    assert failing(trial.check_sandbox(BESIDE | changed, INSTANCE)) == fails


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/opt/venv/lib/python3.13/site-packages/pip/__init__.py", True),
        ("/root/.cache/pip/http-v2/a", True),
        ("/usr/local/bin/pip3", True),
        ("/usr/lib/python3.13/ensurepip/__init__.py", True),
        ("/usr/share/python-wheels/pip-25.1.1-py3-none-any.whl", True),
        ("/opt/venv/lib/python3.13/site-packages/pipeline/a.py", False),
        ("/usr/share/pip/readme", False),
        ("/srv/app/pip.py", False),
    ],
)
def test_pip_is_known_wherever_it_lies(path: str, *, expected: bool) -> None:
    assert inside.is_pip(Path(path)) is expected


def test_bytecode_counts_if_python_would_take_it(tmp_path: Path) -> None:
    source = tmp_path / "module.py"
    source.write_text("x = 1\n", encoding="utf-8")
    assert inside.bytecode_fault(str(source)) == "no bytecode"
    for mode in py_compile.PycInvalidationMode.UNCHECKED_HASH, py_compile.PycInvalidationMode.TIMESTAMP:
        compiled = py_compile.compile(str(source), invalidation_mode=mode)
        assert inside.bytecode_fault(str(source)) is None

    source.write_text("x = 2  # longer\n", encoding="utf-8")
    assert inside.bytecode_fault(str(source)) == "bytecode of another time"
    assert compiled is not None
    Path(compiled).write_bytes(b"\0" * 16)
    assert inside.bytecode_fault(str(source)) == "bytecode of another Python"


@pytest.mark.parametrize(("mode", "user", "expected"), [(0o644, 1, False), (0o646, 1, True), (0o644, None, True)])
def test_a_file_is_open_to_its_owner_and_to_all_if_its_mode_says_so(
    mode: int, user: int | None, tmp_path: Path, *, expected: bool
) -> None:
    """None stands for the owner."""
    file = tmp_path / "code.py"
    file.touch()
    file.chmod(mode)

    assert inside.may_write(file, file.stat().st_uid if user is None else file.stat().st_uid + user) is expected


def test_the_table_marks_what_does_not_hold() -> None:
    rows = [Row("size", "9 MB"), Row("user", "root", holds=False), Row("health", "200", holds=True)]

    assert table(rows).splitlines() == ["size            9 MB", "user    FAILED  root", "health  ok      200"]
    assert not all_passed(rows)
    assert all_passed(rows[::2])
