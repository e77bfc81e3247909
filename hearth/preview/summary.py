"""The summary of a preview, as a list of sections in the order in which a reviewer should read them.

Pure: from the engine's plan and the two stack files to sections; `text` and `markdown` write them.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from hearth.catalog.played import is_kept, short
from hearth.preview import at_stake, findings
from hearth.preview.changes import OPS, Change, Plan, Property
from hearth.preview.findings import Files, Finding
from hearth.preview.values import MISSING
from hearth.stack_file import Setting


@dataclass(frozen=True)
class Code:
    """Text that comes from outside and is shown as it is."""

    text: str


Line = tuple[str | Code, ...]


@dataclass(frozen=True, kw_only=True)
class Section:
    title: str
    lines: tuple[Line, ...]
    alarming: bool = False
    """To be seen before all else."""
    detail: bool = False
    """For whoever wants to know exactly; may be folded away."""


@dataclass(frozen=True, kw_only=True)
class Summary:
    stack: str
    base: str
    head: str
    note: str
    """What else to know about this comparison; may be empty."""
    counts: str
    sections: tuple[Section, ...]


def summarize(plan: Plan, settings: Sequence[Setting], *, stack: str, base: str, head: str, note: str = "") -> Summary:
    """Bring what happens into the order of its weight."""
    sections = [*_alarming(plan), *_named(plan), *_settings(settings), *_kept(plan), *_details(plan)]
    return Summary(stack=stack, base=base, head=head, note=note, counts=_counts(plan), sections=tuple(sections))


def _counts(plan: Plan) -> str:
    if not plan.changes:
        return f"No changes: {plan.same} resources stay as they are."
    counts = plan.counts()
    told = [f"{counts[op]} to {op}" for op in OPS if counts[op]]
    return f"{', '.join(told)}, {plan.same} unchanged."


def _alarming(plan: Plan) -> Iterator[Section]:
    yield from _section("Public exposure", _each(plan, findings.exposure), alarming=True)
    for op, title in (("replace", "Replaced"), ("delete", "Deleted")):
        lost = [change for change in plan.changes if change.op == op]
        # What holds data first.
        lines = [_loss(change) for change in sorted(lost, key=lambda change: not at_stake.data(change))]
        yield from _section(f"{title} ({len(lost)})", lines, alarming=True)


def _loss(change: Change) -> Line:
    causes = [each.path for each in change.properties if each.replaces and not each.unsure]
    unsure = [each.path for each in change.properties if each.unsure]
    line: list[str | Code] = [Code(change.title)]
    if causes:
        line += [", because of ", Code(", ".join(causes))]
    if unsure:
        line += [", replacement unknown of ", Code(", ".join(unsure))]
    if data := at_stake.data(change):
        line += [f". At stake: {data}"]
    if reasons := at_stake.refusals(change):
        line += [". Will be refused: base has ", Code(", ".join(reasons)), " on"]
    return tuple(line)


def _named(plan: Plan) -> Iterator[Section]:
    yield from _section("Protection removed", _each(plan, findings.protection), alarming=True)
    yield from _section("Identities and roles", _each(plan, findings.roles))
    yield from _section("Cost", _each(plan, findings.cost))
    yield from _section("Images", _each(plan, findings.images))
    for change in plan.changes:
        if found := findings.files(change):
            yield from _files(change, found)
    created = [change for change in plan.changes if change.op == "create"]
    yield from _section(f"Created ({len(created)})", [(Code(change.title),) for change in created])


def _each(plan: Plan, find: Callable[[Change], Iterable[Finding]]) -> list[Line]:
    return [_finding(found) for change in plan.changes for found in find(change)]


def _finding(found: Finding) -> Line:
    return (Code(found.title), f": {found.what}: ", Code(found.old), " → ", Code(found.new))


def _files(change: Change, found: Files) -> Iterator[Section]:
    kinds = (("added", found.added), ("changed", found.changed), ("removed", found.removed))
    counts = ", ".join(f"{len(paths)} {kind}" for kind, paths in kinds)
    yield Section(
        title=f"Site files of {change.name}: {counts}",
        lines=tuple((f"{kind} ", Code(path)) for kind, paths in kinds for path in paths),
    )


def _settings(settings: Sequence[Setting]) -> Iterator[Section]:
    lines: list[Line] = []
    for each in settings:
        if each.secret:
            what = "added" if each.old is None else "removed" if each.new is None else "changed"
            lines.append((f"secret {what}: ", Code(each.key)))
        else:
            old, new = (MISSING if value is None else value or '""' for value in (each.old, each.new))
            lines.append((Code(each.key), ": ", Code(old), " → ", Code(new)))
    yield from _section("Stack file", lines)


def _kept(plan: Plan) -> Iterator[Section]:
    """Of these, the preview knows what the catalog of types knows, and nothing that only Google could say."""
    counts = Counter(short(each) for each in plan.types if is_kept(each))
    title = f"Kept, not played here ({counts.total()})"
    yield from _section(title, [(f"{count} ", Code(name)) for name, count in sorted(counts.items())])


def _details(plan: Plan) -> Iterator[Section]:
    for change in plan.changes:
        if change.op == "delete" or not change.properties:
            continue
        lines = [
            (Code(each.path), ": ", Code(each.new))
            if change.op == "create"
            else (Code(each.path), ": ", Code(each.old), " → ", Code(each.new), _effect(each))
            for each in change.properties
        ]
        yield from _section(f"{change.op} {change.title}", lines, detail=True)


def _effect(property: Property) -> str:
    if property.unsure:
        return " (replacement unknown)"
    return " (replaces)" if property.replaces else ""


def _section(title: str, lines: Iterable[Line], *, alarming: bool = False, detail: bool = False) -> Iterator[Section]:
    kept = tuple(lines)
    if kept:
        yield Section(title=title, lines=kept, alarming=alarming, detail=detail)
