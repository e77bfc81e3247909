"""The stand-in against a real local cloud that has nothing but the records of kept resources."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hearth.localcloud.kept.part import Kept
from hearth.tests.localcloud.running import LocalCloud, in_thread


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[LocalCloud]:
    with in_thread(tmp_path / "cloud", compose=lambda cloud: [Kept(cloud)]) as found:
        yield found


@pytest.fixture
def origin(cloud: LocalCloud) -> str:
    return cloud.origin
