"""Who gets a place at an instance, when, and who gives up."""

import asyncio
from collections.abc import Coroutine
from typing import Any, cast

import pytest

from hearth.localcloud.run.instance import EDGE_IDLE_SECONDS, Instance
from hearth.localcloud.run.revision_runner import RevisionRunner
from hearth.localcloud.run.traffic_router import NoInstance, NoRoom, TrafficRouter


class FakeRunner:
    """A revision without processes."""

    def __init__(self, concurrency: int = 1, instance: object | None = "instance") -> None:
        self.concurrency = concurrency
        self.instance = cast("Instance | None", instance)
        self.active = 0
        self.on_change = lambda: None

    def enter(self) -> None:
        self.active += 1

    def leave(self) -> None:
        self.active -= 1


def runner(*arguments: Any, **options: Any) -> RevisionRunner:
    return cast("RevisionRunner", FakeRunner(*arguments, **options))


def check(scenario: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scenario)


def test_without_a_revision_there_is_no_instance() -> None:
    async def scenario() -> None:
        with pytest.raises(NoInstance):
            await TrafficRouter().take(wait=10)

    check(scenario())


@pytest.mark.parametrize(("instance", "refusal"), [("instance", NoRoom), (None, NoInstance)])
def test_a_request_waits_only_so_long(instance: object, refusal: type[Exception]) -> None:
    async def scenario() -> None:
        router = TrafficRouter()
        full = runner(instance=instance)
        full.active = 1
        router.switch(full)
        with pytest.raises(refusal):
            await router.take(wait=0.05)
        assert full.active == 1

    check(scenario())


def test_places_are_given_in_the_order_of_asking() -> None:
    async def scenario() -> None:
        router = TrafficRouter()
        one = runner()
        router.switch(one)
        await router.take()
        order: list[int] = []

        async def wait(number: int) -> None:
            await router.take()
            order.append(number)

        waiting = [asyncio.create_task(wait(number)) for number in range(3)]
        await asyncio.sleep(0)
        for _ in waiting:
            router.release(one)
            await asyncio.sleep(0)
        await asyncio.gather(*waiting)

        assert order == [0, 1, 2]
        assert one.active == 1

    check(scenario())


def test_those_who_wait_for_an_old_revision_go_to_the_new_one() -> None:
    async def scenario() -> None:
        router = TrafficRouter()
        old, new = runner(), runner()
        router.switch(old)
        await router.take()
        waiting = asyncio.create_task(router.take())
        await asyncio.sleep(0)

        assert router.switch(new) is old
        assert (await waiting)[0] is new
        assert (old.active, new.active) == (1, 1)

    check(scenario())


def test_those_who_wait_when_a_service_goes_learn_it_at_once() -> None:
    async def scenario() -> None:
        router = TrafficRouter()
        router.switch(runner(instance=None))
        waiting = asyncio.create_task(router.take())
        await asyncio.sleep(0)
        router.switch(None)
        with pytest.raises(NoInstance):
            await waiting

    check(scenario())


def test_an_instance_that_comes_up_is_given_to_those_who_wait() -> None:
    async def scenario() -> None:
        router = TrafficRouter()
        starting = runner(instance=None)
        router.switch(starting)
        waiting = asyncio.create_task(router.take())
        await asyncio.sleep(0)
        starting.instance = instance = cast("Instance", "instance")
        starting.on_change()

        assert await waiting == (starting, instance)

    check(scenario())


def test_a_place_given_in_the_moment_of_giving_up_is_not_lost() -> None:
    async def scenario() -> None:
        router = TrafficRouter()
        one = runner()
        router.switch(one)
        await router.take()
        waiting = asyncio.create_task(router.take())
        await asyncio.sleep(0)
        # The place is given, and before the task can take it, the caller goes away.
        router.release(one)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

        assert waiting.cancelled()
        assert one.active == 0

    check(scenario())


def test_connections_to_an_instance_are_given_up_before_gunicorn_gives_them_up() -> None:
    """Its default is 2 seconds; a request sent on a connection that the other side is closing is lost."""
    from gunicorn.config import Config  # type: ignore[import-untyped]  # noqa: PLC0415 - needed here alone

    assert Config().keepalive > EDGE_IDLE_SECONDS


def test_a_service_can_end_after_a_waiting_request_gave_up() -> None:
    async def scenario() -> None:
        router = TrafficRouter()
        full = runner(instance=None)
        router.switch(full)
        with pytest.raises(NoInstance):
            await router.take(wait=0.01)

        assert router.switch(None) is full

    check(scenario())


def test_when_a_service_ends_who_waits_is_told() -> None:
    async def scenario() -> None:
        router = TrafficRouter()
        router.switch(runner(instance=None))
        waiting = asyncio.create_task(router.take())
        await asyncio.sleep(0)
        router.switch(None)

        with pytest.raises(NoInstance):
            await waiting

    check(scenario())
