"""So many per window, however they are spread, and never more memory than was said."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from flask_hearth.quota import SECOND, Quota


class Clock:
    def __init__(self) -> None:
        self.now = 10**15

    def __call__(self) -> int:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += int(seconds * SECOND)


@pytest.mark.parametrize(("limit", "window"), [(1, 60), (3, 60), (7, 60), (60, 60), (1000, 60)])
def test_the_limit_is_allowed_at_once_and_not_one_more(limit: int, window: int) -> None:
    quota = Quota(limit, window, clock=Clock())

    taken = [quota.take("a") for _ in range(limit + 1)]

    assert [each.allowed for each in taken] == [True] * limit + [False]
    assert [each.left for each in taken] == [*reversed(range(limit)), 0]


def test_places_come_back_one_by_one() -> None:
    clock = Clock()
    quota = Quota(6, 60, clock=clock)
    for _ in range(6):
        quota.take("a")
    refused = quota.take("a")
    clock.advance(9.999)
    still = quota.take("a")
    clock.advance(0.001)

    assert (refused.free_in, refused.reset_in) == (10, 60)
    assert (still.allowed, still.free_in) == (False, 1)
    assert [quota.take("a").allowed for _ in range(2)] == [True, False]


def test_who_waits_as_long_as_told_is_not_refused() -> None:
    clock = Clock()
    quota = Quota(7, 60, clock=clock)
    for _ in range(40):
        answer = quota.take("a")
        if not answer.allowed:
            clock.advance(answer.free_in)
            assert quota.take("a").allowed
        clock.advance(0.37)


def test_who_asks_all_the_time_gets_the_limit_once_and_then_what_comes_back() -> None:
    clock = Clock()
    quota = Quota(10, 60, clock=clock)
    allowed = 0
    for _ in range(600):
        allowed += quota.take("a").allowed
        clock.advance(1)

    assert allowed == 10 + 599 // 6


def test_what_is_given_back_can_be_taken_again() -> None:
    quota = Quota(2, 60, clock=Clock())
    quota.take("a")
    quota.take("a")
    quota.give_back("a")
    quota.give_back("never taken")

    assert [quota.take("a").allowed for _ in range(2)] == [True, False]
    assert len(quota) == 1


def test_what_is_given_back_late_is_no_more_than_was_taken() -> None:
    clock = Clock()
    quota = Quota(2, 60, clock=clock)
    quota.take("a")
    clock.advance(120)
    quota.give_back("a")

    assert [quota.take("a").allowed for _ in range(3)] == [True, True, False]


def test_keys_do_not_disturb_each_other() -> None:
    quota = Quota(1, 60, clock=Clock())

    assert [quota.take(key).allowed for key in ("a", "b", "a", ("a",))] == [True, True, False, True]


def test_of_too_many_keys_the_ones_unused_for_longest_are_forgotten() -> None:
    quota = Quota(2, 60, most_keys=3, clock=Clock())
    for key in ("a", "b", "c"):
        quota.take(key)
        quota.take(key)
    quota.take("a")
    quota.take("d")

    assert len(quota) == 3
    assert not quota.take("a").allowed, "a refusal is a use, too"
    assert quota.take("b").allowed


def test_concurrent_requests_get_no_more_than_there_is() -> None:
    quota = Quota(50, 60, clock=Clock())
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: quota.take("a").allowed, range(400)))

    assert sum(taken) == 50
