"""A key that only Secret Manager has: made, followed, taken over, looked at again and destroyed."""

import base64
import re
from typing import Any

import pytest

from hearth.plugin.kinds import UNKNOWN, Context, ProviderError, Values
from hearth.provider.clients.session import Session
from hearth.provider.key_version import KeyVersion
from hearth.tests.provider.fake_server import BUSY, DENIED, NOT_FOUND, Answer, FakeServer, Request, error

INPUTS = {"project": "demo-shop", "secret": "key", "bytes": 32, "rotation": "1"}
FIRST = "projects/demo-shop/secrets/key/versions/1"
SECOND = "projects/demo-shop/secrets/key/versions/2"
FOLLOWING = {"project": "demo-shop", "secret": "before", "bytes": 32, "rotation": "", "follows": FIRST, "replaced": ""}
NUMBERED = "projects/123456789012/secrets/key/versions/1"
"""As Google names what its provider made: by the project's number."""


class Secrets:
    """Secret Manager with as much as this needs: payloads by version, None for destroyed ones."""

    def __init__(self, server: FakeServer) -> None:
        self.kept: dict[str, str | None] = {}
        server.route("POST", r"/secretmanager/v1/(projects/.+/secrets/.+):addVersion", self._add)
        server.route("GET", r"/secretmanager/v1/(projects/.+/versions/\d+)(:access)?", self._get)
        server.route("POST", r"/secretmanager/v1/(projects/.+/versions/\d+):destroy", self._destroy)

    def key(self, version: str) -> str:
        payload = self.kept[version]
        assert payload is not None
        return base64.b64decode(payload).decode()

    def _add(self, found: re.Match[str], request: Request) -> Answer:
        number = 1 + sum(name.startswith(found[1] + "/") for name in self.kept)
        name = f"{found[1]}/versions/{number}"
        self.kept[name] = request.json["payload"]["data"]
        # Google answers with the project's number.
        return Answer({"name": name.replace("demo-shop", "123456789012"), "state": "ENABLED"})

    def _get(self, found: re.Match[str], request: Request) -> Answer:
        name = found[1].replace("123456789012", "demo-shop")
        if name not in self.kept:
            return NOT_FOUND
        payload = self.kept[name]
        if not found[2]:
            return Answer({"name": name, "state": "DESTROYED" if payload is None else "ENABLED"})
        if payload is None:
            return error(400, f"Secret Version [{name}] is in DESTROYED state.", "FAILED_PRECONDITION")
        return Answer({"name": name, "payload": {"data": payload}})

    def _destroy(self, found: re.Match[str], request: Request) -> Answer:
        self.kept[found[1].replace("123456789012", "demo-shop")] = None
        return Answer({"state": "DESTROYED"})


@pytest.fixture
def manager(server: FakeServer) -> Secrets:
    return Secrets(server)


@pytest.fixture
def kind(session: Session) -> KeyVersion:
    return KeyVersion(session)


def checked(kind: KeyVersion, context: Context, olds: Values | None, news: Values) -> Values:
    found = kind.check(context, olds, sent(news))
    assert not found.failures
    # As the engine does where it replaces.
    assert kind.check(context, None, sent(news)) == found
    return found.inputs


def sent(news: Values) -> Values:
    """What a program declares, without what the provider adds."""
    return {key: value for key, value in news.items() if key != "replaced"}


@pytest.mark.parametrize("size", [16, 32, 64])
def test_a_key_goes_to_secret_manager_and_nowhere_else(
    kind: KeyVersion, context: Context, manager: Secrets, said: list[str], size: int
) -> None:
    inputs = {**INPUTS, "bytes": size}
    made = kind.create(context, inputs, preview=False)

    assert made.id == FIRST
    assert made.outputs == {**inputs, "version": "1"}
    assert len(base64.urlsafe_b64decode(manager.key(FIRST) + "==")) == size
    assert "=" not in manager.key(FIRST)
    assert said == []


def test_two_keys_differ(kind: KeyVersion, context: Context, manager: Secrets) -> None:
    for _ in range(2):
        kind.create(context, INPUTS, preview=False)

    assert manager.key(FIRST) != manager.key(SECOND)


def test_a_preview_asks_nobody_and_knows_no_version(kind: KeyVersion, context: Context, server: FakeServer) -> None:
    made = kind.create(context, INPUTS, preview=True)

    assert (made.id, made.outputs) == ("", {**INPUTS, "version": UNKNOWN})
    assert server.requests == []


@pytest.mark.parametrize(
    ("change", "replaces"),
    [
        ({"rotation": "2"}, {"rotation"}),
        ({"bytes": 64}, {"bytes"}),
        ({"secret": "other"}, {"secret"}),
        ({"project": "demo-other"}, {"project"}),
        ({}, set()),
    ],
)
def test_another_key_is_another_version(
    kind: KeyVersion, context: Context, change: dict[str, Any], replaces: set[str]
) -> None:
    diff = kind.diff(context, FIRST, INPUTS, {**INPUTS, "version": "1"}, {**INPUTS, **change})

    assert diff.replace == diff.changed == replaces
    assert not diff.delete_before_replace, "the service needs the old one until its new revision serves"


def test_what_follows_holds_the_key_that_was_left(kind: KeyVersion, context: Context, manager: Secrets) -> None:
    kind.create(context, INPUTS, preview=False)
    first = checked(kind, context, None, FOLLOWING)
    unused = kind.create(context, first, preview=False)
    kind.create(context, {**INPUTS, "rotation": "2"}, preview=False)

    news = checked(kind, context, first, {**FOLLOWING, "follows": SECOND})
    diff = kind.diff(context, unused.id, first, unused.outputs, news)
    kept = kind.create(context, news, preview=False)

    assert first["replaced"] == ""
    assert manager.key(unused.id) not in {manager.key(FIRST), manager.key(SECOND)}, "nobody ever used it"
    assert diff.replace == {"replaced"}
    assert manager.key(kept.id) == manager.key(FIRST)
    assert checked(kind, context, news, {**FOLLOWING, "follows": SECOND}) == news, "and stays so"


def test_under_another_name_the_former_key_is_the_one_before(
    kind: KeyVersion, context: Context, manager: Secrets
) -> None:
    kind.create(context, INPUTS, preview=False)
    new = kind.create(context, {**INPUTS, "secret": "shop"}, preview=False)

    news = checked(kind, context, FOLLOWING, {**FOLLOWING, "secret": "shop-before", "follows": new.id})
    kept = kind.create(context, news, preview=False)

    assert manager.key(kept.id) == manager.key(FIRST) != manager.key(new.id)


def test_a_preview_of_a_rotation_shows_that_what_follows_is_replaced(kind: KeyVersion, context: Context) -> None:
    news = checked(kind, context, FOLLOWING, {**FOLLOWING, "follows": UNKNOWN})

    assert news["replaced"] == FIRST
    assert kind.diff(context, "id", FOLLOWING, {**FOLLOWING, "version": "1"}, news).replace == {"replaced"}


@pytest.mark.parametrize("there", [{}, {FIRST: None}])
def test_a_key_that_can_not_be_kept_is_said(
    kind: KeyVersion, context: Context, manager: Secrets, said: list[str], there: dict[str, str | None]
) -> None:
    manager.kept |= there
    made = kind.create(context, {**FOLLOWING, "follows": SECOND, "replaced": FIRST}, preview=False)

    assert manager.key(made.id)
    assert [f"{FIRST} is disabled or destroyed" in each for each in said] == [True]


def test_a_key_that_may_not_be_read_is_no_reason_to_draw_another(
    kind: KeyVersion, context: Context, server: FakeServer, manager: Secrets
) -> None:
    server.fail("GET", ":access$", DENIED)

    with pytest.raises(ProviderError, match="Could not read the value of"):
        kind.create(context, {**FOLLOWING, "replaced": FIRST}, preview=False)
    assert manager.kept == {}


def test_a_version_of_googles_provider_is_taken_over_as_it_is(
    kind: KeyVersion, context: Context, server: FakeServer
) -> None:
    """Its inputs are that provider's, the key among them; what is left of them is what is declared now."""
    old_inputs = {"secret": "projects/demo-shop/secrets/key", "secretData": "s3cret", "deletionPolicy": "DELETE"}
    old = {**old_inputs, "version": "1", "name": NUMBERED, "enabled": True}
    news = checked(kind, context, old_inputs, INPUTS)

    diff = kind.diff(context, NUMBERED, old_inputs, old, news)
    previewed, outputs = (
        kind.update(context, NUMBERED, old_inputs, old, news, preview=preview) for preview in (True, False)
    )

    assert {"secretData", "rotation"} <= diff.changed
    assert not diff.replace
    assert previewed == outputs == {**INPUTS, "version": "1"}
    assert not kind.diff(context, NUMBERED, news, outputs, news).changed
    assert server.requests == [], "the version is not touched"


def test_a_version_of_another_secret_is_not_taken_over(kind: KeyVersion, context: Context) -> None:
    old_inputs = {"secret": "projects/demo-shop/secrets/other", "secretData": "s3cret"}

    assert kind.diff(context, NUMBERED, old_inputs, old_inputs, INPUTS).replace


def test_an_imported_version_stays_whatever_its_rotation_is_called(
    kind: KeyVersion, context: Context, manager: Secrets
) -> None:
    kind.create(context, INPUTS, preview=False)
    found = kind.read(context, FIRST, None, None)

    assert found is not None
    assert found.inputs == {"project": "demo-shop", "secret": "key"}
    assert found.outputs == {**found.inputs, "version": "1"}
    diff = kind.diff(context, FIRST, found.inputs, found.outputs, INPUTS)
    assert diff.changed
    assert not diff.replace


def test_refresh_finds_it_or_finds_that_it_is_gone(kind: KeyVersion, context: Context, manager: Secrets) -> None:
    made = kind.create(context, INPUTS, preview=False)
    found = kind.read(context, FIRST, INPUTS, made.outputs)
    assert found is not None
    assert (found.id, found.inputs, found.outputs) == (FIRST, INPUTS, made.outputs)

    kind.delete(context, FIRST, INPUTS, made.outputs)

    assert kind.read(context, FIRST, INPUTS, made.outputs) is None
    assert kind.read(context, SECOND, INPUTS, made.outputs) is None


def test_delete_destroys_the_version_and_none_twice(
    kind: KeyVersion, context: Context, server: FakeServer, manager: Secrets
) -> None:
    kind.create(context, INPUTS, preview=False)
    kind.delete(context, NUMBERED, INPUTS, INPUTS)
    assert manager.kept == {FIRST: None}

    server.fail("POST", ":destroy$", NOT_FOUND)
    kind.delete(context, FIRST, INPUTS, INPUTS)


@pytest.mark.parametrize("fault", [BUSY, None])
def test_a_lost_answer_costs_a_version_that_nobody_uses(
    kind: KeyVersion, context: Context, server: FakeServer, manager: Secrets, fault: Answer | None
) -> None:
    server.fail("POST", ":addVersion$", fault, carried_out=True)

    assert kind.create(context, INPUTS, preview=False).id == SECOND


@pytest.mark.parametrize("id", ["key", "projects/demo-shop/secrets/key", "projects/demo-shop/secrets/key/versions/a"])
def test_what_names_no_version_is_not_imported(kind: KeyVersion, context: Context, id: str) -> None:
    with pytest.raises(ProviderError, match=r"is not the id of a KeyVersion, projects/PROJECT"):
        kind.read(context, id, None, None)


@pytest.mark.parametrize(
    ("change", "property"),
    [
        ({"project": "x"}, "project"),
        ({"secret": "projects/demo-shop/secrets/key"}, "secret"),
        ({"bytes": 8}, "bytes"),
        ({"bytes": 2000}, "bytes"),
        ({"rotation": 3}, "rotation"),
        ({"follows": "key"}, "follows"),
        ({"replaced": FIRST}, "replaced"),
    ],
)
def test_bad_inputs_are_named(kind: KeyVersion, context: Context, change: dict[str, Any], property: str) -> None:
    found = kind.check(context, None, {**INPUTS, **change})

    assert [failure.property for failure in found.failures] == [property]


def test_inputs_may_be_unknown(kind: KeyVersion, context: Context) -> None:
    assert not kind.check(context, None, dict.fromkeys((*INPUTS, "follows"), UNKNOWN)).failures
