"""The session key over deployments: what the one before signed holds until the next rotation."""

import json

import requests

from hearth.tests.engine.deployment import SECONDS, Deployment

ITEMS = "/api/v1/items"
KEY = "hearth:secret:RandomKey"


def rotate(deployment: Deployment, old: str, new: str) -> None:
    deployment.edit("Pulumi.local.yaml", f'app:secretKeyRotation: "{old}"', f'app:secretKeyRotation: "{new}"')
    deployment.up()


def signed(deployment: Deployment) -> str:
    """The path of a page that a signature leads to."""
    for name in ("Pen", "Ink"):
        requests.post(deployment.site + ITEMS, json={"name": name}, timeout=SECONDS).raise_for_status()
    return f"{ITEMS}?per_page=1&cursor={deployment.get(f'{ITEMS}?per_page=1').json()['next']}"


def test_what_is_signed_outlives_one_rotation_and_not_two(edited: Deployment) -> None:
    """A cursor of a list is signed as a session is."""
    path = signed(edited)
    before = edited.get(path).status_code
    rotate(edited, "1", "2")
    once = edited.get(path).status_code
    rotate(edited, "2", "3")

    assert (before, once, edited.get(path).status_code) == (200, 200, 422)


def test_a_state_from_before_there_were_previous_keys_is_upgraded_by_the_next_up(edited: Deployment) -> None:
    path = signed(edited)
    exported = edited.pulumi("stack", "export", "--stack", "local")
    state = json.loads(exported.stdout)
    for resource in state["deployment"]["resources"]:
        if resource["type"] == KEY:
            del resource["outputs"]["previous"]
    old = edited.root / ".local" / "old.json"
    old.write_text(json.dumps(state), encoding="utf-8")
    imported = edited.pulumi("stack", "import", "--stack", "local", "--file", str(old))
    assert imported.returncode == 0, imported.stdout

    changes = edited.changes()
    edited.up()

    assert changes[KEY]["op"] == "update"
    assert edited.resource(KEY)["outputs"]["previous"]
    assert edited.get(path).status_code == 200, "the key itself is the same"
    assert edited.pulumi("preview", "--expect-no-changes", "--stack", "local").returncode == 0
