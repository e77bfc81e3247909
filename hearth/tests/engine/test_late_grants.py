"""A first deployment that stops because something came late: the next `up` is all it takes.

What needs it is there by then, and has not come up. Its inputs are in the state, so that Google's provider finds
nothing to change.
"""

import pytest

from hearth.localcloud.records import API_LAG_VARIABLE, GRANT_LAG_VARIABLE
from hearth.tests.engine.deployment import Deployment, eventually

DATABASE = "  app:database: sqlite\n"
NO_SCHEMA = f'{DATABASE}  app:migrationCommand: ""\n'
# A deployment of a service or a job looks for a grant twice: before it begins, and when it starts.
LATE = {API_LAG_VARIABLE: "2", GRANT_LAG_VARIABLE: "2"}


@pytest.mark.parametrize(
    ("kind", "first_settings", "environment", "said"),
    [
        ("job", DATABASE, LATE, "Permission denied on secret"),
        # The migrations that it lacks are no part of its template.
        ("service", NO_SCHEMA, {}, "GET /health/ready was answered with 503"),
    ],
)
def test_what_did_not_come_up_is_tried_again(
    fresh: Deployment, kind: str, first_settings: str, environment: dict[str, str], said: str
) -> None:
    with fresh.for_now("Pulumi.local.yaml", DATABASE, first_settings):
        first = fresh.make("up", **environment)
    changes = fresh.changes()
    fresh.up()

    assert first.returncode != 0
    assert said in first.stdout
    assert "attempt" in changes["hearth:project:Settled"]
    # The grant to everybody is as late as the others.
    assert eventually(lambda: fresh.get().status_code == 200)
    template = fresh.resource(f"gcp:cloudrunv2/{kind}:{kind.capitalize()}")["outputs"]["template"]
    assert template["annotations"] == {"hearth/attempt": "2"}
    assert fresh.pulumi("preview", "--expect-no-changes", "--stack", "local").returncode == 0
