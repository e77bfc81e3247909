"""Everybody's right to call a service is there before the service asks for it."""

from typing import Any

import pytest

from hearth.plugin.kinds import Context, ProviderError
from hearth.provider.clients.session import Session
from hearth.provider.public_grant import PublicGrant
from hearth.tests.provider.fake_clock import FakeClock
from hearth.tests.provider.fake_server import FakeServer, error

INPUTS = {"project": "demo-shop", "region": "us-central1", "service": "web", "settleSeconds": 120}
WEB = "/run/v2/projects/demo-shop/locations/us-central1/services/web"
EVERYBODY = {"role": "roles/run.invoker", "members": ["allUsers"]}
OTHER = {"role": "roles/run.invoker", "members": ["user:a@example.com"]}
BOTH = {"role": "roles/run.invoker", "members": ["user:a@example.com", "allUsers"]}
UNASKED = {"name": "web", "invokerIamDisabled": True}


@pytest.fixture
def kind(session: Session, clock: FakeClock) -> PublicGrant:
    return PublicGrant(session, clock)


def serve(server: FakeServer, service: dict[str, Any] | None, bindings: list[dict[str, Any]]) -> None:
    if service is not None:
        server.answer("GET", WEB, service)
    server.answer("GET", f"{WEB}:getIamPolicy", {"etag": "BwX", "version": 3, "bindings": bindings})
    server.answer("POST", f"{WEB}:setIamPolicy", {})


@pytest.mark.parametrize(
    ("service", "bindings", "granted"),
    [
        (UNASKED, [], [EVERYBODY]),
        (UNASKED, [OTHER], [BOTH]),
        (UNASKED, [{**OTHER, "condition": {"title": "x"}}], [{**OTHER, "condition": {"title": "x"}}, EVERYBODY]),
        (UNASKED, [BOTH], None),
        ({"name": "web"}, [], None),
        (None, [], None),
    ],
    ids=["nobody", "somebody", "somebody on a condition", "everybody already", "a service that asks", "no service"],
)
def test_only_where_nobody_is_asked_yet_is_the_grant_made_and_waited_for(
    server: FakeServer,
    kind: PublicGrant,
    clock: FakeClock,
    context: Context,
    *,
    service: Any,
    bindings: Any,
    granted: Any,
) -> None:
    serve(server, service, bindings)

    made = kind.create(context, INPUTS, preview=False)

    written = [request.json["policy"] for request in server.seen("POST", ":setIamPolicy$")]
    assert written == ([{"etag": "BwX", "version": 3, "bindings": granted}] if granted else [])
    assert clock.time == (120 if granted else 0)
    assert made.outputs == INPUTS


def test_an_organization_that_refuses_everybody_stops_it_before_the_service_closes(
    server: FakeServer, kind: PublicGrant, context: Context
) -> None:
    serve(server, UNASKED, [])
    refusal = "One or more users named in the policy do not belong to a permitted customer."
    server.fail("POST", ":setIamPolicy$", error(400, refusal, "FAILED_PRECONDITION"))

    with pytest.raises(ProviderError, match="permitted customer"):
        kind.create(context, INPUTS, preview=False)


def test_a_preview_asks_nobody_and_only_another_service_is_another_grant(
    server: FakeServer, kind: PublicGrant, context: Context
) -> None:
    kind.create(context, INPUTS, preview=True)
    kind.delete(context, "id", INPUTS, INPUTS)

    assert kind.diff(context, "id", INPUTS, INPUTS, {**INPUTS, "service": "shop"}).replace == {"service"}
    assert not kind.diff(context, "id", INPUTS, INPUTS, {**INPUTS, "settleSeconds": 5}).replace
    assert server.requests == []


def test_refresh_changes_nothing_and_an_import_is_refused(kind: PublicGrant, context: Context) -> None:
    found = kind.read(context, "id", INPUTS, INPUTS)
    assert found is not None
    assert (found.inputs, found.outputs) == (INPUTS, INPUTS)

    with pytest.raises(ProviderError, match="cannot be imported"):
        kind.read(context, "id", None, None)
