"""The committed picture is that of the stack, and a picture depends on the resources alone."""

import re
from xml.etree import ElementTree as ET

import pytest

from hearth import project
from hearth.diagram.graph import Resource, graph, of_state
from hearth.diagram.layout import WIDTH, places, route_arrow
from hearth.diagram.svg import draw
from hearth.testing.recorder import Stack
from hearth.tests.example import STACKS, run_stack
from hearth.tests.owner import as_cloned

ROOT = project.root()

FILE = ROOT / "docs" / "stack.svg"


def as_exported(stack: Stack) -> dict[str, object]:
    """What the engine's state of a recorded stack holds."""
    by_short = {each.short: each.urn for each in stack.resources if each.custom}
    components = {each.name: each.urn for each in stack.resources if not each.custom}
    root = {"urn": "urn:pulumi:s::p::pulumi:pulumi:Stack::p-s", "type": "pulumi:pulumi:Stack"}
    resources = [
        {
            "urn": each.urn,
            "type": each.type,
            "custom": each.custom,
            "parent": components.get(each.parent, root["urn"]),
            "dependencies": sorted(by_short[short] for short in each.depends_on if short in by_short),
        }
        for each in stack.resources
    ]
    return {"deployment": {"resources": [root, *resources]}}


@as_cloned
def test_the_committed_picture_shows_what_the_local_stack_declares() -> None:
    drawn = draw(graph(of_state(as_exported(run_stack("local")))), "local")

    assert FILE.read_text(encoding="utf-8") == drawn, "docs/stack.svg is old: `make up`, then `make diagram`"


def test_the_order_of_resources_makes_no_difference() -> None:
    resources = of_state(as_exported(run_stack("prod")))

    assert draw(graph(resources), "prod") == draw(graph(reversed(resources)), "prod")


@pytest.mark.parametrize("name", STACKS)
def test_a_picture_is_svg_within_its_width_and_asks_for_nothing(name: str) -> None:
    stack = run_stack(name)
    text = draw(graph(of_state(as_exported(stack))), name)
    root = ET.fromstring(text)  # noqa: S314 - our own text

    assert root.get("viewBox", "").split()[2] == str(WIDTH)
    assert all(float(each.get("x", 0)) + float(each.get("width", 0)) <= WIDTH for each in root.iter())
    assert not re.search(r"<script|@import|https?://(?!www\.w3\.org/2000/svg)", text)
    (title,) = (each.text for each in root.iter("{http://www.w3.org/2000/svg}title"))
    assert title == f"Resources of stack {name}"
    heads = [each.text for each in root.iter() if each.get("class") == "head"]
    parents = {each.parent for each in stack.resources if each.custom}
    filled = [each for each in stack.resources if not each.custom and each.name in parents]
    assert {each.type.rpartition(":")[2] for each in filled} <= set(heads)


def resource(name: str, *after: str) -> Resource:
    return Resource(name, "gcp:storage/bucket:Bucket", (name.partition(".")[0], "x"), frozenset(after))


@pytest.mark.parametrize(
    ("resources", "arrows", "layers"),
    [
        ([resource("a"), resource("b", "a")], {(0, 1)}, (0, 1)),
        ([resource("a"), resource("b", "a"), resource("c", "a", "b")], {(0, 1), (1, 2)}, (0, 1, 2)),
        ([resource("a.1"), resource("a.2", "a.1")], set(), (0,)),
        ([resource("a.1", "b.1"), resource("a.2"), resource("b.1"), resource("b.2", "a.2")], {(0, 1)}, (0, 1)),
        ([resource("a", "gone")], set(), (0,)),
        ([], set(), ()),
    ],
    ids=["one after another", "what is said already", "within a component", "a circle", "gone", "nothing"],
)
def test_arrows_say_what_waits_for_what_and_nothing_twice(
    resources: list[Resource], arrows: set[tuple[int, int]], layers: tuple[int, ...]
) -> None:
    found = graph(resources)

    assert set(found.arrows) == arrows
    assert found.layers == layers
    assert draw(found, "any").endswith("</svg>\n")


@pytest.mark.parametrize("state", [{}, {"deployment": None}, {"deployment": {"resources": [{"id": "x"}]}}])
def test_what_is_no_state_is_refused(state: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not a state"):
        of_state(state)


@pytest.mark.parametrize("name", STACKS)
def test_boxes_and_the_ways_of_arrows_lie_apart(name: str) -> None:
    found = graph(of_state(as_exported(run_stack(name))))
    placed, height = places(found)

    assert set(placed) == {key for arrow in found.arrows for key in route_arrow(arrow, found)} | {
        (index,) for index in range(len(found.boxes))
    }
    for key, one in placed.items():
        assert one.left >= 0
        assert one.left + one.width <= WIDTH
        assert one.top + one.height <= height
        for other in (other for at, other in placed.items() if at != key):
            beside = one.left + one.width <= other.left or other.left + other.width <= one.left
            assert beside or one.top + one.height <= other.top or other.top + other.height <= one.top
