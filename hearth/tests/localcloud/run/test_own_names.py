"""Which names of files stand in what an app writes on the local cloud."""

from pathlib import Path

import pytest

from hearth.localcloud.run.own_names import OwnNames

DIGEST = "4b" * 32
# Of an image, below the local cloud's folder: what its container has as /.
DISK = f"images/{DIGEST}/root"
FILES = (
    "service/app/__init__.py",
    "service/gunicorn.conf.py",
    "flask_hearth/pages/__init__.py",
    "infra/__init__.py",
    "tests/__init__.py",
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "a shop's"
    for name in FILES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


@pytest.mark.parametrize(
    ("inside", "own"),
    [
        ("/srv/app/__init__.py", "service/app/__init__.py"),
        ("/srv/gunicorn.conf.py", "service/gunicorn.conf.py"),
        ("/srv/flask_hearth/pages/__init__.py", "flask_hearth/pages/__init__.py"),
        ("/srv/elsewhere.py", "/srv/elsewhere.py"),
    ],
)
@pytest.mark.parametrize(
    "line", ['  File "{}", line 20, in <module>', '{{"stack": "File \\"{}\\", line 20"}}', "{} is broken"]
)
def test_a_file_of_the_image_is_called_as_in_the_checkout_where_one_can_be_meant(
    checkout: Path, line: str, inside: str, own: str
) -> None:
    cloud = checkout / ".local" / "cloud"

    said = OwnNames(cloud).put_into(line.format(f"{cloud}/{DISK}{inside}"))

    assert said == line.format(own)


def test_a_name_that_several_files_have_stays_that_of_the_container(checkout: Path) -> None:
    cloud = checkout / ".local" / "cloud"

    assert OwnNames(cloud).put_into(f"{cloud}/{DISK}/x/__init__.py") == "/x/__init__.py"


def test_an_installed_file_is_called_as_below_site_packages(tmp_path: Path) -> None:
    file = f"{tmp_path}/environments/{DIGEST}/lib/python3.11/site-packages/flask/cli.py"

    assert OwnNames(tmp_path).put_into(f'  File "{file}", line 245') == '  File "site-packages/flask/cli.py", line 245'


def test_other_lines_stay_as_they_are(checkout: Path) -> None:
    line = f"{checkout}/.local/cloud/data/web.sqlite3 and /images/x"

    assert OwnNames(checkout / ".local" / "cloud").put_into(line) == line
