"""Images on this machine, and the commands that they become."""

from pathlib import Path

import pytest
from sqlalchemy import make_url

from flask_hearth.stores import urls
from hearth.localcloud.build import dockerfile, image, layout
from hearth.localcloud.build.image import Image
from hearth.localcloud.build.instructions import DockerfileError
from hearth.localcloud.run import launch


def built(tmp_path: Path, lines: str) -> Image:
    context = tmp_path / "context"
    (context / "app").mkdir(parents=True, exist_ok=True)
    (context / "app" / "main.py").write_text("x = 1")
    if not (context / "link").is_symlink():
        (context / "link").symlink_to("app/main.py")
        (context / "out").symlink_to("../../etc/passwd")
    stages = dockerfile.parse(f"FROM x\n{lines}", {})
    return image.write(tmp_path / "images", *layout.lay_out(stages, layout.scan(context), target=None))


def launched(tmp_path: Path, lines: str, **container: object) -> launch.Launch:
    environment = tmp_path / "environment"
    (environment / "bin").mkdir(parents=True)
    (environment / "bin" / "gunicorn").touch()
    return launch.prepare(
        built(tmp_path, lines),
        environment,
        container,
        platform={},
        variables={},
        data=tmp_path / "data",
        identity="http://127.0.0.1:4000",
    )


def test_links_inside_an_image_stay_links(tmp_path: Path) -> None:
    root = built(tmp_path, "COPY app /app\nCOPY link /").folder / "root"

    assert (root / "link").readlink() == Path("app/main.py")


@pytest.mark.parametrize("lines", ["COPY out /", "COPY link /deep/er/"])
def test_a_link_that_leads_out_of_the_image_is_refused_or_dangles_inside(tmp_path: Path, lines: str) -> None:
    if lines.startswith("COPY out"):
        with pytest.raises(DockerfileError, match="leads out of the image"):
            built(tmp_path, lines)
        assert list((tmp_path / "images").iterdir()) == []
    else:
        root = built(tmp_path, lines).folder / "root"
        assert (root / "deep/er/link").is_symlink()
        assert not (root / "deep/er/link").exists()


def test_a_path_can_not_be_both_a_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(DockerfileError, match="both a file and a folder"):
        built(tmp_path, "COPY app/main.py /a\nCOPY app/main.py /a/b")


@pytest.mark.parametrize(
    ("lines", "container", "expected"),
    [
        ('CMD ["a", "b"]', {}, ["a", "b"]),
        ('ENTRYPOINT ["a"]\nCMD ["b"]', {}, ["a", "b"]),
        ('ENTRYPOINT ["a"]\nCMD ["b"]', {"args": ["c"]}, ["a", "c"]),
        ('ENTRYPOINT ["a"]\nCMD ["b"]', {"command": ["c"]}, ["c"]),
        ('ENTRYPOINT ["a"]\nCMD ["b"]', {"command": ["c"], "args": ["d"]}, ["c", "d"]),
        ("CMD run it", {}, ["/bin/sh", "-c", "run it"]),
    ],
)
def test_a_containers_command_and_arguments_replace_the_images(
    tmp_path: Path, lines: str, container: dict[str, object], expected: list[str]
) -> None:
    assert launched(tmp_path, lines, **container).command == expected


def test_an_image_that_says_nothing_to_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(launch.NothingToRunError, match="Write a CMD into the Dockerfile"):
        launched(tmp_path, "WORKDIR /app")


def test_absolute_paths_of_the_image_become_paths_of_this_machine_and_others_stay(tmp_path: Path) -> None:
    lines = (
        "RUN python -m venv /venv\n"
        "WORKDIR /srv\nCOPY app ./app\n"
        "ENV PATH=/venv/bin:/nowhere PYTHONPATH=/srv:/nowhere PREFIX=/app URL=https://x/srv\n"
        'CMD ["/venv/bin/gunicorn", "--chdir=/srv/app", "/health", "app/main.py"]'
    )
    found = launched(tmp_path, lines)
    root, environment = next((tmp_path / "images").iterdir()) / "root", tmp_path / "environment"

    assert found.command == [f"{environment}/bin/gunicorn", f"--chdir={root}/srv/app", "/health", "app/main.py"]
    assert found.cwd == root / "srv"
    assert found.env["PYTHONPATH"] == f"{root}/srv:/nowhere"
    assert found.env["PATH"] == f"{environment}/bin:/usr/local/bin:/usr/bin:/bin"
    assert (found.env["PREFIX"], found.env["URL"]) == ("/app", "https://x/srv")


def test_the_services_own_values_are_not_taken_for_paths(tmp_path: Path) -> None:
    """`/srv` may be a path of the URL just as well."""
    environment = tmp_path / "environment"
    (environment / "bin").mkdir(parents=True)
    made = built(tmp_path, 'COPY app /srv\nCMD ["a"]')
    found = launch.prepare(
        made, environment, {}, platform={}, variables={"URL_PREFIX": "/srv"}, data=tmp_path, identity=""
    )

    assert found.env["URL_PREFIX"] == "/srv"


def test_a_database_without_a_file_gets_one_and_other_variables_keep_their_value(tmp_path: Path) -> None:
    """Read back by what reads it: in a path, `%` begins a letter's code and `?` what is no path any more."""
    data = tmp_path / "50%41 of what?"
    found = launch.prepare(
        built(tmp_path, 'COPY app /srv\nCMD ["a"]'),
        tmp_path,
        {},
        platform={},
        variables={"DATABASE_URL": "sqlite://", "CACHE_URL": "sqlite://"},
        data=data,
        identity="",
    )

    assert urls.parse(found.env["DATABASE_URL"], project=None, data_dir=None) == urls.Sqlite(path=data / launch.FILE)
    assert make_url(found.env["DATABASE_URL"]).database == str(data / launch.FILE)
    assert found.env["CACHE_URL"] == "sqlite://"


def test_a_working_directory_of_the_revision_is_used_if_the_image_has_it(tmp_path: Path) -> None:
    found = launched(tmp_path, 'WORKDIR /srv\nCOPY app /app\nCMD ["a"]', workingDir="/app")

    assert found.cwd.name == "app"


def test_an_image_whose_files_are_gone_is_told_from_one_that_never_was(tmp_path: Path) -> None:
    with pytest.raises(image.ImageGoneError, match="Build it again"):
        image.load(tmp_path, f"sha256:{'0' * 64}")
