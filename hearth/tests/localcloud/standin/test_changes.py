"""Nothing, an update or a replacement: what the recorded answers of Google's provider do not show."""

from typing import Any

import pytest

from hearth.catalog.types import ResourceType
from hearth.localcloud.standin.changes import difference
from hearth.localcloud.standin.inputs import DEFAULTED
from hearth.plugin.kinds import UNKNOWN

THING = ResourceType(
    token="gcp:a/thing:Thing",
    shape={
        "name": "string",
        "zone": "string",
        "size": "integer",
        "labels": {"*": "string"},
        "tags": ["string"],
        "disk": {"type": "string", "size": "integer", "keys": ["string"]},
        "ports": [{"port!": "integer", "protocol": "string"}],
        "rules": [{"id!": "string", "action": "string", "match": {"path": "string", "hits": "integer"}}],
    },
    replace=frozenset({"name", "zone", "disk.type", "rules.match.path"}),
    unknown=frozenset({"disk.keys"}),
    kept=frozenset({"zone", "disk.size", "rules.match.hits"}),
    sets=frozenset({"tags", "rules"}),
)
SAME: frozenset[str] = frozenset()
A = {"id": "a", "action": "KEEP"}
B = {"id": "b", "action": "DELETE", "match": {"path": "/b", "hits": 3}}


@pytest.mark.parametrize(
    ("before", "after", "changed", "replaced"),
    [
        pytest.param({"size": 1}, {"size": 1}, SAME, SAME, id="the-same"),
        pytest.param({"size": 1}, {"size": 2}, {"size"}, SAME, id="an-update"),
        pytest.param({"size": 1}, {"size": True}, {"size"}, SAME, id="true-is-not-one"),
        pytest.param({"name": "a"}, {"name": "b"}, {"name"}, {"name"}, id="a-replacement"),
        pytest.param({"zone": "z"}, {}, SAME, SAME, id="kept-when-left-out"),
        pytest.param({"size": 0, "tags": [], "labels": {}}, {}, SAME, SAME, id="zero-when-left-out"),
        pytest.param({}, {"size": 0, "tags": [], "labels": {}}, SAME, SAME, id="zero-when-declared"),
        pytest.param({"size": 1}, {}, {"size"}, SAME, id="left-out"),
        pytest.param({"labels": {"a.b": "1"}}, {"labels": {}}, {'labels["a.b"]'}, SAME, id="a-key-left-out"),
        pytest.param(
            {"labels": {"zone": "1"}}, {"labels": {"zone": "2"}}, {"labels.zone"}, SAME, id="a-key-of-any-name"
        ),
        pytest.param({"tags": ["a", "b"]}, {"tags": ["b", "a"]}, SAME, SAME, id="a-set-in-another-order"),
        pytest.param({"tags": ["a", "b"]}, {"tags": ["b"]}, {"tags[0]"}, SAME, id="a-set-that-lost-one"),
        pytest.param({"rules": [A, B]}, {"rules": [B, A]}, SAME, SAME, id="a-set-of-objects-in-another-order"),
        pytest.param(
            {"rules": [A, B]},
            {"rules": [{"id": "b", "action": "DELETE", "match": {"path": "/b"}}, A]},
            SAME,
            SAME,
            id="kept-within-a-set",
        ),
        pytest.param(
            {"rules": [A, B]}, {"rules": [A, {**B, "action": "KEEP"}]}, {"rules[1].action"}, SAME, id="in-a-set"
        ),
        pytest.param({"rules": [A]}, {"rules": [A, B]}, {"rules[1]"}, {"rules[1]"}, id="one-more-with-what-replaces"),
        pytest.param(
            {"ports": [{"port": 1}]}, {"ports": [{"port": 1}, {"port": 2}]}, {"ports[1]"}, SAME, id="one-more"
        ),
        pytest.param(
            {"ports": [{"port": 1}, {"port": 2}]},
            {"ports": [{"port": 2}]},
            {"ports[0].port", "ports[1]"},
            SAME,
            id="a-list",
        ),
        pytest.param({}, {"disk": {}}, {"disk"}, SAME, id="an-empty-block-is-there"),
        pytest.param({"disk": {}}, {}, {"disk"}, SAME, id="an-empty-block-goes"),
        pytest.param({}, {"disk": {"size": 1}}, {"disk"}, SAME, id="a-block-without-what-replaces"),
        pytest.param({}, {"disk": {"type": "ssd"}}, {"disk"}, {"disk"}, id="a-block-with-what-replaces"),
        pytest.param({"disk": {"type": "ssd"}}, {}, {"disk"}, {"disk"}, id="that-goes"),
        pytest.param({"disk": {"type": "a"}}, {"disk": {"type": "b"}}, {"disk.type"}, {"disk.type"}, id="nested"),
        pytest.param({"disk": {"size": 1}}, {"disk": {}}, SAME, SAME, id="nested-and-kept"),
        pytest.param({"disk": {}}, {"disk": {"keys": ["k"]}}, {"disk.keys"}, {"disk.keys"}, id="nobody-knows"),
        pytest.param({"size": 1}, {"size": UNKNOWN}, {"size"}, SAME, id="not-known-yet"),
        pytest.param({"name": "a"}, {"name": UNKNOWN}, {"name"}, {"name"}, id="not-known-yet-and-replaces"),
        pytest.param({"disk": {"size": 1}}, {"disk": UNKNOWN}, {"disk"}, {"disk"}, id="a-block-not-known-yet"),
    ],
)
def test_a_change_does(before: dict[str, Any], after: dict[str, Any], changed: set[str], replaced: set[str]) -> None:
    diff = difference(THING, before, before, after)

    assert (set(diff.changed), set(diff.replace)) == (changed, replaced)


def test_what_is_so_already_is_no_change_to_declare() -> None:
    live = {"size": 3, "disk": {"type": "ssd", "size": 9}, "tags": ["x"]}

    assert not difference(THING, {"disk": {"size": 1}}, live, {"size": 3, "disk": {"type": "ssd", "size": 9}}).changed
    assert not difference(THING, {}, live, {"disk": {"type": "ssd"}, "tags": ["x"]}).changed
    assert difference(THING, {}, live, {"size": 4}).changed == {"size"}


@pytest.mark.parametrize(
    ("news", "first"),
    [
        ({"name": "b"}, True),
        ({"name": "a", "zone": "y"}, True),
        ({"name": "a-1234567", "zone": "y", DEFAULTED: ["name"]}, False),
    ],
)
def test_the_old_one_goes_first_where_the_program_chose_the_name(news: dict[str, Any], *, first: bool) -> None:
    named = ResourceType(
        token=THING.token,
        shape=THING.shape,
        replace=THING.replace,
        autonames={"name": object()},  # type: ignore[dict-item]
    )

    assert difference(named, {"name": "a", "zone": "z"}, {}, news).delete_before_replace is first


def test_what_leaving_out_means_to_the_plan_is_compared_as_if_it_were_declared() -> None:
    guarded = ResourceType(token="t", shape={"deletionPolicy": "string"}, implied={"deletionPolicy": "DELETE"})

    assert difference(guarded, {"deletionPolicy": "ABANDON"}, {}, {}).changed == {"deletionPolicy"}
    assert not difference(guarded, {"deletionPolicy": "DELETE"}, {}, {}).changed
    assert not difference(guarded, {}, {}, {"deletionPolicy": "DELETE"}).changed
