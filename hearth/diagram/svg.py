"""A graph as SVG. Same graph, same bytes.

No script, no font and nothing else from outside, so that it can stand in a README; light or dark as the reader has it.
"""

from html import escape

from hearth.diagram.graph import Box, Graph
from hearth.diagram.layout import HEAD, ROW, WIDTH, Place, places, route_arrow

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


def draw(graph: Graph, stack: str) -> str:
    """The picture as text."""
    placed, height = places(graph)
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
        *(_arrow([placed[key] for key in route_arrow(arrow, graph)]) for arrow in sorted(graph.arrows)),
        *(line for index, box in enumerate(graph.boxes) for line in _box(box, placed[index,])),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _before(index: int, graph: Graph) -> list[int]:
    return sorted(first for first, then in graph.arrows if then == index)


def _arrow(steps: list[Place]) -> str:
    """From the foot of the first, straight through each in between, to the head of the last."""
    x, y = steps[0].middle, steps[0].top + steps[0].height
    path = [f"M{x:g} {y:g}"]
    for step in steps[1:]:
        to_y = step.top - (2 if step is steps[-1] else 0)
        bend = max((to_y - y) / 2, 16)
        path.append(f"C{x:g} {y + bend:g} {step.middle:g} {to_y - bend:g} {step.middle:g} {to_y:g}")
        x, y = step.middle, step.top + step.height
        if step is not steps[-1]:
            path.append(f"V{y:g}")
    return f'  <path class="line" d="{"".join(path)}"/>'


def _box(box: Box, place: Place) -> list[str]:
    left, top = place.left, place.top
    lines = [
        f'  <rect class="box" x="{left:g}" y="{top:g}" width="{place.width:g}" height="{place.height:g}" rx="8"/>',
        f'  <text class="head" x="{left + 12:g}" y="{top + 23:g}">{escape(box.title)}</text>',
    ]
    for number, (type_, count) in enumerate(box.rows):
        provider, module, name = type_.split(":")[0], type_.split(":")[1].partition("/")[0], type_.rpartition(":")[2]
        many = f" \u00d7 {count}" if count > 1 else ""
        kind = "text" if provider == "gcp" else "ours"
        lines.append(
            f'  <text class="{kind}" x="{left + 12:g}" y="{top + HEAD + ROW * number:g}">{escape(name)}{many}'
            f' <tspan class="soft" font-size="10">{escape(module if provider == "gcp" else f"{provider} {module}")}'
            "</tspan></text>"
        )
    return lines
