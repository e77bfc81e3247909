"""Where boxes stand and arrows run: layers from top to bottom, the boxes of a layer side by side.

An arrow over several layers gets a lane of its own in each that it only passes, so that it runs beside the boxes
there. Left out: more than that against crossings; a layer with too many boxes for the width takes several rows.
"""

from dataclasses import dataclass
from itertools import pairwise

from hearth.diagram.graph import Box, Graph

WIDTH = 900
BOX, HEAD, ROW = 262, 44, 17
MARGIN = 24
_GAP, _BETWEEN, _LANE = 28, 46, 28

Key = tuple[int, ...]
"""A box as `(index,)`, or an arrow's lane as `(first, then, layer)`."""


@dataclass(frozen=True)
class Place:
    """Of a box or a lane."""

    left: float
    top: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.left + self.width / 2


def places(graph: Graph) -> tuple[dict[Key, Place], float]:
    """Where everything is, and the picture's height."""
    found: dict[Key, Place] = {}
    top = float(MARGIN)
    for layer in range(max(graph.layers, default=-1) + 1):
        for row in _rows(_keys(layer, graph, found)):
            height = max(_height(key, graph) for key in row)
            left = (WIDTH - sum(map(_width, row)) - _GAP * (len(row) - 1)) / 2
            for key in row:
                own = height if len(key) > 1 else _height(key, graph)
                found[key] = Place(left, top, _width(key), own)
                left += _width(key) + _GAP
            top += height + _BETWEEN
    return found, top - _BETWEEN + MARGIN if found else 2 * MARGIN


def route_arrow(arrow: tuple[int, int], graph: Graph) -> list[Key]:
    """What an arrow runs through, ends included."""
    first, then = arrow
    lanes = [(first, then, layer) for layer in range(graph.layers[first] + 1, graph.layers[then])]
    return [(first,), *lanes, (then,)]


def _keys(layer: int, graph: Graph, above: dict[Key, Place]) -> list[Key]:
    """What stands in a layer, each as far to the left as what it comes from."""
    boxes: list[Key] = [(index,) for index, its in enumerate(graph.layers) if its == layer]
    comes_from: dict[Key, list[float]] = {key: [] for key in boxes}
    for steps in _ways(graph):
        for before, key in pairwise(steps):
            if before in above and (key in comes_from or key[2:] == (layer,)):
                comes_from.setdefault(key, []).append(above[before].middle)
    return sorted(comes_from, key=lambda key: (_mean(comes_from[key]), key))


def _ways(graph: Graph) -> list[list[Key]]:
    return [route_arrow(arrow, graph) for arrow in sorted(graph.arrows)]


def _mean(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers) if numbers else 0.0


def _rows(keys: list[Key]) -> list[list[Key]]:
    """As many side by side as fit."""
    rows: list[list[Key]] = []
    for key in keys:
        width = sum(map(_width, rows[-1])) + _GAP * len(rows[-1]) + _width(key) if rows else 0
        if not rows or width > WIDTH - 2 * MARGIN:
            rows.append([])
        rows[-1].append(key)
    return rows


def _width(key: Key) -> float:
    return BOX if len(key) == 1 else _LANE


def _height(key: Key, graph: Graph) -> float:
    return height_of(graph.boxes[key[0]]) if len(key) == 1 else 0.0


def height_of(box: Box) -> float:
    """Title and rows."""
    return HEAD + ROW * len(box.rows)
