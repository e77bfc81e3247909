"""Deployments by the real engine. One for a whole module where its tests leave it as they found it."""

from collections.abc import Iterator

import pytest

from hearth.tests.engine.deployment import CHECKOUT, Deployment, copied


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(CHECKOUT / "hearth" / "tests" / "engine"):
            item.add_marker(pytest.mark.engine)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The checkout as it is, brought up."""
    with copied(tmp_path_factory.mktemp("deployed") / "checkout") as deployment:
        deployment.up()
        yield deployment


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The checkout as it is, with nothing running."""
    with copied(tmp_path_factory.mktemp("fresh") / "checkout") as deployment:
        yield deployment
