"""An app that writes where its image's user may not on Cloud Run is told so in its log."""

import asyncio
from pathlib import Path

import pytest

from hearth.localcloud.run.image_writes import OwnedByRoot, is_root, watch
from hearth.tests.localcloud.build.playground import Playground, app, play, public, when

WRITES = "import pathlib; pathlib.Path('instance').mkdir(exist_ok=True); pathlib.Path('instance/notes.db').touch()\n"
TOLD = "WARNING: /app/instance/notes.db was written into the image. On Cloud Run, the Dockerfile's USER 65532:65532 may"


def writing(user: str) -> dict[str, str]:
    """The playground's service, which writes beside its code as it starts."""
    files = app()
    files["main.py"] = WRITES + files["main.py"]
    files["Dockerfile"] = f"{files['Dockerfile']}\n{user}"
    return files


def test_a_file_that_a_service_writes_into_its_image_is_told_in_its_log(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        await playground.serve(writing("USER 65532:65532"))
        log = playground.cloud.logs / "services" / "web.log"

        await when(lambda: TOLD in log.read_text(encoding="utf-8"))

    play(tmp_path, scenario)


def test_it_is_part_of_the_message_about_an_app_that_does_not_start(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        files = writing("USER 65532:65532") | {"main.py": f"{WRITES}raise SystemExit(7)"}
        failed = await playground.deploy(public(await playground.image(files)))

        assert f"exited with code 7 before it answered the startup probe. {TOLD}" in failed["error"]["message"]

    play(tmp_path, scenario)


def test_an_instance_that_writes_nothing_is_looked_at_ever_less_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    told: list[str] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 20:
            (tmp_path / "notes.db").touch()

    monkeypatch.setattr(asyncio, "sleep", sleep)
    asyncio.run(watch(OwnedByRoot(tmp_path, "app"), told.append))

    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (2, 30)
    assert len(told) == 1


@pytest.mark.parametrize(
    ("path", "mode", "told"),
    [
        ("srv/instance/notes.db", 0o644, True),
        ("notes.db", 0o600, True),
        ("srv/app.py", 0o444, False),
        ("srv/run.sh", 0o555, False),
        ("srv/__pycache__/app.cpython-311.pyc", 0o644, False),
    ],
)
def test_what_is_written_is_told_from_what_the_image_has(tmp_path: Path, path: str, mode: int, *, told: bool) -> None:
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).touch()
    (tmp_path / path).chmod(mode)
    (tmp_path / "link").symlink_to("nowhere")

    assert (f"/{path} was" in OwnedByRoot(tmp_path, "app").warning()) is told


@pytest.mark.parametrize(
    ("user", "root"),
    [
        *((each, True) for each in (None, "", "root", "0", "0:0", "root:app")),
        *((each, False) for each in ("65532:65532", "app", "1000")),
    ],
)
def test_only_an_image_of_another_user_than_root_is_looked_at(user: str | None, *, root: bool) -> None:
    assert is_root(user) is root
