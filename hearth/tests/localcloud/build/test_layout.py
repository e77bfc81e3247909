"""Working out what an image holds."""

import json
from pathlib import Path

import pytest

from hearth.localcloud.build import dockerfile, installs, layout
from hearth.localcloud.build.instructions import DockerfileError
from hearth.localcloud.build.layout import File, Layout

CONTEXT = [
    "requirements.txt",
    "main.py",
    "app/__init__.py",
    "app/views.py",
    "app/templates/a.html",
    "static/a.css",
    "with space.txt",
    "wheels/a-1-py3-none-any.whl",
    "wheels/older/a-0-py3-none-any.whl",
]


VENV = """
FROM x AS b
COPY requirements.txt /tmp/r.txt
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --require-hashes -r /tmp/r.txt
FROM x
COPY --from=b /opt/venv /opt/venv
"""
UV = """
FROM x AS b
ENV VIRTUAL_ENV=/venv
RUN --mount=type=bind,source=requirements.txt,target=/r.txt uv venv /venv && uv pip sync /r.txt
FROM x
COPY --from=b /venv /other
"""
IN_PLACE = """
FROM x AS b
WORKDIR /app
COPY . .
RUN uv venv && uv pip install -r requirements.txt
FROM x
COPY --from=b /app /srv
"""
WHEELS = """
FROM x AS b
COPY requirements.txt /tmp/
COPY wheels /tmp/wheels
RUN pip install --find-links=/tmp/wheels -r /tmp/requirements.txt
FROM x
COPY --from=b /usr/local /usr/local
"""
MOUNTED = """
FROM x
WORKDIR /w
COPY requirements.txt .
RUN --mount=type=bind,source=wheels,target=/w/mounted pip install -f mounted -r requirements.txt
"""
PREFIX = """
FROM x AS b
COPY requirements.txt /
RUN pip install --prefix=/install -r /requirements.txt
FROM x
COPY --from=b /install /usr/local
"""


@pytest.fixture
def context(tmp_path: Path) -> dict[str, File]:
    for name in CONTEXT:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "main.py").chmod(0o755)
    return layout.scan(tmp_path)


def laid_out(text: str, context: dict[str, File], target: str | None = None) -> Layout:
    return layout.lay_out(dockerfile.parse(text, {}), context, target=target)[1]


@pytest.mark.parametrize(
    ("lines", "files"),
    [
        ("COPY main.py /srv/", {"srv/main.py": "main.py"}),
        ("COPY main.py /srv/start", {"srv/start": "main.py"}),
        ("WORKDIR /srv\nCOPY main.py .", {"srv/main.py": "main.py"}),
        ("WORKDIR /srv\nWORKDIR sub\nCOPY main.py ./", {"srv/sub/main.py": "main.py"}),
        ("COPY ./app/views.py /x/", {"x/views.py": "app/views.py"}),
        ("COPY static /srv/static", {"srv/static/a.css": "static/a.css"}),
        ("COPY static/ /srv/", {"srv/a.css": "static/a.css"}),
        ("COPY app/*.py /x/", {"x/__init__.py": "app/__init__.py", "x/views.py": "app/views.py"}),
        ("COPY main.py requirements.txt /x", {"x/main.py": "main.py", "x/requirements.txt": "requirements.txt"}),
        ('COPY ["with space.txt", "/x/"]', {"x/with space.txt": "with space.txt"}),
        ("COPY static /x\nCOPY main.py /x", {"x/a.css": "static/a.css", "x/main.py": "main.py"}),
        ("COPY main.py /a\nCOPY requirements.txt /a", {"a": "requirements.txt"}),
        ("COPY . /", {name: name for name in CONTEXT}),
    ],
)
def test_files_are_copied_to_where_docker_copies_them(
    context: dict[str, File], lines: str, files: dict[str, str]
) -> None:
    found = laid_out(f"FROM x\n{lines}", context).files

    assert {path: file.source.read_text() for path, file in found.items()} == files


def test_a_stage_holds_what_was_copied_from_others_and_nothing_more(context: dict[str, File]) -> None:
    text = (
        "FROM x AS one\nCOPY app /app\n"
        "FROM x AS two\nCOPY main.py /\n"
        "FROM x\nCOPY --from=one /app /srv\nCOPY --from=1 /main.py /srv/"
    )

    assert set(laid_out(text, context).files) == {
        "srv/__init__.py", "srv/views.py", "srv/templates/a.html", "srv/main.py"
    }  # fmt: skip


def test_a_target_stage_is_built_instead_of_the_last(context: dict[str, File]) -> None:
    text = "FROM x AS one\nCOPY main.py /\nFROM one\nCOPY static /"

    assert set(laid_out(text, context, target="one").files) == {"main.py"}
    with pytest.raises(DockerfileError, match="--target two: the Dockerfile has no such stage"):
        laid_out(text, context, target="two")


def test_modes_are_kept_or_set(context: dict[str, File]) -> None:
    files = laid_out(
        "FROM x\nCOPY main.py /a\nCOPY main.py app/views.py /b/\nCOPY --chmod=644 main.py /c", context
    ).files

    assert {path: file.executable for path, file in files.items()} == {
        "a": True, "b/main.py": True, "b/views.py": False, "c": False
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("FROM x\nCOPY requirements.txt .\nRUN pip install -r requirements.txt", {"/usr/local", "/root/.local"}),
        (VENV, {"/opt/venv"}),
        (UV, {"/other"}),
        (IN_PLACE, {"/srv/.venv"}),
        (PREFIX, {"/usr/local"}),
    ],
)
def test_packages_of_a_lock_file_are_known_to_be_where_they_were_installed_or_copied(
    context: dict[str, File], text: str, paths: set[str]
) -> None:
    found = laid_out(text, context)

    assert found.lock is not None
    assert found.lock.source.name == "requirements.txt"
    assert found.environment_paths == paths


@pytest.mark.parametrize("text", [WHEELS, MOUNTED])
def test_packages_in_a_folder_that_the_installation_looks_into_go_with_the_lock(
    context: dict[str, File], text: str
) -> None:
    found = laid_out(text, context)

    assert {path.name for path in found.wheels} == {"a-1-py3-none-any.whl"}


def test_a_stage_without_the_packages_has_no_lock(context: dict[str, File]) -> None:
    text = "FROM x AS b\nCOPY requirements.txt /\nRUN pip install -r /requirements.txt\nFROM x\nCOPY main.py /"

    assert laid_out(text, context).lock is None


def test_the_tool_uv_may_come_from_its_image(context: dict[str, File]) -> None:
    found = laid_out("FROM x\nCOPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/", context)

    assert found.not_run == ["COPY --from=ghcr.io/astral-sh/uv:0.9"]
    assert found.files == {}


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("COPY nope /", "line 2: COPY nope: not found in the build context. Nothing there ends like that"),
        ("COPY ./older /", "COPY ./older: not found in the build context. wheels/older is: paths begin at the context"),
        ("COPY a-0-py3-none-any.whl .", "not found in the build context. wheels/older/a-0-py3-none-any.whl is: paths"),
        ("COPY *.nope /", "not found in the build context"),
        ("COPY ../secret /", "leads out of the build context"),
        ("COPY --from=node:22 /x /y", "no earlier stage has that name, and the local cloud fetches no other images"),
        ("RUN make\nFROM x\nCOPY --from=0 /dist /srv", "the local cloud does not run RUN commands"),
        ("RUN pip install -r requirements.txt", "requirements.txt is used to install packages, but no earlier COPY"),
        ("COPY . .\nRUN pip install -r requirements.txt && pip install -r main.py", "a second lock file (main.py)"),
        ("RUN pip install flask", "flask is installed by name"),
        (
            "COPY . .\nRUN pip install -f wheel -r requirements.txt",
            "--find-links wheel: no earlier COPY puts anything there",
        ),
        ("RUN pip install .", "the package in . is installed. The local cloud builds none"),
        ("RUN pip install --no-deps -e ./src", "the package in ./src is installed"),
        ("RUN uv pip install '.[web]'", "the package in .[web] is installed"),
    ],
)
def test_what_would_be_missing_in_the_image_is_refused(context: dict[str, File], lines: str, message: str) -> None:
    with pytest.raises(DockerfileError) as refusal:
        laid_out(f"FROM x\n{lines}", context)

    assert message in str(refusal.value)


@pytest.mark.parametrize(
    ("script", "locks", "others"),
    [
        ("pip install -r a.txt", ["a.txt"], []),
        ("pip3 install --no-cache-dir --requirement=a.txt", ["a.txt"], []),
        ("python3.13 -m pip install -ra.txt || true", ["a.txt"], ["true"]),
        ("FOO=1 uv pip install --system -r a.txt", ["a.txt"], []),
        ("uv pip sync --require-hashes a.txt", ["a.txt"], []),
        ("pip install --upgrade pip 'setuptools>=70' && pip install -r a.txt", ["a.txt"], []),
        ("apt-get update; apt-get install -y libpq5", [], ["apt-get update", "apt-get install -y libpq5"]),
        ("python -c 'print(\"a; pip install b\")'", [], ['python -c print("a; pip install b")']),
        ("(cd /x && pip install -r a.txt)", ["a.txt"], ["cd /x"]),
        ("set -e\npip install -r a.txt\npip check", ["a.txt"], ["set -e", "pip check"]),
    ],
)
def test_installs_are_found_in_scripts(script: str, locks: list[str], others: list[str]) -> None:
    found = installs.read(script, 1)

    assert (found.locks, found.others) == (locks, others)


@pytest.mark.parametrize(
    "command",
    ["poetry install", "uv sync --frozen", "pipenv sync", "conda install flask", "pip install .", "pip install -e ."],
)
def test_installs_without_a_lock_file_are_refused(command: str) -> None:
    with pytest.raises(DockerfileError, match="line 7"):
        installs.read(command, 7)


def test_links_are_seen_as_links(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "folder").mkdir()
    (tmp_path / "also").symlink_to("folder")
    (tmp_path / "broken").symlink_to("nowhere")

    found = {name: file.link for name, file in layout.scan(tmp_path).items()}

    assert json.loads(json.dumps(found)) == {"file": None, "link": "file", "also": "folder", "broken": "nowhere"}
