"""Idempotency keys of every store."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from flask_hearth.stores.interface import Answer, KeyInFlightError, KeyReusedError, Reservation, Store, reservation
from flask_hearth.tests.stores.samples import Clock

ANSWER = Answer(status=201, headers={"Location": "/api/v1/items/ä", "ETag": '"1"'}, body='{"name": "ü"}\n')


@pytest.fixture
def key() -> str:
    """Longer than a document's id may be, with what it may not hold."""
    return f"somebody/POST//api/v1/items/__{uuid.uuid4()}__{'x' * 2000}"


def taken(store: Store, key: str, fingerprint: str = "f") -> Reservation:
    found = store.reserve(key, fingerprint, seconds=60)
    assert isinstance(found, Reservation), "the key was free"
    return found


def test_a_key_is_taken_once_and_then_gives_its_answer(store: Store, key: str) -> None:
    reserved = taken(store, key)
    with pytest.raises(KeyInFlightError):
        store.reserve(key, "f", seconds=60)

    store.finish(reserved, ANSWER, seconds=3600)

    assert store.reserve(key, "f", seconds=60) == ANSWER
    assert store.reserve(key, "f", seconds=60) == ANSWER


def test_another_request_may_not_use_the_key(store: Store, key: str) -> None:
    reserved = taken(store, key)
    with pytest.raises(KeyReusedError):
        store.reserve(key, "g", seconds=60)

    store.finish(reserved, ANSWER, seconds=3600)

    with pytest.raises(KeyReusedError):
        store.reserve(key, "g", seconds=60)


def test_a_reservation_given_up_leaves_the_key_free(store: Store, key: str) -> None:
    reserved = taken(store, key)

    store.forget(reserved)

    taken(store, key, "g")


def test_an_answer_that_is_kept_is_neither_forgotten_nor_changed(store: Store, key: str) -> None:
    """By a request that was taken for dead, and comes back late."""
    reserved = taken(store, key)
    store.finish(reserved, ANSWER, seconds=3600)

    store.forget(reserved)
    store.finish(reserved, Answer(status=200, headers={}, body=""), seconds=3600)

    assert store.reserve(key, "f", seconds=60) == ANSWER


def test_a_reservation_ends_by_the_stores_own_clock(store: Store, key: str, clock: Clock) -> None:
    """No store deletes at that moment; Firestore takes a day."""
    clock.stop()
    store.reserve(key, "f", seconds=60)
    clock.advance(59.999)
    with pytest.raises(KeyInFlightError):
        store.reserve(key, "f", seconds=60)

    clock.advance(0.001)

    taken(store, key, "g")
    clock.advance(30)
    with pytest.raises(KeyInFlightError):
        store.reserve(key, "g", seconds=60)


def test_an_answer_is_kept_from_its_finish_on(store: Store, key: str, clock: Clock) -> None:
    clock.stop()
    reserved = taken(store, key)
    clock.advance(50)
    store.finish(reserved, ANSWER, seconds=3600)
    clock.advance(3599)
    assert store.reserve(key, "f", seconds=60) == ANSWER

    clock.advance(1)

    taken(store, key, "g")


def test_a_reservation_that_has_ended_can_not_be_finished(store: Store, key: str, clock: Clock) -> None:
    clock.stop()
    reserved = taken(store, key)
    clock.advance(60)

    store.finish(reserved, ANSWER, seconds=3600)

    taken(store, key)


def test_who_lost_the_reservation_can_neither_finish_nor_give_up_its_successors(
    store: Store, key: str, clock: Clock
) -> None:
    """A request that was frozen for longer than its reservation, and wakes up while its repetition is at work."""
    clock.stop()
    frozen = taken(store, key)
    clock.advance(60)
    successor = taken(store, key)

    store.finish(frozen, Answer(status=200, headers={}, body="stale"), seconds=3600)
    with pytest.raises(KeyInFlightError):
        store.reserve(key, "f", seconds=60)
    store.forget(frozen)
    with pytest.raises(KeyInFlightError):
        store.reserve(key, "f", seconds=60)
    store.finish(successor, ANSWER, seconds=3600)

    assert store.reserve(key, "f", seconds=60) == ANSWER


def test_what_was_never_reserved_can_be_finished_and_forgotten_without_effect(store: Store, key: str) -> None:
    store.finish(reservation(key), ANSWER, seconds=3600)
    store.forget(reservation(key))

    taken(store, key)


@pytest.mark.parametrize("expired", [False, True])
def test_of_concurrent_requests_exactly_one_gets_through(
    store: Store, key: str, clock: Clock, *, expired: bool
) -> None:
    """Also where they all find a reservation that has ended."""
    clock.stop()
    if expired:
        store.reserve(key, "f", seconds=60)
        clock.advance(60)

    def attempt(_: int) -> str:
        try:
            return "taken" if isinstance(store.reserve(key, "f", seconds=60), Reservation) else "answered"
        except KeyInFlightError:
            return "refused"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(attempt, range(16)))

    assert sorted(outcomes) == ["refused"] * 15 + ["taken"]
