"""A configuration of somebody's: keys with their rules, read and checked as a whole."""

from collections.abc import Iterator, Mapping

import pytest

from hearth.configuration import Configuration, Rule, Strings, Texts, key, load
from hearth.faults import Fault, SettingsError


class Keys(Configuration):
    project: str = key("acme", alias="gcp:project")
    most_cups: int = key(4, "the tray holds twelve", ge=1, le=12)
    least_cups: int = key(0)
    bare: int = 7
    sort: str = key("early grey", "there is no such tea", check=lambda sort: sort.endswith(("grey", "green")))
    guests: Strings = key(
        (),
        "a list of guests",
        rules=[
            Rule("not a name", lambda guest: f"write {guest.title()}", each=str.istitle),
            Rule("not that many", "invite fewer", lambda guests: len(guests) < 3),
        ],
    )
    regrets: Texts = key({}, "a reason for each", rules=[Rule("no reason", "say why", each=lambda _, reason: reason)])


def related(keys: Keys) -> Iterator[Fault]:
    if keys.least_cups > keys.most_cups:
        yield keys.fault(["least_cups", "most_cups"], why="more than there are", fix="lower it")


def refused(config: Mapping[str, str], *secrets: str) -> list[tuple[str, object, str, str]]:
    with pytest.raises(SettingsError) as caught:
        load(Keys, config, related, secrets.__contains__)
    return [(fault.key, fault.value, fault.why, fault.fix) for fault in caught.value.faults]


def test_a_field_is_a_key_in_the_namespace_of_the_app_unless_it_says_otherwise() -> None:
    assert Keys.keys() == ["app:mostCups", "app:leastCups", "app:bare", "app:sort", "app:guests", "app:regrets"]
    assert list(Keys.fields()) == ["gcp:project", *Keys.keys()]


def test_what_is_usable_is_read_and_the_rest_has_its_default() -> None:
    keys = load(Keys, {"app:mostCups": "12", "app:guests": '["Ada", "Bo"]'}, related, lambda _: False)

    assert (keys.most_cups, keys.guests, keys.sort) == (12, ("Ada", "Bo"), "early grey")


@pytest.mark.parametrize("cups", ["0", "13", "some"])
def test_what_type_and_bounds_refuse_is_explained_by_the_first_rule(cups: str) -> None:
    ((told, value, why, fix),) = refused({"app:mostCups": cups})

    assert (told, value) == ("app:mostCups", cups)
    assert why.startswith("Input should be ")
    assert why.endswith("; the tray holds twelve")
    assert fix == "pulumi config rm app:mostCups takes the default, which is 4"


def test_rules_after_the_first_say_nothing_of_another_type() -> None:
    ((_, _, why, _),) = refused({"app:guests": "7"})

    assert why == "Input should be a valid tuple; a list of guests"


@pytest.mark.parametrize("name", ["bare", "leastCups"])
def test_a_key_without_a_rule_says_what_its_type_says(name: str) -> None:
    ((_, _, why, _),) = refused({f"app:{name}": "some"})

    assert why == "Input should be a valid integer, unable to parse string as an integer"


def test_a_rule_without_a_fix_offers_the_default_as_a_shell_takes_it() -> None:
    fix = "pulumi config set app:sort 'early grey'"

    assert refused({"app:sort": "coffee"}) == [("app:sort", "coffee", "there is no such tea", fix)]


def test_each_item_that_is_wrong_is_told_and_the_whole_as_it_is_written() -> None:
    guests = '["ada","Bo","cy"]'

    assert refused({"app:guests": guests, "app:regrets": '{"Di": "", "Ed": "ill"}'}) == [
        ("app:guests", "ada", "not a name", "write Ada"),
        ("app:guests", "cy", "not a name", "write Cy"),
        ("app:guests", guests, "not that many", "invite fewer"),
        ("app:regrets", "Di", "no reason", "say why"),
    ]


def test_a_rule_on_two_keys_blames_the_first_and_waits_until_both_are_usable_by_themselves() -> None:
    assert refused({"app:leastCups": "5"}) == [("app:leastCups", 5, "more than there are", "lower it")]
    assert [told for told, *_ in refused({"app:leastCups": "5", "app:mostCups": "0"})] == ["app:mostCups"]


def test_a_secret_is_told_to_nobody_whatever_is_wrong_with_it() -> None:
    config = {"app:sort": "hunter2", "app:mostCups": "hunter2", "app:suger": "hunter2"}

    assert {value for _, value, *_ in refused(config, *config)} == {"[secret]"}


def test_an_unknown_key_is_refused_with_the_one_that_was_meant_and_others_namespaces_are_let_be() -> None:
    ((told, _, _, fix),) = refused({"app:mostCupz": "1", "hearth:x": "1", "gcp:zone": "z"})

    assert (told, fix) == ("app:mostCupz", "did you mean app:mostCups? Else: pulumi config rm app:mostCupz")
