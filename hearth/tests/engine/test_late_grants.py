"""A first deployment of prod's settings whose APIs and grants come late, as Google's do: it ends well.

Where a grant comes later than what it was given time for, the service or the job that needs it is there, and has not
come up: the next `up` is all it takes.
"""

import pytest

from hearth.localcloud.records import API_LAG_VARIABLE, GRANT_LAG_VARIABLE
from hearth.tests.engine.deployment import Deployment

REFUSED = "Permission denied on secret"
LATE = {API_LAG_VARIABLE: "2", GRANT_LAG_VARIABLE: "1"}


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("job", "  app:database: sqlite\n"),
        # Without a schema there is no job, and the service is the first to need its secrets.
        ("service", '  app:database: sqlite\n  app:migrationCommand: ""\n'),
    ],
)
def test_what_was_refused_its_secrets_comes_up_with_the_next_up(fresh: Deployment, kind: str, settings: str) -> None:
    fresh.edit("Pulumi.local.yaml", "  app:database: sqlite\n", settings)
    fresh.edit("Pulumi.local.yaml", 'app:minInstances: "0"', 'app:minInstances: "1"')
    fresh.edit("Pulumi.local.yaml", 'app:deletionProtection: "false"', 'app:deletionProtection: "true"')

    first = fresh.make("up", **LATE)
    changes = fresh.changes()
    fresh.up()

    assert first.returncode != 0
    assert REFUSED in first.stdout
    assert changes["hearth:project:Settled"]["op"] == "update"
    assert fresh.get("/health/live").status_code == 200
    template = fresh.resource(f"gcp:cloudrunv2/{kind}:{kind.capitalize()}")["outputs"]["template"]
    assert template["annotations"] == {"hearth/attempt": "2"}
    assert fresh.pulumi("preview", "--expect-no-changes", "--stack", "local").returncode == 0
