"""The pages are the user's, who may write others in their place."""

from pathlib import Path

import pytest

from hearth.tests.owner import as_cloned


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(as_cloned)
