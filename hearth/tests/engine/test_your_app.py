"""The end of the walk of docs/your-app.md: the app that it leads to is deployed."""

from pathlib import Path

import requests

from hearth.localcloud.commands.ports import VARIABLES
from hearth.tests.docs.test_your_app import DEPLOYED, WALK
from hearth.tests.docs.walk import Done, ran, to_walk, walked
from hearth.tests.engine.deployment import SECONDS
from hearth.tests.owner import as_cloned
from hearth.tests.ports import held_ports


@as_cloned
def test_the_app_at_the_end_of_the_walk_is_deployed_and_answers(tmp_path: Path) -> None:
    to_walk(tmp_path)
    with held_ports() as ports:
        by_hand = {variable: str(getattr(ports, name)) for name, variable in VARIABLES.items()}

        def without_tests(folder: Path, commands: str) -> Done:
            return Done(commands, 0, " passed") if "pytest" in commands else ran(folder, commands, **by_hand)

        try:
            walked(tmp_path, WALK + DEPLOYED, without_tests)
            site = f"http://127.0.0.1:{ports.edge}"
            order = {"customer": "Ada", "article": "Lamp"}
            made = requests.post(f"{site}/api/v1/orders", json=order, timeout=SECONDS)
            page = requests.get(f"{site}/orders", timeout=SECONDS)
        finally:
            down = ran(tmp_path, "make down", **by_hand)

    assert made.status_code == 201, made.text
    assert (page.status_code, "Lamp" in page.text) == (200, True)
    assert down.returncode == 0, down.stdout
