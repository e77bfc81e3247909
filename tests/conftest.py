"""Settings that every test shares. Fixtures stand beside the tests that use them."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    # pulumi_gcp.storage deprecates a function of its own while it is imported, used or not.
    config.addinivalue_line("filterwarnings", "ignore:gcp.storage.getTransferProjectServieAccount:DeprecationWarning")
