"""The session key over deployments: what the one before signed holds until the next rotation."""

import base64
import json
import sqlite3

import requests

from hearth.localcloud.store import FILE
from hearth.tests.engine.deployment import APP, SECONDS, Deployment

ITEMS = "/api/v1/items"
MOVED = "hearth:secret:KeyVersion"
SERVICE = "gcp:cloudrunv2/service:Service"


def rotate(deployment: Deployment, old: str, new: str) -> None:
    deployment.edit("Pulumi.local.yaml", f'app:secretKeyRotation: "{old}"', f'app:secretKeyRotation: "{new}"')
    deployment.up()


def signed(deployment: Deployment) -> str:
    """The path of a page that a signature leads to."""
    for name in ("Pen", "Ink"):
        requests.post(deployment.site + ITEMS, json={"name": name}, timeout=SECONDS).raise_for_status()
    return f"{ITEMS}?per_page=1&cursor={deployment.get(f'{ITEMS}?per_page=1').json()['next']}"


def keys(deployment: Deployment) -> dict[str, str]:
    """What Secret Manager holds of the session key, by secret: each has one version that is not destroyed."""
    with sqlite3.connect(deployment.checkout.cloud / FILE) as store:
        rows = store.execute("SELECT body FROM documents WHERE name LIKE 'secretmanager/%-secret-key%/versions/%'")
        versions = [json.loads(body) for (body,) in rows]
    store.close()
    living = {each["name"].split("/")[3]: each["_data"] for each in versions if each["state"] == "ENABLED"}
    assert sum(each["state"] == "ENABLED" for each in versions) == len(living) == 2
    return {secret: base64.b64decode(data).decode() for secret, data in living.items()}


def test_what_is_signed_outlives_one_rotation_and_not_two(edited: Deployment) -> None:
    """A cursor of a list is signed as a session is."""
    path = signed(edited)
    before = edited.get(path).status_code
    rotate(edited, "1", "2")
    once = edited.get(path).status_code
    rotate(edited, "2", "3")

    assert (before, once, edited.get(path).status_code) == (200, 200, 422)


def test_a_key_that_the_state_had_moves_to_secret_manager_and_signs_nobody_out(fresh: Deployment) -> None:
    """From a stack as it was deployed when its key was a RandomKey, copied into versions of Google's provider."""
    file = fresh.root / "infra" / "app_secrets.py"
    today = file.read_text(encoding="utf-8")
    file.write_text(FORMER, encoding="utf-8")
    fresh.up()
    path, before, service = signed(fresh), keys(fresh), fresh.resource(SERVICE)["outputs"]

    file.write_text(today, encoding="utf-8")
    changes = fresh.changes()
    fresh.up()

    assert [changes[MOVED]["op"], changes["hearth:secret:RandomKey"]["op"]] == ["update", "delete"]
    assert SERVICE not in changes, "nothing that serves changes"
    assert keys(fresh) == before, "the versions are the same, and none is destroyed"
    after = fresh.resource(SERVICE)["outputs"]
    assert after["latestReadyRevision"] == service["latestReadyRevision"]
    assert fresh.get(path).status_code == 200
    exported = fresh.pulumi("stack", "export", "--show-secrets", "--stack", "local")
    assert exported.returncode == 0
    assert not [key for key in before.values() if key in exported.stdout]
    assert fresh.pulumi("preview", "--expect-no-changes", "--stack", "local").returncode == 0
    refreshed = fresh.pulumi("refresh", "--yes", "--expect-no-changes", "--stack", "local")
    assert refreshed.returncode == 0, refreshed.stdout

    rotate(fresh, "1", "2")
    assert fresh.get(path).status_code == 200, "the key before is the fallback"
    rotated = keys(fresh)
    rotate(fresh, "2", "3")
    assert fresh.get(path).status_code == 422
    assert sorted(rotated.values()) != sorted(before.values())
    assert before[f"{APP}-secret-key"] == rotated[f"{APP}-secret-key-previous"]


FORMER = """
import pulumi
from pulumi import ResourceOptions
from hearth.resources import RandomKey
from infra.stored_secret import store

VARIABLES = ("SECRET_KEY", "SECRET_KEY_FALLBACKS")


class AppSecrets(pulumi.ComponentResource):
    def __init__(self, name, stack, *, reader, after, opts=None):
        super().__init__("hearth-app:infra:AppSecrets", name, None, opts)
        names = stack.names
        key = RandomKey(
            f"{name}-session-key", size=32, rotation=stack.secret_key_rotation, opts=ResourceOptions(parent=self)
        )
        kept = (
            (f"{name}-session-key", names.secret_key, key.value),
            (f"{name}-previous-session-key", names.previous_secret_key, key.previous),
        )
        self.env, self.grants = {}, []
        for variable, (resource, secret_id, data) in zip(VARIABLES, kept):
            self.env[variable], grant = store(
                resource, stack, secret_id=secret_id, data=data, reader=reader, parent=self, after=after
            )
            self.grants.append(grant)
        self.register_outputs({})
"""
"""infra/app_secrets.py as it was then."""
