"""docs/your-app.md is executed in a copy of the checkout: the app that it leads to is deployed, and answers."""

from pathlib import Path

import pytest
import requests

from flask_hearth.tests.docs.page import page
from hearth.localcloud.commands.ports import VARIABLES
from hearth.tests.docs.walk import Done, ran, to_walk, walked
from hearth.tests.engine.deployment import SECONDS
from hearth.tests.installed import share_packages
from hearth.tests.owner import as_cloned
from hearth.tests.ports import held_ports

PAGE = page("your-app.md")


@pytest.mark.engine
@as_cloned
def test_the_walk_leads_where_the_page_says_and_the_app_at_its_end_answers(tmp_path: Path) -> None:
    to_walk(tmp_path)
    share_packages(tmp_path / ".local" / "cloud")
    with held_ports() as ports:
        by_hand = {variable: str(getattr(ports, name)) for name, variable in VARIABLES.items()}

        def run(folder: Path, commands: str) -> Done:
            return ran(folder, commands, **by_hand)

        try:
            languages = walked(tmp_path, PAGE, run)
            site = f"http://127.0.0.1:{ports.edge}"
            order = {"customer": "Ada", "article": "Lamp"}
            made = requests.post(f"{site}/api/v1/orders", json=order, timeout=SECONDS)
            orders = requests.get(f"{site}/orders", timeout=SECONDS)
        finally:
            down = run(tmp_path, "make down YES=1")
    left = ran(tmp_path, "git grep --extended-regexp --name-only 'from app[.]items|app[/]items' -- ':!*.md' || true")

    assert set(languages) == {"python", "diff", "sh", "text"}
    assert left.stdout == "", "these still speak of the sample"
    assert made.status_code == 201, made.text
    assert (orders.status_code, "Lamp" in orders.text) == (200, True)
    assert down.returncode == 0, down.stdout
