"""Deployments by the real engine, as few as will do: the first `up` of each takes longer than most tests."""

from collections.abc import Iterator

import pytest

from hearth.tests.engine.deployment import CHECKOUT, Deployment, copied
from hearth.tests.owner import with_framework


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(CHECKOUT / "hearth" / "tests" / "engine"):
            item.add_marker(pytest.mark.engine)
            item.add_marker(with_framework)


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The checkout as it is, brought up. Who changes it changes it back."""
    with copied(tmp_path_factory.mktemp("deployed") / "checkout") as deployment:
        deployment.up()
        yield deployment


@pytest.fixture(scope="session")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Another one, on which tests edit on: each leaves it deployed, with other data, keys, files and migrations."""
    with copied(tmp_path_factory.mktemp("edited") / "checkout") as deployment:
        deployment.up()
        yield deployment


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The checkout as it is, with nothing running."""
    with copied(tmp_path_factory.mktemp("fresh") / "checkout") as deployment:
        yield deployment
