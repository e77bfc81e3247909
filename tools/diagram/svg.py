"""A graph as SVG: layers from top to bottom, boxes of a layer side by side. Same graph, same bytes.

No script, no font and nothing else from outside, so that it can stand in a README; light or dark as the reader has it.
"""

from html import escape

from tools.diagram.graph import Box, Graph

WIDTH = 900
_MARGIN, _GAP, _BETWEEN = 24, 28, 46
_BOX, _HEAD, _ROW = 262, 44, 17
_IN_A_ROW = (WIDTH - 2 * _MARGIN + _GAP) // (_BOX + _GAP)
_STYLE = """
    .box { fill: #fff; stroke: #334155; stroke-width: 1.5; }
    .head { fill: #0f172a; font-weight: 600; font-size: 14px; }
    .soft { fill: #475569; } .text { fill: #0f172a; } .ours { fill: #c2410c; }
    .line { stroke: #64748b; stroke-width: 1.5; fill: none; marker-end: url(#arrow); } .tip { fill: #64748b; }
    @media (prefers-color-scheme: dark) {
      .box { fill: #1e293b; stroke: #94a3b8; } .head, .text { fill: #f1f5f9; } .soft { fill: #cbd5e1; }
      .ours { fill: #fdba74; } .line { stroke: #94a3b8; } .tip { fill: #94a3b8; }
    }
"""
_ROOT = 'role="img" aria-labelledby="t d" font-family="system-ui, sans-serif" font-size="12"'
_TIP = (
    '<marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">'
    '<path class="tip" d="M0 0 10 5 0 10z"/></marker>'
)
Place = tuple[float, float, float]
"""Left, top and height of a box."""


def draw(graph: Graph, stack: str) -> str:
    """The picture as text."""
    places, height = _places(graph)
    count = sum(number for box in graph.boxes for _, number in box.rows)
    told = "; ".join(
        f"{graph.boxes[then].title} after {', '.join(graph.boxes[first].title for first in _before(then, graph))}"
        for then in sorted({then for _, then in graph.arrows})
    )
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" {_ROOT}>',
        f'  <title id="t">Resources of stack {escape(stack)}</title>',
        f'  <desc id="d">{count} resources in {len(graph.boxes)} groups. {escape(told)}.</desc>',
        f"  <style>{_STYLE}  </style>",
        f"  <defs>{_TIP}</defs>",
        *(_arrow(places[first], places[then]) for first, then in sorted(graph.arrows)),
        *(line for index, box in enumerate(graph.boxes) for line in _box(box, places[index])),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _places(graph: Graph) -> tuple[dict[int, Place], float]:
    """Where each box stands, and the picture's height. Boxes stand below those that they wait for, as far as can be."""
    places: dict[int, Place] = {}
    top = float(_MARGIN)
    for layer in range(max(graph.layers, default=-1) + 1):
        found = [index for index, its in enumerate(graph.layers) if its == layer]
        found.sort(key=lambda index: (_middle(index, graph, places), index))
        for start in range(0, len(found), _IN_A_ROW):
            row = found[start : start + _IN_A_ROW]
            tallest = max(_height(graph.boxes[index]) for index in row)
            left = (WIDTH - len(row) * _BOX - (len(row) - 1) * _GAP) / 2
            for index in row:
                places[index] = (left, top, _height(graph.boxes[index]))
                left += _BOX + _GAP
            top += tallest + _BETWEEN
    return places, top - _BETWEEN + _MARGIN if places else 2 * _MARGIN


def _middle(index: int, graph: Graph, places: dict[int, Place]) -> float:
    above = [places[first][0] for first in _before(index, graph)]
    return sum(above) / len(above) if above else 0.0


def _before(index: int, graph: Graph) -> list[int]:
    return sorted(first for first, then in graph.arrows if then == index)


def _height(box: Box) -> float:
    return _HEAD + _ROW * len(box.rows)


def _arrow(start: Place, end: Place) -> str:
    x, y = start[0] + _BOX / 2, start[1] + start[2]
    to_x, to_y = end[0] + _BOX / 2, end[1] - 2
    bend = max((to_y - y) / 2, 16)
    return f'  <path class="line" d="M{x:g} {y:g}C{x:g} {y + bend:g} {to_x:g} {to_y - bend:g} {to_x:g} {to_y:g}"/>'


def _box(box: Box, place: Place) -> list[str]:
    left, top, height = place
    lines = [
        f'  <rect class="box" x="{left:g}" y="{top:g}" width="{_BOX}" height="{height:g}" rx="8"/>',
        f'  <text class="head" x="{left + 12:g}" y="{top + 23:g}">{escape(box.title)}</text>',
    ]
    for number, (type_, count) in enumerate(box.rows):
        provider, module, name = type_.split(":")[0], type_.split(":")[1].partition("/")[0], type_.rpartition(":")[2]
        many = f" \u00d7 {count}" if count > 1 else ""
        kind = "text" if provider == "gcp" else "ours"
        lines.append(
            f'  <text class="{kind}" x="{left + 12:g}" y="{top + _HEAD + _ROW * number:g}">{escape(name)}{many}'
            f' <tspan class="soft" font-size="10">{escape(module if provider == "gcp" else f"{provider} {module}")}'
            "</tspan></text>"
        )
    return lines
