"""docs/bring-your-app.md is executed in a copy of the checkout: a plain Flask app takes the sample's place.

Then it takes the extension. The image of either is really built by hand (docs/image.md): that needs a base.
"""

import re
from pathlib import Path

import pytest
import requests

from flask_hearth.tests.docs.page import page
from hearth.localcloud.commands.ports import VARIABLES
from hearth.tests.docs.walk import Done, ran, steps, to_walk, walked
from hearth.tests.engine.deployment import SECONDS
from hearth.tests.owner import as_cloned
from hearth.tests.ports import held_ports

PAGE = page("bring-your-app.md")
PLAIN, _, EXTENDED = PAGE.partition("## With Hearth's extension")


@pytest.mark.engine
@as_cloned
def test_a_plain_app_takes_the_samples_place_keeps_its_data_and_takes_the_extension(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    to_walk(checkout)
    with held_ports() as ports:
        by_hand = {variable: str(getattr(ports, name)) for name, variable in VARIABLES.items()}

        def run(folder: Path, commands: str) -> Done:
            return ran(folder, commands, **by_hand)

        site = f"http://127.0.0.1:{ports.edge}"
        try:
            walked(checkout, PLAIN, run)
            with requests.Session() as visitor:
                saved = visitor.post(f"{site}/create", data={"title": "Milk"}, timeout=SECONDS)
                refused = visitor.post(f"{site}/create", data={"title": ""}, timeout=SECONDS)
            walked(checkout, EXTENDED, run)
            kept = requests.get(f"{site}/", timeout=SECONDS)
            health = requests.get(f"http://127.0.0.1:{ports.service}/health/ready", timeout=SECONDS)
            missing = requests.get(f"{site}/nowhere", timeout=SECONDS)
        finally:
            down = run(checkout, "make down YES=1")

    assert (saved.status_code, "<li>Milk</li>" in saved.text) == (200, True)
    assert "A note needs a title." in refused.text, "the session's cookie did not come through"
    assert "<li>Milk</li>" in kept.text
    assert health.json() == {"status": "ready"}
    assert missing.headers["Content-Type"] == "application/problem+json"
    assert down.returncode == 0, down.stdout


@pytest.mark.parametrize(
    ("part", "files"),
    [
        (PLAIN, {"Pulumi.yaml", "pyproject.toml"}),
        (EXTENDED, {"Pulumi.yaml", "service/notebook/__init__.py", "service/gunicorn.conf.py", "service/Dockerfile"}),
    ],
    ids=["plain", "with the extension"],
)
def test_no_file_of_the_toolkits_is_edited(part: str, files: set[str]) -> None:
    edited = {step.text.splitlines()[0].removeprefix("--- ") for step in steps(part) if step.language == "diff"}

    assert edited == files


def test_a_plain_app_has_nothing_of_hearths_in_its_image() -> None:
    assert not re.search(r"import flask_hearth|from flask_hearth|COPY (flask_)?hearth", PLAIN)
