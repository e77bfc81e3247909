"""The rules of single types speak of what the SDK has, in kinds that there are."""

import re

import pytest

from hearth.catalog import rules, types
from hearth.catalog.sameness import KINDS
from hearth.catalog.shapes import fields, paths

WITH_AN_ARGUMENT = ("default", "prefix")
OTHER_KINDS = ("empty", "reference")


@pytest.mark.parametrize("token", rules.every())
def test_each_rule_is_about_properties_that_the_sdk_has_once(token: str) -> None:
    known, own = types.get(token), rules.of(token)
    assert known
    there = set(paths(known.shape))
    groups = [*own.one, *own.some, *own.alone, *own.together, *own.needs]
    by_path = (own.same, own.values, own.ranges, own.sizes, own.forms)

    named = {path.removesuffix(".*") for group in groups for path in group} | own.unordered | own.kept
    assert named | {path for each in by_path for path in each} <= there
    assert own.forms.keys().isdisjoint(own.ranges.keys() | own.values.keys())


def test_each_kind_of_sameness_is_one_that_there_is() -> None:
    kinds = {kind for own in rules.every().values() for kind in own.same.values()}

    assert {each for each in kinds if each.partition(" ")[0] not in WITH_AN_ARGUMENT} <= {*KINDS, *OTHER_KINDS}


@pytest.mark.parametrize("token", rules.every())
def test_each_example_has_the_form_that_it_is_an_example_of(token: str) -> None:
    for form, example in rules.of(token).forms.values():
        assert re.fullmatch(form, example)


@pytest.mark.parametrize("token", rules.every())
def test_a_group_stands_where_there_is_one_object_at_most(token: str) -> None:
    """In each item of a list it would count by item, which Terraform can't say."""
    known, own = types.get(token), rules.of(token)
    assert known
    for path in (path for group in (*own.one, *own.some, *own.alone, *own.together, *own.needs) for path in group):
        shape = known.shape
        for step in path.split(".")[:-1]:
            shape = fields(shape)[step]
            assert isinstance(shape, dict), path
