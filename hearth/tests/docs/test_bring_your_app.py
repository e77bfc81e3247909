"""docs/bring-your-app.md is executed in a copy of the checkout: a plain Flask app takes the sample's place."""

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


@pytest.mark.engine
@as_cloned
def test_a_plain_app_takes_the_samples_place_and_keeps_what_it_is_given(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    to_walk(checkout)
    with held_ports() as ports:
        by_hand = {variable: str(getattr(ports, name)) for name, variable in VARIABLES.items()}

        def run(folder: Path, commands: str) -> Done:
            return ran(folder, commands, **by_hand)

        site = f"http://127.0.0.1:{ports.edge}"
        try:
            walked(checkout, PAGE, run)
            with requests.Session() as visitor:
                saved = visitor.post(f"{site}/create", data={"title": "Milk"}, timeout=SECONDS)
                refused = visitor.post(f"{site}/create", data={"title": ""}, timeout=SECONDS)
            again = run(checkout, "make up")
            kept = requests.get(f"{site}/", timeout=SECONDS)
        finally:
            down = run(checkout, "make down")

    assert (saved.status_code, "<li>Milk</li>" in saved.text) == (200, True)
    assert "A note needs a title." in refused.text, "the session's cookie did not come through"
    assert again.returncode == 0, again.stdout
    assert "<li>Milk</li>" in kept.text
    assert down.returncode == 0, down.stdout


def test_at_most_three_files_are_edited_and_none_of_them_is_the_toolkits() -> None:
    edited = {step.text.splitlines()[0].removeprefix("--- ") for step in steps(PAGE) if step.language == "diff"}

    assert edited == {"Pulumi.yaml", "pyproject.toml"}
    assert not re.search(r"import flask_hearth|from flask_hearth|COPY (flask_)?hearth", PAGE)
