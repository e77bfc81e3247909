"""Random sequences of what is done with objects, on each store against a dict: who holds an old state changes nothing.

The same sequences each time; one that fails is printed as a program. `PROPERTY_EXAMPLES=1000` asks for more of them.
"""

import os
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from flask_hearth.model.batch import Batch
from flask_hearth.stores.interface import ExistsError, MissingError, Operator, VersionError
from flask_hearth.tests.model.cities import CITIES, City, Country
from flask_hearth.tests.model.conftest import Place

EXAMPLES = int(os.environ.get("PROPERTY_EXAMPLES", "10"))
IDS = some.sampled_from("abc")
DONE = some.sampled_from(["update", "delete", "check"])
WHO = some.sampled_from(["mine", "theirs"])
FIELDS = some.fixed_dictionaries(
    {
        "country": some.sampled_from(Country),
        "population": some.integers(0, 3),
        "mayor": some.sampled_from([None, "", "x"]),
    }
)


class Sequence(RuleBasedStateMachine):
    """Two people hold an object each, as it was when they read or wrote it."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.kept: dict[str, City] = {}
        """What the store should have."""
        self.held: dict[str, City] = {}

    @initialize()
    def both_hold_something(self) -> None:
        self.held = {"mine": City.create(id="a", name="x"), "theirs": City.create(id="b", name="x")}

    @rule(who=WHO, id=IDS, fields=FIELDS)
    def make(self, who: str, id: str, fields: dict[str, Any]) -> None:
        self.held[who] = City.create(id=id, name="x", **fields)

    @rule(who=WHO, id=IDS)
    def read(self, who: str, id: str) -> None:
        if id not in self.kept:
            with pytest.raises(MissingError):
                City.get(id)
        else:
            self.held[who] = City.get(id)
            assert self.held[who] == self.kept[id]

    @rule(who=WHO)
    def save(self, who: str) -> None:
        self.attempt(who, self.held[who].save)

    @rule(who=WHO, fields=FIELDS)
    def assign_and_save(self, who: str, fields: dict[str, Any]) -> None:
        for name, value in fields.items():
            setattr(self.held[who], name, value)
        self.save(who)

    @rule(who=WHO, fields=FIELDS)
    def update(self, who: str, fields: dict[str, Any]) -> None:
        before = self.held[who].model_copy()
        if not self.attempt(who, lambda: self.held[who].update(**fields)):
            assert self.held[who] == before

    @rule(who=WHO)
    def delete(self, who: str) -> None:
        if self.held[who].version is None:
            with pytest.raises(MissingError):
                self.held[who].delete()
        elif self.attempt(who, self.held[who].delete):
            del self.kept[self.held[who].id]

    @rule(first=WHO, done=some.fixed_dictionaries({"mine": DONE, "theirs": DONE}), fields=FIELDS)
    def both_in_a_batch(self, first: str, done: dict[str, str], fields: dict[str, Any]) -> None:
        second = "theirs" if first == "mine" else "mine"
        one, other = (self.held[who] for who in (first, second))
        if one.id == other.id or any(done[who] != "update" and self.held[who].version is None for who in done):
            return  # Refused before it is written.
        before = [each.model_copy() for each in (one, other)]
        refused = self.refusal(one) or self.refusal(other)
        with pytest.raises(refused) if refused else nullcontext(), Batch() as batch:
            for who in (first, second):
                match done[who]:
                    case "update":
                        batch.update(self.held[who], **fields)
                    case "delete":
                        batch.delete(self.held[who])
                    case _:
                        batch.check(self.held[who])
        if refused:
            assert [one, other] == before
            return
        for who in (first, second):
            if done[who] == "delete":
                del self.kept[self.held[who].id]
            elif done[who] == "update":
                self.kept[self.held[who].id] = self.held[who].model_copy()

    def refusal(self, held: City) -> type[Exception] | None:
        """Of a write, if somebody wrote since."""
        kept = self.kept.get(held.id)
        if held.version is None:
            return ExistsError if kept else None
        if kept is None:
            return MissingError
        return VersionError if kept.version != held.version else None

    def attempt(self, who: str, write: Callable[[], None]) -> bool:
        """Whether it went through, which it should if nobody wrote since."""
        held = self.held[who]
        if expected := self.refusal(held):
            with pytest.raises(expected):
                write()
            return False
        version = held.version
        write()
        assert held.version != version
        self.kept[held.id] = held.model_copy()
        return True

    @invariant()
    def every_query_finds_what_it_should(self) -> None:
        # Those of one batch were made at the same moment.
        every = sorted(self.kept.values(), key=lambda each: (each.created_at, each.id))
        assert list(City.where()) == every
        italian = sorted(
            (each for each in every if each.country is Country.ITALY and each.population > 0),
            key=lambda each: (each.population, each.id),
        )
        asked: list[tuple[str, Operator, Any]] = [("country", "==", Country.ITALY), ("population", ">", 0)]
        assert list(City.where(*asked)) == italian
        assert list(City.where(*asked, order="-population")) == italian[::-1]
        assert City.count(("mayor", "==", None)) == len([each for each in every if each.mayor is None])

    def teardown(self) -> None:
        for each in self.kept:
            self.place.store.delete(CITIES, each, expected=None)


def test_a_random_sequence_ends_as_it_does_in_memory(place: Place) -> None:
    bounded = settings(
        max_examples=EXAMPLES,
        stateful_step_count=15,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(lambda: Sequence(place), settings=bounded)  # type: ignore[arg-type] # any maker will do
