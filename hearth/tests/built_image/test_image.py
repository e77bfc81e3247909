"""The image that Cloud Run would run, really built and really run."""

import os
import subprocess
from pathlib import Path

import pytest

from hearth import project
from hearth.first_collection import first
from hearth.image import building, container, contents, context, instance, trial
from hearth.image.engines import Engine, Sandbox
from hearth.image.errors import ImageError
from hearth.image.rows import Row, table
from hearth.tests.built_image.conftest import Built
from hearth.tests.owner import with_framework

ROOT = project.root()

pytestmark = with_framework

# Two checkouts may be tested at the same time.
NAME = f"hearth-test-{os.getpid()}"
FAULTY = """
FROM {image}
USER 0:0
COPY {stray} /srv/app/notes.txt
ENV API_TOKEN=abc
RUN cp /bin/true /usr/bin/gcc && chmod 666 /srv/gunicorn.conf.py \\
    && mkdir -p /root/.cache/pip && touch /root/.cache/pip/selfcheck \\
    && find /opt/venv -path '*/flask/*' -name 'app.*.pyc' -delete
"""


def judged(engine: Engine, image: str) -> list[Row]:
    found = contents.inspect(engine, image)
    inside = contents.look_inside(engine, image, found["Config"], NAME, contents.modules("app", ours=True))
    return contents.check_config(found, 0) + contents.check_contents(inside, ROOT, context.ignored_files(ROOT))


def failing(rows: list[Row]) -> list[str]:
    return [row.what for row in rows if row.holds is False]


def test_nothing_is_in_the_image_that_should_not_be(built: Built) -> None:
    rows = judged(built.engine, building.TAG)

    assert failing(rows) == [], table(rows)
    assert len(rows) >= 9


def test_the_image_does_its_work_as_cloud_run_would_have_it(built: Built, data: Path) -> None:
    """On a port of the platform's choice, within prod's memory, with no right to anything, until SIGTERM."""
    rows = trial.try_image(built.engine, building.TAG, instance.of_stack(ROOT, "prod"), data, first(ROOT))

    assert failing(rows) == [], table(rows)
    assert {"before them", "migrations", "page", "static file", "API", "memory", "SIGTERM"} <= {
        row.what for row in rows
    }


def test_what_must_not_be_in_an_image_is_found_in_one_that_has_it(built: Built, tmp_path: Path) -> None:
    (tmp_path / "stray").write_bytes((ROOT / "CONTRIBUTING.md").read_bytes())
    (tmp_path / "Dockerfile").write_text(FAULTY.format(image=building.TAG, stray="stray"), encoding="utf-8")
    image = "localhost/hearth:faulty"
    line = built.engine.build(tmp_path, dockerfile="Dockerfile", tag=image, base=built.base, shown={})
    made = subprocess.run(line, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    try:
        rows = judged(built.engine, image)
    finally:
        subprocess.run(built.engine.line("rmi", "--force", image), capture_output=True, check=True)

    assert failing(rows) == [
        "user",
        "no secret in its environment",
        "no compiler",
        "no pip, nor its cache",
        "bytecode",
        "nothing that .dockerignore keeps out",
        "code that the service can't change",
    ]


def test_an_image_that_does_not_start_is_told_with_what_it_said(built: Built) -> None:
    box = Sandbox(memory=2**29, name=NAME)

    with (
        pytest.raises(ImageError, match=r"ended before it answered /health(.|\n)*SECRET_KEY is not set"),
        container.Container(built.engine, building.TAG, box) as started,
    ):
        started.first("/health", 200)


def test_a_container_is_gone_when_its_trial_is_over_however_that_ends(built: Built, data: Path) -> None:
    data.chmod(0o777)
    one = instance.of_stack(ROOT, "prod")
    box = Sandbox(memory=one.memory, name=NAME, env=one.env, data=data)

    with pytest.raises(KeyboardInterrupt):
        interrupted(container.Container(built.engine, building.TAG, box))

    listed = built.engine.line("ps", "--all", "--quiet", "--filter", f"name={box.name}")
    assert subprocess.run(listed, capture_output=True, check=True).stdout == b""


def interrupted(begun: container.Container) -> None:
    """Ctrl-C while it serves."""
    with begun as started:
        started.first("/health/live", 200)
        raise KeyboardInterrupt


def test_a_build_that_fails_is_told_with_the_end_of_what_was_said(built: Built, tmp_path: Path) -> None:
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "Dockerfile").write_text("ARG BASE\nFROM ${BASE}\nRUN exit 7\n", encoding="utf-8")

    with pytest.raises(ImageError, match=r"service/Dockerfile does not build(.|\n)*exit 7"):
        building.build(built.engine, tmp_path, "service/Dockerfile", base=built.base, files={}, say=print)
