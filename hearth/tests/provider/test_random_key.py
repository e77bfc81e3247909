"""A key is made once, kept, and told to nobody."""

import base64

import pytest

from hearth.plugin.kinds import UNKNOWN, Context, ProviderError, Secret, Values
from hearth.provider.random_key import RandomKey

KIND = RandomKey()
INPUTS = {"bytes": 32, "rotation": "2024"}


def made(context: Context, inputs: Values = INPUTS) -> Values:
    """Outputs of a new key as the state gives them back: without their mark."""
    return stored(KIND.create(context, inputs, preview=False).outputs)


def stored(outputs: Values) -> Values:
    assert {name for name, value in outputs.items() if isinstance(value, Secret)} == {"value", "previous"}
    return {name: value.value if isinstance(value, Secret) else value for name, value in outputs.items()}


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
    assert created.outputs["value"] == created.outputs["previous"] == Secret(UNKNOWN)


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


def test_after_a_rotation_the_key_before_is_the_previous_one(context: Context) -> None:
    """And at first one that nobody has, so that there always is exactly one."""
    first = made(context)
    second = stored(KIND.update(context, "web", INPUTS, first, {**INPUTS, "rotation": "2"}, preview=False))
    third = stored(
        KIND.update(context, "web", {**INPUTS, "rotation": "2"}, second, {**INPUTS, "rotation": "3"}, preview=False)
    )

    assert second["previous"] == first["value"]
    assert third["previous"] == second["value"]
    assert len({first["previous"], first["value"], second["value"], third["value"]}) == 4


def test_a_preview_of_a_rotation_knows_what_the_previous_key_will_be(context: Context) -> None:
    old = made(context)
    news = {**INPUTS, "rotation": "2"}

    assert KIND.update(context, "web", INPUTS, old, news, preview=True)["previous"] == Secret(old["value"])


def test_a_state_from_before_there_were_previous_keys_gets_one_and_keeps_its_own(context: Context) -> None:
    old = {name: value for name, value in made(context).items() if name != "previous"}
    diff = KIND.diff(context, "web", INPUTS, old, INPUTS)
    preview = KIND.update(context, "web", INPUTS, old, INPUTS, preview=True)
    found = KIND.read(context, "web", INPUTS, old)
    new = stored(KIND.update(context, "web", INPUTS, old, INPUTS, preview=False))

    assert diff.changed == {"previous"}
    assert not diff.replace
    assert (preview["value"], preview["previous"]) == (Secret(old["value"]), Secret(UNKNOWN))
    assert found is not None
    assert found.outputs == {**old, "value": Secret(old["value"])}
    assert new["value"] == old["value"] != new["previous"]
    assert not KIND.diff(context, "web", INPUTS, new, INPUTS).changed


def test_refresh_changes_nothing(context: Context) -> None:
    old = made(context)
    found = KIND.read(context, "web", INPUTS, old)

    assert found is not None
    assert found.inputs == INPUTS
    assert stored(found.outputs) == old


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
