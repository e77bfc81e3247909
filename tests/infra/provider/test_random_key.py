"""A key is made once, kept, and told to nobody."""

import base64

import pytest

from infra.provider.random_key import RandomKey
from plugin.kinds import UNKNOWN, Context, ProviderError, Secret, Values

KIND = RandomKey()
INPUTS = {"bytes": 32, "rotation": "2024"}


def made(context: Context, inputs: Values = INPUTS) -> Values:
    """Outputs of a new key as the state gives them back: without their mark."""
    outputs = KIND.create(context, inputs, preview=False).outputs
    assert isinstance(outputs["value"], Secret)
    return {**outputs, "value": outputs["value"].value}


@pytest.mark.parametrize("size", [16, 32, 64])
def test_a_key_is_as_long_as_asked_for_and_url_safe(context: Context, size: int) -> None:
    value = made(context, {"bytes": size, "rotation": ""})["value"]

    assert len(base64.urlsafe_b64decode(value + "==")) == size
    assert "=" not in value


def test_two_keys_differ(context: Context) -> None:
    assert made(context)["value"] != made(context)["value"]


def test_a_preview_shows_an_unknown_secret(context: Context) -> None:
    created = KIND.create(context, INPUTS, preview=True)

    assert created.id == ""
    assert created.outputs["value"] == Secret(UNKNOWN)


def test_a_key_is_kept_until_told_to_rotate(context: Context) -> None:
    old = made(context)
    same = KIND.update(context, "web", INPUTS, old, INPUTS, preview=False)
    news = {**INPUTS, "rotation": "2025"}
    rotated = KIND.update(context, "web", INPUTS, old, news, preview=False)

    assert same["value"] == Secret(old["value"])
    assert rotated["value"] != Secret(old["value"])
    assert KIND.update(context, "web", INPUTS, old, news, preview=True)["value"] == Secret(UNKNOWN)
    assert KIND.diff(context, "web", INPUTS, old, news).changed == {"rotation"}
    assert not KIND.diff(context, "web", INPUTS, old, news).replace


def test_refresh_changes_nothing(context: Context) -> None:
    old = made(context)
    found = KIND.read(context, "web", INPUTS, old)

    assert found is not None
    assert (found.inputs, found.outputs) == (INPUTS, {**old, "value": Secret(old["value"])})


def test_a_key_cannot_be_imported(context: Context) -> None:
    with pytest.raises(ProviderError, match="cannot be imported"):
        KIND.read(context, "web", None, None)


@pytest.mark.parametrize(
    ("inputs", "property"),
    [
        ({"bytes": 8}, "bytes"),
        ({"bytes": 2000}, "bytes"),
        ({"bytes": 32.5}, "bytes"),
        ({"bytes": True}, "bytes"),
        ({"rotation": 3}, "rotation"),
        ({"size": 32}, "size"),
    ],
)
def test_bad_inputs_are_named(context: Context, inputs: Values, property: str) -> None:
    assert [failure.property for failure in KIND.check(context, None, inputs).failures] == [property]


def test_inputs_have_defaults_and_may_be_unknown(context: Context) -> None:
    assert KIND.check(context, None, {}).inputs == {"bytes": 32, "rotation": ""}
    assert not KIND.check(context, None, {"bytes": UNKNOWN, "rotation": UNKNOWN}).failures
