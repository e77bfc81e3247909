"""Which engine is taken, and what it is told."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from hearth.image import base
from hearth.image.choosing import choose_engine, refusal
from hearth.image.engines import Engine, Sandbox, candidates
from hearth.image.errors import ImageError

DOCKER, PODMAN = Engine(("docker",)), Engine(("podman",), mounts_in_builds=True, host_network=True)
Which = Callable[[str], str | None]


def installed(*names: str) -> Which:
    return lambda name: f"/usr/bin/{name}" if name in names else None


@pytest.mark.parametrize(
    ("there", "names"),
    [
        ((), []),
        (("buildah",), []),
        (("docker",), ["docker"]),
        (("podman",), ["podman"]),
        (("podman", "runc"), ["podman", "podman --runtime runc"]),
        (("docker", "podman", "buildah"), ["docker", "podman"]),
    ],
)
def test_every_engine_that_is_installed_is_a_candidate(there: tuple[str, ...], names: list[str]) -> None:
    assert [engine.name for engine in candidates(installed(*there))] == names


def test_a_container_gets_no_more_than_an_instance() -> None:
    box = Sandbox(memory=512 * 2**20, name="trial", port=4321, env={"PORT": "4321"})

    assert PODMAN.run("image", box=box) == [
        *("podman", "run", "--network=host"),
        *("--rm", "--read-only", "--tmpfs=/tmp:rw,mode=1777", "--cap-drop=ALL", "--security-opt=no-new-privileges"),
        *("--memory=536870912b", "--name=trial", "--env=PORT=4321", "image"),
    ]


@pytest.mark.parametrize(
    ("engine", "port", "network"),
    [
        (DOCKER, 4321, "--publish=127.0.0.1:4321:4321"),
        (PODMAN, 4321, "--network=host"),
        (DOCKER, None, "--network=none"),
        (PODMAN, None, "--network=none"),
    ],
)
def test_a_container_that_serves_is_reached_on_loopback_alone(engine: Engine, port: int | None, network: str) -> None:
    """And one that doesn't, not at all."""
    assert network in engine.run("image", box=Sandbox(memory=1, name="trial", port=port))


def test_a_command_takes_the_place_of_the_images_own() -> None:
    line = PODMAN.run("image", ("flask", "db", "upgrade"), box=Sandbox(memory=1, name="trial"))

    assert line[-4:] == ["--entrypoint=flask", "image", "db", "upgrade"]


def test_only_podman_shows_a_build_what_is_not_to_be_in_the_image(tmp_path: Path) -> None:
    shown = {"/etc/pip.conf": tmp_path / "pip.conf"}
    told = {
        engine.name: engine.build(tmp_path, dockerfile="D", tag="t", base="b", shown=shown)
        for engine in (DOCKER, PODMAN)
    }

    assert f"--volume={tmp_path}/pip.conf:/etc/pip.conf:ro" in told["podman"]
    assert not any("pip.conf" in word for word in told["docker"])


def test_a_proxy_is_handed_on_by_name_so_that_its_password_is_in_no_list_of_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:hidden@proxy")

    told = DOCKER.build(tmp_path, dockerfile="D", tag="t", base="b", shown={})

    assert "--build-arg=HTTPS_PROXY" in told
    assert not any("hidden" in word for word in told)


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("python:3.13-slim", "docker.io/library/python:3.13-slim"),
        ("python:3.13-slim@sha256:1a", "docker.io/library/python@sha256:1a"),
        ("localhost:5000/python@sha256:1a", "localhost:5000/python@sha256:1a"),
        ("chainguard/python", "docker.io/chainguard/python"),
        ("localhost/mine:1", "localhost/mine:1"),
        ("mirror.example.com/python:3.13-slim", "mirror.example.com/python:3.13-slim"),
        ("mirror:5000/python", "mirror:5000/python"),
    ],
)
def test_a_base_is_named_with_its_registry(name: str, full: str) -> None:
    assert base.qualified_name(name) == full


@pytest.fixture
def docker(tmp_path: Path) -> Callable[[str], Which]:
    """A `docker` that is found, and that does what a shell script says."""

    def make(script: str) -> Which:
        program = tmp_path / "bin" / "docker"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        return lambda name: str(program) if name == "docker" else None

    return make


def chosen(which: Which, monkeypatch: pytest.MonkeyPatch, *, pull: bool = True) -> tuple[str, str, list[str]]:
    """With the program's folder first on PATH: engines are run by name."""
    found = which("docker")
    if found:
        monkeypatch.setenv("PATH", str(Path(found).parent), prepend=":")
    said: list[str] = []
    engine, image = choose_engine("python:3.13-slim", base_tar=None, pull=pull, which=which, say=said.append)
    return engine.name, image, said


def test_an_engine_that_answers_and_runs_the_base_is_taken(
    docker: Callable[[str], Which], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert chosen(docker("exit 0"), monkeypatch) == ("docker", "docker.io/library/python:3.13-slim", [])


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (
            'echo "Cannot connect to the Docker daemon" >&2; exit 1',
            ["docker: Cannot connect to the Docker daemon", "apt install podman", "its daemon running"],
        ),
        (
            'test "$1" != run || { echo "no control groups" >&2; exit 125; }',
            ["docker: no control groups", "apt install podman"],
        ),
        (
            'case "$1" in image|pull) echo "no route to host" >&2; exit 1;; esac',
            ["can't pull the base docker.io/library/python:3.13-slim: no route to host", "BASE=", "BASE_TAR="],
        ),
    ],
    ids=["no daemon", "can't run", "no registry"],
)
def test_an_engine_that_does_not_work_is_refused_in_its_own_words(
    script: str, words: list[str], docker: Callable[[str], Which], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ImageError) as refused:
        chosen(docker(script), monkeypatch)

    for word in words:
        assert word in str(refused.value)


def test_nothing_is_pulled_where_that_is_not_wanted(
    docker: Callable[[str], Which], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ImageError, match="not to be pulled"):
        chosen(docker('test "$1" != image'), monkeypatch, pull=False)


@pytest.mark.parametrize(
    ("buildah", "words"), [(False, "Neither docker nor podman is on PATH"), (True, "buildah alone can build the image")]
)
def test_with_no_engine_the_refusal_says_how_to_get_one(words: str, *, buildah: bool) -> None:
    text = refusal([], buildah=buildah)

    assert words in text
    assert "apt install podman" in text


@pytest.mark.parametrize("content", [b"", b"no tar"])
def test_a_base_that_is_no_archive_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "base.tar"
    file.write_bytes(content)

    with pytest.raises(ImageError, match="can't be read as a tar archive"):
        base.load_base(DOCKER, file)


def test_the_dockerfiles_own_base_is_taken_where_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "named").write_text("# a base\nARG BASE=python:3.13-slim\nFROM ${BASE}\n", encoding="utf-8")
    (tmp_path / "staged").write_text(
        "ARG BASE=pinned\nFROM python:3.13-slim@sha256:1a AS pinned\nFROM ${BASE} AS builder\n", encoding="utf-8"
    )
    (tmp_path / "fixed").write_text("FROM python\n", encoding="utf-8")

    assert base.default_base(tmp_path / "named") == "python:3.13-slim"
    assert base.default_base(tmp_path / "staged") == "python:3.13-slim@sha256:1a"
    with pytest.raises(ImageError, match="no line ARG BASE"):
        base.default_base(tmp_path / "fixed")
