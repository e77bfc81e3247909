"""A local cloud of records only: nothing here needs builds, services or the edge."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from hearth.localcloud.cloud import Cloud, Part
from hearth.localcloud.records import Records
from hearth.tests.localcloud.running import LocalCloud, in_thread


def records_only(cloud: Cloud) -> Sequence[Part]:
    return [Records(cloud)]


@pytest.fixture
def local(tmp_path: Path) -> Iterator[LocalCloud]:
    """Every API is switched on in project `demo-test`, none in others."""
    with in_thread(tmp_path / "cloud", compose=records_only) as cloud:
        cloud.enable()
        yield cloud
