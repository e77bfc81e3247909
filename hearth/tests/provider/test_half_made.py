"""A service or a job that is there and has not come up, told from one that is on its way, serves or failed later."""

from typing import Any

import pytest

from hearth.provider import half_made
from hearth.provider.clients.cloud_run import CloudRun
from hearth.provider.clients.session import Session
from hearth.tests.provider.fake_server import FakeServer

PLACE = "projects/demo-shop/locations/us-central1"
SERVICE, JOB = f"{PLACE}/services/web", f"{PLACE}/jobs/web-migrate"
REVISION = f"{SERVICE}/revisions/web-00001-abc"
DENIED = "Permission denied on secret: projects/1/secrets/web-secret-key/versions/1 for Revision service account a@b"
PROBE = "The user-provided container failed the configured startup probe checks."


def condition(message: str = "", reason: str = "", state: str = "CONDITION_FAILED") -> dict[str, Any]:
    return {"terminalCondition": {"type": "Ready", "state": state, "message": message, "reason": reason}}


FIRST = {"latestCreatedRevision": REVISION}
LATER = {**FIRST, "latestReadyRevision": f"{SERVICE}/revisions/web-00000-abc"}
RAN = {"latestCreatedExecution": {"name": "web-migrate-x"}}


@pytest.mark.parametrize(
    ("name", "document", "told"),
    [
        pytest.param(SERVICE, {**FIRST, **condition(DENIED)}, "refused", id="refused at first"),
        pytest.param(
            SERVICE, {**FIRST, **condition("?", "SECRETS_ACCESS_CHECK_FAILED")}, "refused", id="by its reason"
        ),
        pytest.param(SERVICE, {**LATER, **condition(DENIED)}, "refused", id="refused later"),
        pytest.param(SERVICE, {**FIRST, **condition(PROBE)}, "failed", id="never came up"),
        pytest.param(SERVICE, {**LATER, **condition(PROBE)}, None, id="the revision before serves"),
        pytest.param(SERVICE, {**FIRST, **condition(DENIED), "reconciling": True}, None, id="on its way"),
        pytest.param(SERVICE, {**LATER, **condition(state="CONDITION_SUCCEEDED")}, None, id="ready"),
        pytest.param(SERVICE, {}, None, id="known by name alone"),
        pytest.param(SERVICE, None, None, id="not there"),
        pytest.param(JOB, condition(DENIED), "refused", id="a job refused"),
        pytest.param(JOB, condition("Image 'x' not found."), "failed", id="a job that never ran"),
        pytest.param(JOB, {**RAN, **condition("Image 'x' not found.")}, None, id="a job that ran"),
        pytest.param(JOB, condition(state="CONDITION_SUCCEEDED"), None, id="a job that is ready"),
    ],
)
def test_only_what_nothing_else_will_mend_is_half_made(
    server: FakeServer, session: Session, name: str, document: dict[str, Any] | None, told: str | None
) -> None:
    server.answer("GET", f"/run/v2/{REVISION}", {"conditions": []})
    if document is not None:
        server.answer("GET", f"/run/v2/{name}", {"name": name, **document})

    found = half_made.find(CloudRun(session, "demo-shop"), name)

    assert (("refused" if found.refused else "failed") if found else None) == told


def test_the_revision_says_why(server: FakeServer, session: Session) -> None:
    """The service often says no more than that its revision is not ready."""
    server.answer("GET", f"/run/v2/{SERVICE}", {**FIRST, **condition("Revision is not ready.")})
    server.answer("GET", f"/run/v2/{REVISION}", {"conditions": [{"state": "CONDITION_FAILED", "message": DENIED}]})

    found = half_made.find(CloudRun(session, "demo-shop"), SERVICE)

    assert found is not None
    assert found.refused
    assert found.why == f"{DENIED}; Revision is not ready"
