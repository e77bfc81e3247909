"""What makes `make preview` end with its own exit code, for a pipeline that should stop."""

from collections.abc import Callable, Iterable, Mapping

from hearth.preview import findings
from hearth.preview.changes import Change, Plan
from hearth.preview.errors import PreviewError

_GATES: Mapping[str, Callable[[Change], bool]] = {
    "replace": lambda change: change.op == "replace",
    "delete": lambda change: change.op == "delete",
    "exposure": lambda change: any(findings.exposure(change)),
}
NAMES = tuple(_GATES)


def parse(text: str) -> tuple[str, ...]:
    """`replace,delete` as a tuple. Raises PreviewError for a gate that there is not."""
    wanted = tuple(dict.fromkeys(each.strip() for each in text.split(",") if each.strip()))
    if unknown := [each for each in wanted if each not in _GATES]:
        raise PreviewError(
            f"FAIL_ON={text}: {', '.join(unknown)} is unknown and would have no effect. Use any of "
            f"{', '.join(NAMES)}, separated by commas."
        )
    return wanted


def hit(plan: Plan, wanted: Iterable[str]) -> list[str]:
    """Those of the wanted gates that something in the plan falls under, each with its resources."""
    found = []
    for name in wanted:
        titles = [change.title for change in plan.changes if _GATES[name](change)]
        if titles:
            found.append(f"{name}: {', '.join(titles)}")
    return found
