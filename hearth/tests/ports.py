"""Ports for a local cloud that a test starts, which nobody else gets meanwhile."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from flask_hearth.testing.ports import reserve_port
from hearth.localcloud.cloud import Ports


@contextmanager
def held_ports() -> Iterator[Ports]:
    with ExitStack() as stack:
        apis, edge, service = (stack.enter_context(reserve_port()) for _ in range(3))
        yield Ports(apis=apis, edge=edge, service=service)
