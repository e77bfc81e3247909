"""A local cloud for each test that asks for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hearth.tests.localcloud.running import LocalCloud, in_thread


@pytest.fixture
def local(tmp_path: Path) -> Iterator[LocalCloud]:
    """A fresh local cloud with every API switched on in project `demo-test`."""
    with in_thread(tmp_path / "cloud") as cloud:
        cloud.enable()
        yield cloud
