"""Waiting for what was switched on a moment ago."""

import pytest

from hearth.catalog import apis
from hearth.catalog.apis import Api
from hearth.plugin.kinds import UNKNOWN, Context, ProviderError, Values
from hearth.provider.clients.credentials import Tokens
from hearth.provider.clients.endpoints import Endpoints
from hearth.provider.clients.session import Session
from hearth.provider.settled import Settled
from hearth.tests.provider.fake_clock import FakeClock
from hearth.tests.provider.fake_server import DENIED as REFUSAL
from hearth.tests.provider.fake_server import NOT_FOUND, Answer, FakeServer, error

RUN, SECRETS = "run.googleapis.com", "secretmanager.googleapis.com"
STATE = "/serviceusage/v1beta1/projects/demo-shop/services/.+"
SERVICES = "/run/v2/projects/demo-shop/locations/us-central1/services"
DISABLED = error(
    403, "Cloud Run Admin API has not been used in project 1 before or it is disabled.", "PERMISSION_DENIED"
)


def inputs(**changes: object) -> Values:
    given = {"project": "demo-shop", "region": "us-central1", "apis": [RUN], "grants": [], "settleSeconds": 0}
    return {**given, **changes}


@pytest.fixture
def kind(server: FakeServer, session: Session, clock: FakeClock) -> Settled:
    server.answer("GET", STATE, {"state": "ENABLED"})
    server.answer("GET", SERVICES, {"services": []})
    return Settled(session, clock, one_server=True)


@pytest.fixture
def google(session: Session, clock: FakeClock, kind: Settled) -> Settled:
    """Many servers, of which each learns by itself that an API is enabled."""
    return Settled(session, clock)


def test_an_api_is_usable_after_three_good_answers_on_end(
    server: FakeServer, google: Settled, clock: FakeClock, context: Context, said: list[str]
) -> None:
    google.create(context, inputs(), preview=False)

    assert len(server.seen("GET", "/services$")) == 3
    assert clock.time == 2 * 5
    assert said == ["asking run.googleapis.com again, because not every server may know yet"]


def test_a_server_that_lags_behind_another_begins_the_count_anew(
    server: FakeServer, google: Settled, clock: FakeClock, context: Context
) -> None:
    def lag(now: float) -> None:
        if now == 5:
            server.fail("GET", SERVICES, DISABLED, times=1)

    clock.on_wait = lag
    google.create(context, inputs(), preview=False)

    assert len(server.seen("GET", "/services$")) == 1 + 1 + 3


@pytest.mark.parametrize("api", [api for api in apis.APIS if api not in (apis.SERVICE_USAGE, apis.CLOUD_RUN)])
def test_every_api_that_the_provider_knows_is_asked_itself(
    server: FakeServer, kind: Settled, context: Context, api: Api
) -> None:
    server.answer("GET", f"/{api.prefix}/{api.version}/.+", {})
    kind.create(context, inputs(apis=[api.name]), preview=False)

    assert len(server.seen("GET", f"^/{api.prefix}/")) == 1


def test_an_api_that_can_not_be_asked_is_given_a_minute_once(
    server: FakeServer, google: Settled, clock: FakeClock, context: Context, said: list[str]
) -> None:
    """Security Token Service only gives out tokens."""
    unasked = inputs(apis=["sts.googleapis.com", RUN])
    google.create(context, unasked, preview=False)

    assert clock.time == 60
    assert said[-1] == "waiting 50s for sts.googleapis.com to be enabled everywhere; no request can show it"
    google.update(context, "id", unasked, unasked, {**unasked, "region": "europe-west1"}, preview=False)
    assert clock.time == 60 + 2 * 5


def test_an_api_that_stays_disabled_for_a_while_is_waited_for(
    server: FakeServer, kind: Settled, clock: FakeClock, context: Context, said: list[str]
) -> None:
    """Service Usage says ENABLED at once, while the API's own servers refuse for some more minutes."""
    server.fail("GET", SERVICES, DISABLED, times=12)
    created = kind.create(context, inputs(apis=[RUN, SECRETS]), preview=False)

    assert clock.time == 12 * 5
    assert created.outputs == {**inputs(apis=[RUN, SECRETS]), "attempt": 1}
    assert said[0] == "waiting for run.googleapis.com to be enabled everywhere (10m00s left)"
    # What is settled is not asked for again.
    assert len(server.seen("GET", "/secrets$")) == 1


def test_service_usage_is_believed_when_it_says_not_yet(
    server: FakeServer, kind: Settled, clock: FakeClock, context: Context
) -> None:
    states = iter(["DISABLED", "DISABLED"])
    clock.on_wait = lambda _now: server.answer("GET", STATE, {"state": next(states, "ENABLED")})
    server.answer("GET", STATE, {"state": "DISABLED"})
    kind.create(context, inputs(apis=["sqladmin.googleapis.com"]), preview=False)

    assert clock.time == 3 * 5


def test_service_usage_itself_may_be_what_is_not_there_yet(
    server: FakeServer, kind: Settled, clock: FakeClock, context: Context
) -> None:
    server.fail("GET", STATE, error(403, "Off.", "PERMISSION_DENIED", "SERVICE_DISABLED"), times=2)
    kind.create(context, inputs(), preview=False)

    assert clock.time == 2 * 5


@pytest.mark.parametrize("answer", [NOT_FOUND, error(403, "The caller does not have permission", "PERMISSION_DENIED")])
def test_any_other_answer_shows_that_the_api_is_there(
    server: FakeServer, kind: Settled, clock: FakeClock, context: Context, answer: object
) -> None:
    server.fail("GET", SERVICES, answer, times=100)  # type: ignore[arg-type]
    kind.create(context, inputs(), preview=False)

    assert clock.time == 0


def test_when_the_time_is_up_the_api_and_the_fix_are_named(server: FakeServer, kind: Settled, context: Context) -> None:
    server.fail("GET", SERVICES, DISABLED, times=1000)

    with pytest.raises(ProviderError, match=r"run\.googleapis.com: Cloud Run Admin API has not been used") as failure:
        kind.create(context, inputs(apis=[RUN, SECRETS]), preview=False)
    assert "gcloud services enable run.googleapis.com --project=demo-shop" in str(failure.value)
    assert "https://console.cloud.google.com/apis/library/run.googleapis.com?project=demo-shop" in str(failure.value)
    assert SECRETS not in str(failure.value)


def test_the_resources_own_timeout_holds(server: FakeServer, kind: Settled, clock: FakeClock, context: Context) -> None:
    server.fail("GET", SERVICES, DISABLED, times=1000)
    hurried = Context(urn=context.urn, timeout=12.0)

    with pytest.raises(ProviderError, match="Still disabled"):
        kind.create(hurried, inputs(), preview=False)
    assert clock.time == 12


def test_cancelling_ends_the_wait(server: FakeServer, kind: Settled, clock: FakeClock, context: Context) -> None:
    server.fail("GET", SERVICES, DISABLED, times=1000)
    clock.on_wait = lambda now: context.cancelled.set() if now >= 10 else None

    with pytest.raises(ProviderError, match="the next `pulumi up` waits again"):
        kind.create(context, inputs(), preview=False)
    assert clock.time == 10


def test_on_records_a_grant_takes_at_once(
    server: FakeServer, session: Session, clock: FakeClock, context: Context
) -> None:
    """A preview deploys its base onto a cloud that keeps records only: nobody should wait for those."""
    server.answer("GET", STATE, {"state": "ENABLED"})
    server.answer("GET", SERVICES, {"services": []})
    kind = Settled(session, clock, waits=False, one_server=True)
    kind.create(context, inputs(grants=["a"], settleSeconds=60), preview=False)

    assert clock.time == 0


def test_cancelling_ends_the_wait_for_grants(kind: Settled, clock: FakeClock, context: Context) -> None:
    """Were it taken for done, the next run would not wait at all."""
    context.cancelled.set()

    with pytest.raises(ProviderError, match="Stopped before new grants"):
        kind.create(context, inputs(grants=["a"], settleSeconds=60), preview=False)


@pytest.mark.parametrize(
    ("old", "new", "seconds"),
    [
        (None, ["a", "b"], 60),
        (None, [], 0),
        (["a"], ["a", "b"], 60),
        (["a", "b"], ["a"], 0),
        (["a", "b"], ["b", "a"], 0),
    ],
)
def test_only_new_grants_are_given_time(
    kind: Settled, clock: FakeClock, context: Context, *, old: list[str] | None, new: list[str], seconds: int
) -> None:
    news = inputs(grants=new, settleSeconds=60)
    if old is None:
        kind.create(context, news, preview=False)
    else:
        olds = inputs(grants=old, settleSeconds=60)
        assert kind.update(context, "id", olds, olds, news, preview=False) == {**news, "attempt": 1}

    assert clock.time == seconds


def test_a_preview_asks_nobody(server: FakeServer, kind: Settled, context: Context) -> None:
    unsettled = inputs(grants=[UNKNOWN])

    assert kind.create(context, unsettled, preview=True).outputs == {**unsettled, "attempt": 1}
    assert kind.update(context, "id", inputs(), inputs(), unsettled, preview=True) == {**unsettled, "attempt": 1}
    assert server.requests == []


def test_refresh_changes_nothing_and_an_import_is_refused(server: FakeServer, kind: Settled, context: Context) -> None:
    found = kind.read(context, "id", inputs(), inputs())

    assert found is not None
    assert (found.inputs, found.outputs) == (inputs(), inputs())
    with pytest.raises(ProviderError, match="cannot be imported"):
        kind.read(context, "id", None, None)
    assert server.requests == []


def test_another_project_is_another_wait(kind: Settled, context: Context) -> None:
    diff = kind.diff(context, "id", inputs(), inputs(), inputs(project="demo-two", apis=[RUN, SECRETS]))

    assert diff.replace == {"project"}
    assert diff.changed == {"project", "apis[1]"}


@pytest.mark.parametrize(
    ("changes", "property"),
    [
        ({"project": "No"}, "project"),
        ({"region": "moon"}, "region"),
        ({"apis": "run"}, "apis"),
        ({"apis": [RUN, 3]}, "apis[1]"),
        ({"grants": [""]}, "grants[0]"),
        ({"settleSeconds": -1}, "settleSeconds"),
        ({"wait": True}, "wait"),
    ],
)
def test_bad_inputs_are_named(kind: Settled, context: Context, changes: Values, property: str) -> None:
    assert [failure.property for failure in kind.check(context, None, inputs(**changes)).failures] == [property]


def test_unknown_inputs_are_not_judged(kind: Settled, context: Context) -> None:
    """Ids of grants are known only when they were made."""
    checked = kind.check(context, None, inputs(apis=UNKNOWN, grants=[UNKNOWN], region=UNKNOWN))

    assert not checked.failures


def test_a_local_stack_in_a_shell_without_its_environment_stops_at_the_check(
    context: Context, clock: FakeClock
) -> None:
    kind = Settled(Session(Endpoints({}), Tokens({})), clock)
    failures = kind.check(context, None, inputs()).failures

    assert [failure.property for failure in failures] == ["project"]
    assert "make -s env" in failures[0].reason


def test_a_long_wait_does_not_fill_the_log(
    server: FakeServer, kind: Settled, clock: FakeClock, context: Context, said: list[str]
) -> None:
    """Where output is no terminal, every message is a line that stays."""
    server.fail("GET", SERVICES, DISABLED, times=60)
    kind.create(context, inputs(), preview=False)

    assert clock.time == 300
    assert len(said) == 300 / 15


# --- What needs the grants ---

PLACE = "projects/demo-shop/locations/us-central1"
WEB = f"{PLACE}/services/web"
REFUSED = {
    "name": WEB,
    "terminalCondition": {"state": "CONDITION_FAILED", "message": "Permission denied on secret: key."},
}
PROBE = "Startup probe failed.\n\nLast lines of the log"
NOT_UP = {"name": WEB, "terminalCondition": {"state": "CONDITION_FAILED", "message": PROBE}}
UP = {"name": WEB, "terminalCondition": {"state": "CONDITION_SUCCEEDED"}}


def needed(**changes: object) -> Values:
    return inputs(apis=[], grants=["secret"], settleSeconds=120, neededBy=[WEB], **changes)


def again(kind: Settled, context: Context, old: Values) -> Values | None:
    """What the next `pulumi up` makes of a state; None where it finds nothing to do."""
    if not kind.diff(context, "id", needed(), old, needed()).changed:
        return None
    previewed = kind.update(context, "id", needed(), old, needed(), preview=True)
    outputs = kind.update(context, "id", needed(), old, needed(), preview=False)
    assert previewed == outputs
    return outputs


@pytest.mark.parametrize(
    ("document", "waited", "attempts"),
    [(REFUSED, 120, 2), (NOT_UP, 0, 2), (UP, 0, None), (None, 0, None)],
    ids=["refused", "not up for another reason", "up", "not there"],
)
def test_what_was_refused_is_given_the_time_again_and_all_that_never_came_up_is_tried_again(
    server: FakeServer,
    kind: Settled,
    clock: FakeClock,
    context: Context,
    *,
    document: dict[str, object] | None,
    waited: int,
    attempts: int | None,
) -> None:
    old = kind.create(context, needed(), preview=False).outputs
    began = clock.time
    if document:
        server.answer("GET", f"/run/v2/{WEB}", document)

    found = again(kind, context, old)

    assert old == {**needed(), "attempt": 1}
    assert clock.time - began == waited
    assert (found["attempt"] if found else None) == attempts


def test_every_up_tries_again_until_it_is_up(server: FakeServer, kind: Settled, context: Context) -> None:
    outputs = kind.create(context, needed(), preview=False).outputs
    server.answer("GET", f"/run/v2/{WEB}", REFUSED)
    for attempt in (2, 3):
        found = again(kind, context, outputs)
        assert found is not None
        outputs = found
        assert outputs["attempt"] == attempt

    server.answer("GET", f"/run/v2/{WEB}", UP)

    assert again(kind, context, outputs) is None


def test_what_pulumi_may_not_know_of_is_said_with_the_way_out(
    server: FakeServer, kind: Settled, context: Context, said: list[str]
) -> None:
    server.answer("GET", f"/run/v2/{WEB}", NOT_UP)

    again(kind, context, {**needed(), "attempt": 1})

    assert "The service 'web' did not come up: Startup probe failed. It is tried again." in said[0]
    assert "already exists" in said[0]
    assert "`gcloud run services delete web --region=us-central1 --project=demo-shop`" in said[0]


def test_a_state_from_before_attempts_were_counted_is_at_the_first(kind: Settled, context: Context) -> None:
    old = inputs(apis=[], grants=["secret"], settleSeconds=120)
    outputs = kind.update(context, "id", old, old, needed(), preview=False)

    assert outputs == {**needed(), "attempt": 1}


@pytest.mark.parametrize("answer", [REFUSAL, None])
def test_what_can_not_be_looked_at_is_no_reason_to_stop(
    server: FakeServer, kind: Settled, context: Context, answer: Answer | None
) -> None:
    """As by CI's account that only previews, and without a network."""
    server.answer("GET", f"/run/v2/{WEB}", REFUSED)
    server.fail("GET", "/services/web$", answer, times=6)

    assert not kind.diff(context, "id", needed(), needed(), needed()).changed


def test_records_are_not_asked_whether_they_are_up(
    server: FakeServer, session: Session, clock: FakeClock, context: Context
) -> None:
    kind = Settled(session, clock, waits=False)

    assert not kind.diff(context, "id", needed(), needed(), needed()).changed
    assert server.requests == []


@pytest.mark.parametrize("name", ["web", f"{PLACE}/services/web/revisions/1", "projects/p/services/web"])
def test_what_needs_the_grants_is_a_service_or_a_job(kind: Settled, context: Context, name: str) -> None:
    failures = kind.check(context, None, {**needed(), "neededBy": [UNKNOWN, name]}).failures

    assert [failure.property for failure in failures] == ["neededBy[1]"]
