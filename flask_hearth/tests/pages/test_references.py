"""A reference is a choice among the objects that its reader may see, and never more than a page of them."""

import re
from dataclasses import replace
from typing import Annotated, Any

import pytest
from flask import Flask
from pydantic import Field

from flask_hearth import identity
from flask_hearth.identity import User
from flask_hearth.model.declaration import Declaration, Model, ReadOnly
from flask_hearth.model.entity import MAX_MANY, Entity
from flask_hearth.model.permissions import NOBODY, Owner, Permissions
from flask_hearth.model.reference import Ref
from flask_hearth.pages.references import MOST
from flask_hearth.stores.interface import UnavailableError
from flask_hearth.tests.api.conftest import app_over
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.pages.conftest import all_of, visitor_of
from flask_hearth.tests.pages.test_faults import told
from flask_hearth.tests.pages.visitor import Visitor, again

GONE = "(gone, or not for you to see)"
ADDRESS = "The id of a team, which is the end of its page's address."


class Team(Entity):
    name: Annotated[str, Field(max_length=200)]
    owner: Annotated[str, Field(max_length=128), ReadOnly()] = ""


class Bench(Model):
    of: Ref[Team]


class Player(Entity):
    name: Annotated[str, Field(max_length=20)]
    team: Ref[Team]
    mentor: Annotated["Ref[Player] | None", Field(description="Who teaches them.")] = None
    loan: Annotated[Ref[Team], Field(description="For now.")] | None = None
    trials: list[Ref[Team]] = Field(default_factory=list)
    bench: Bench | None = None


TEAMS = Declaration(name="teams", singular="team", model=Team, indexes=(("owner", "created_at"),))
OWN_TEAMS = replace(TEAMS, permissions=Permissions(read=Owner("owner")))
HIDDEN_TEAMS = replace(TEAMS, permissions=Permissions(list=NOBODY))
PLAYERS = Declaration(name="players", singular="player", model=Player)


@pytest.fixture
def site(memory: MemoryStore) -> Flask:
    return app_over(memory, declarations=(TEAMS, PLAYERS))


def teams(memory: MemoryStore, owner: str = "", **names: str) -> None:
    for each, name in names.items():
        memory.create(TEAMS, each, {"name": name, "owner": owner})


def player(memory: MemoryStore, **fields: Any) -> None:
    whole: dict[str, Any] = {"name": "Ada", "team": "reds", "mentor": None, "loan": None, "trials": [], "bench": None}
    memory.create(PLAYERS, "ada", whole | fields)


def options(page: str, field: str) -> list[tuple[str, str]]:
    (inside,) = re.findall(rf'<select id="field-{field}".*?</select>', page, re.DOTALL)
    return re.findall(r'<option value="([^"]*)"(?: selected)?>([^<]*)</option>', inside)


def hint(page: str, field: str) -> str | None:
    found = re.search(rf'<p class="hint" id="hint-{field}">(.*?)</p>', page)
    return found[1].replace("&#39;", "'") if found else None


def of_user(site: Flask, id: str) -> None:
    site.config[identity.CHECKED] = True
    site.before_request(lambda: identity.sign_in(User(id=id)))


def test_the_choices_are_the_names_in_their_order_and_the_first_is_none(visitor: Visitor, memory: MemoryStore) -> None:
    teams(memory, a="Reds", b="blues", c="Reds", d="Whites")

    page = visitor.client.get("/players/new").text

    named = [("b", "blues"), ("a", "Reds (a)"), ("c", "Reds (c)"), ("d", "Whites")]
    assert options(page, "team") == [("", "Choose one"), *named]
    assert options(page, "loan") == options(page, "bench.of") == [("", "\N{EN DASH}"), *named]
    assert visitor.form("/players/new").shown["team"] == ""
    assert re.search(r'<select id="field-team" name="team" required>', page)


def test_what_was_chosen_is_saved_and_shown_by_its_name(visitor: Visitor, memory: MemoryStore) -> None:
    teams(memory, reds="Reds", blues="Blues")

    page = visitor.follow(
        visitor.send(visitor.form("/players/new"), name="Ada", team="reds", trials="blues\r\nreds", mentor="")
    )

    (made,) = all_of(memory, PLAYERS)
    assert (made.fields["team"], made.fields["mentor"], made.fields["trials"]) == ("reds", None, ["blues", "reds"])
    assert "Team Reds" in page.text
    assert "Trials Blues Reds" in page.text
    assert (page.links["Reds"], page.links["Blues"]) == ("/teams/reds", "/teams/blues")
    assert visitor.read("/players").links["Reds"] == "/teams/reds"


def test_a_choice_that_has_to_be_made_is_a_fault_where_it_is_not(visitor: Visitor, memory: MemoryStore) -> None:
    teams(memory, reds="Reds")

    answer = visitor.send(visitor.form("/players/new"), name="Ada")

    assert told(answer.text) == {"team": "Field required"}


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("team", "greens", "refers to no team that there is for you: greens"),
        ("team", "a/b", "is not an id"),
        ("mentor", "ada", "refers to no player that there is for you: ada"),
        ("trials", "reds\r\n\r\ngreens", "Line 3: refers to no team that there is for you: greens"),
        ("trials", "reds\r\na/b", "Line 2: is not an id"),
        ("bench.of", "greens", "refers to no team that there is for you: greens"),
    ],
)
def test_an_id_that_nothing_has_is_a_fault_at_its_field_beside_all_others(
    visitor: Visitor, memory: MemoryStore, field: str, value: str, fault: str
) -> None:
    teams(memory, reds="Reds")
    typed = {"name": 21 * "x", "team": "reds", field: value}

    answer = visitor.send(visitor.form("/players/new"), **typed)

    form, _ = again(answer, 422)
    found = told(answer.text)
    assert found.keys() == {"name", field}
    assert found[field].startswith(fault)
    assert form.shown[field] == value
    assert all_of(memory, PLAYERS) == []


def test_what_an_object_refers_to_already_is_kept_though_it_is_gone(visitor: Visitor, memory: MemoryStore) -> None:
    """Also in a list, and each only at its own field."""
    teams(memory, blues="Blues")
    player(memory, team="reds", trials=["whites"])

    page = visitor.client.get("/players/ada/edit").text
    assert options(page, "team")[0] == ("reds", f"reds {GONE}")
    assert f"Team reds {GONE}" in visitor.read("/players/ada").text
    visitor.follow(visitor.send(visitor.form("/players/ada/edit"), name="Bea", trials="blues\r\nwhites"))
    refused = visitor.send(visitor.form("/players/ada/edit"), loan="whites")

    now = memory.get(PLAYERS, "ada").fields
    assert (now["name"], now["team"], now["trials"]) == ("Bea", "reds", ["blues", "whites"])
    assert told(refused.text).keys() == {"loan"}


def test_beyond_what_a_choice_may_have_the_id_is_typed_and_no_more_is_read(
    visitor: Visitor, memory: MemoryStore
) -> None:
    teams(memory, **{f"team-{number}": f"Team {number}" for number in range(MOST)})
    player(memory, team="team-7", loan="gone")
    assert len(options(visitor.client.get("/players/ada/edit").text, "team")) == MOST
    teams(memory, more="One more")
    memory.calls.clear()

    page = visitor.client.get("/players/ada/edit").text

    assert re.search(r'<input type="text" id="field-team" [^>]*name="team" required value="team-7"', page)
    assert hint(page, "team") == f"{ADDRESS} Now: Team 7."
    assert hint(page, "loan") == f"For now. {ADDRESS} Now: gone {GONE}."
    # One page of each collection, the player, and the one team that is named.
    assert sorted(memory.calls) == ["get", "get", "page", "page"]


def test_a_list_that_refers_to_more_than_can_be_looked_for_is_refused(visitor: Visitor, memory: MemoryStore) -> None:
    teams(memory, reds="Reds")
    many = "\r\n".join(f"t{number}" for number in range(MAX_MANY + 1))
    memory.calls.clear()

    _, page = again(visitor.send(visitor.form("/players/new"), name="Ada", team="reds", trials=many), 422)

    assert f"This form refers to {MAX_MANY + 2} teams, and {MAX_MANY} are the most" in page.text


@pytest.mark.parametrize("others", [OWN_TEAMS, HIDDEN_TEAMS], ids=["own", "hidden"])
def test_only_what_the_reader_may_see_is_offered_named_or_taken(memory: MemoryStore, others: Declaration) -> None:
    site = app_over(memory, declarations=(others, PLAYERS))
    of_user(site, "ann")
    visitor = visitor_of(site)
    teams(memory, "ann", mine="Mine")
    teams(memory, "bob", theirs="Theirs")
    player(memory, team="theirs")

    page = visitor.client.get("/players/ada/edit").text
    answer = visitor.send(visitor.form("/players/new"), name="Bea", team="theirs")

    if others is OWN_TEAMS:
        assert options(page, "team") == [("theirs", f"theirs {GONE}"), ("mine", "Mine")]
        assert told(answer.text) == {"team": "refers to no team that there is for you: theirs"}
        assert "Theirs" not in visitor.client.get("/players/ada").text
    else:
        assert hint(page, "team") == f"{ADDRESS} Now: Theirs."
        assert answer.status_code == 303


def test_while_the_store_does_not_answer_nothing_typed_is_lost(visitor: Visitor, memory: MemoryStore) -> None:
    teams(memory, reds="Reds")
    form = visitor.form("/players/new")
    memory.fails = lambda _: UnavailableError("away")

    kept, _ = again(visitor.send(form, name="Ada", team="reds"), 503)

    assert (kept.shown["name"], kept.shown["team"]) == ("Ada", "reds")


def test_another_s_choice_is_shown_by_its_name(visitor: Visitor, memory: MemoryStore) -> None:
    teams(memory, reds="Reds", blues="Blues")
    player(memory)
    form = visitor.form("/players/ada/edit")
    player_now = memory.get(PLAYERS, "ada")
    memory.replace(PLAYERS, "ada", {**player_now.fields, "team": "blues"}, expected=None)

    _, page = again(visitor.send(form, name="Bea"), 409)

    assert "Team: theirs, as it is now Blues" in page.text


def test_what_is_said_of_a_field_is_told_also_where_it_may_be_null(visitor: Visitor) -> None:
    page = visitor.client.get("/players/new").text

    assert hint(page, "mentor") == "Who teaches them."
    assert hint(page, "loan") == "For now."
    assert hint(page, "trials") == "One a line. Each: the id of a Team."
    assert hint(page, "team") is None
