"""The provider as a set of kinds."""

from pathlib import Path

import pytest

from hearth.plugin.kinds import Context, ProviderError
from hearth.provider.provider import HearthProvider
from hearth.provider.schema import RESOURCES


@pytest.fixture
def provider(tmp_path: Path) -> HearthProvider:
    return HearthProvider(tmp_path, {})


def test_an_unknown_type_is_refused_with_those_that_there_are(provider: HearthProvider) -> None:
    with pytest.raises(ProviderError, match="no resource type 'hearth:build:Imgae'; it has hearth:build:Image, "):
        provider.kind("hearth:build:Imgae")


@pytest.mark.parametrize("token", RESOURCES)
def test_the_schema_has_exactly_the_inputs_that_a_kind_takes(
    provider: HearthProvider, context: Context, token: str
) -> None:
    failures = provider.kind(token).check(context, None, {"nonsense": 1}).failures
    (reason,) = [failure.reason for failure in failures if failure.property == "nonsense"]

    assert provider.kind(token).token == token
    assert set(reason.partition("the inputs are ")[2].split(", ")) == set(RESOURCES[token]["inputProperties"])


@pytest.mark.parametrize("token", RESOURCES)
def test_what_the_schema_calls_required_is_missed(provider: HearthProvider, context: Context, token: str) -> None:
    failures = provider.kind(token).check(context, None, {}).failures
    missing = {failure.property for failure in failures if "required" in failure.reason}

    assert missing == set(RESOURCES[token]["requiredInputs"])
