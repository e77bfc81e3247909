"""A value is kept beside the one before it, and told to nobody."""

import pytest

from hearth.plugin.kinds import UNKNOWN, Context, ProviderError, Secret, Values
from hearth.provider.alternating_value import AlternatingValue

KIND = AlternatingValue()


def stored(outputs: Values) -> Values:
    """Outputs as the state gives them back: without their mark, which every value has."""
    assert {name for name, value in outputs.items() if isinstance(value, Secret)} == {"value", "first", "second"}
    return {name: value.value if isinstance(value, Secret) else value for name, value in outputs.items()}


def history(context: Context, *values: str) -> list[tuple[str, str, str]]:
    """What the places hold, and which one is current, after each value."""
    old = stored(KIND.create(context, {"value": values[0]}, preview=False).outputs)
    found = [old]
    for value in values[1:]:
        told = {"value": old["value"]}
        news = {"value": value}
        assert stored(KIND.update(context, "x", told, old, news, preview=True)) == stored(
            KIND.update(context, "x", told, old, news, preview=False)
        ), "a preview shows what will be"
        old = stored(KIND.update(context, "x", told, old, news, preview=False))
        found.append(old)
    return [(each["first"], each["second"], each["current"]) for each in found]


def test_a_new_value_takes_the_place_of_the_one_before_the_last(context: Context) -> None:
    assert history(context, "a", "b", "c", "d") == [
        ("a", "a", "first"),
        ("a", "b", "second"),
        ("c", "b", "first"),
        ("c", "d", "second"),
    ]


def test_going_back_to_the_value_before_changes_neither_place(context: Context) -> None:
    assert history(context, "a", "b", "a", "b") == [
        ("a", "a", "first"),
        ("a", "b", "second"),
        ("a", "b", "first"),
        ("a", "b", "second"),
    ]


def test_the_same_value_is_no_change(context: Context) -> None:
    assert history(context, "a", "a")[1] == ("a", "a", "first")
    assert not KIND.diff(context, "x", {"value": "a"}, {}, {"value": "a"}).changed
    other = KIND.diff(context, "x", {"value": "a"}, {}, {"value": "b"})
    assert other.changed == {"value"}
    assert not other.replace


def test_of_a_value_that_is_not_known_yet_nothing_is(context: Context) -> None:
    old = stored(KIND.create(context, {"value": "a"}, preview=False).outputs)
    found = KIND.update(context, "x", {"value": "a"}, old, {"value": UNKNOWN}, preview=True)

    assert stored(found) == dict.fromkeys(("value", "first", "second", "current"), UNKNOWN)
    assert KIND.create(context, {"value": UNKNOWN}, preview=True).id == ""


@pytest.mark.parametrize("inputs", [{"value": ""}, {"value": 4711}, {"value": ["4711"]}, {}])
def test_what_can_be_no_value_is_refused_without_being_told(context: Context, inputs: Values) -> None:
    (failure,) = KIND.check(context, None, inputs).failures

    assert failure.property == "value"
    assert "4711" not in failure.reason


def test_it_survives_a_refresh_and_is_not_imported(context: Context) -> None:
    old = stored(KIND.create(context, {"value": "a"}, preview=False).outputs)
    found = KIND.read(context, "x", {"value": "a"}, old)

    assert found is not None
    assert stored(found.outputs) == old
    with pytest.raises(ProviderError, match="cannot be imported"):
        KIND.read(context, "x", None, None)
