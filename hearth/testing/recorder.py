"""The whole program, run without engine, CLI or cloud: what it declares, recorded as the engine would receive it.

Pulumi's own mocks drop what they are not told, without a word: an output that the mock doesn't return vanishes from
everything that reads it. So this recorder refuses to guess: inputs are checked against the catalog of Google's types,
every output of theirs is there, and unknown types, doubled names and components that never finished are errors.
What it can't see: whether Google would accept a value, or what it would compute.
"""

import asyncio
import contextvars
import gc
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from inspect import isawaitable

from pulumi.runtime import configure, set_all_config
from pulumi.runtime.mocks import MockEngine, MockSettings
from pulumi.runtime.settings import SETTINGS
from pulumi.runtime.stack import run_in_stack

from hearth.testing.monitor import Monitor
from hearth.testing.recorded import Resource, Stack, Values, token
from hearth.testing.values import to_plain

__all__ = ["Monitor", "Resource", "Stack", "record", "token"]


class _Warnings(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


@contextmanager
def _without_collections() -> Iterator[None]:
    """A run allocates so much that collections take a fifth of it, as each walks all that other tests keep."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def record(
    program: Callable[[], Awaitable[None] | None],
    *,
    stack: str = "test",
    config: Mapping[str, str] | None = None,
    references: Mapping[str, Values] | None = None,
    monitor: Monitor | None = None,
) -> Stack:
    """Run any program and return what it declared. Raises what it raises, and what this recorder refuses.

    `references` are the outputs of the stacks that it reads, by the name that it reads them by. A `monitor` handed in
    keeps what reached it, also of a program that fails.
    """
    monitor, warnings = monitor or Monitor(config, references), _Warnings()
    logger = logging.Logger("program")  # noqa: LOG001 - one for each run, so that none hears another's warnings
    logger.addHandler(warnings)

    async def whole() -> None:
        if isawaitable(result := program()):
            await result
        # Pulumi waits for all anew each time that one is done. What failed stays there for it to raise.
        while waiting := [each for each in SETTINGS.outputs if not each.done()]:
            await asyncio.wait(waiting)

    def run() -> None:
        set_all_config(dict(config or {}))
        # Not `set_mocks`: it makes a root of its own, outside the event loop that runs the program.
        configure(
            MockSettings(  # type: ignore[no-untyped-call]
                monitor=monitor,
                engine=MockEngine(logger),
                project="renamed-by-its-user",
                stack=stack,
                dry_run=False,
                organization="organization",
                callbacks=None,
            )
        )
        try:
            asyncio.run(run_in_stack(whole))
        finally:
            # Of a run that failed, Pulumi keeps what nobody waited for in a list that all runs share.
            SETTINGS.outputs.clear()

    # Pulumi keeps its state in context variables: a context of its own is as good as a process of its own. In a thread,
    # since Pulumi writes down the whole stack for each resource: pytest alone has forty frames.
    try:
        with _without_collections(), ThreadPoolExecutor(1) as thread:
            thread.submit(contextvars.copy_context().run, run).result()
    except Exception as error:
        if monitor.faults:  # what the program raises then is a consequence
            raise LookupError("\n".join(monitor.faults)) from error
        raise
    resources = sorted(monitor.recorded.values(), key=lambda each: each.urn)
    faults = monitor.faults + [
        f"{each.short} never called register_outputs, so it shows as unfinished"
        for each in resources
        if not each.custom and not each.finished
    ]
    if faults:
        raise LookupError("\n".join(faults))
    return Stack(resources=resources, outputs=to_plain(monitor.stack_outputs), warnings=warnings.texts)
