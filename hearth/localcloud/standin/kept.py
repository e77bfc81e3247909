"""Types that the local cloud keeps and does not play: all that have no row of their own.

A record stands for the resource: it is made, read, changed and deleted in the local cloud, and does nothing. Names,
shapes, required properties, replacement and protection are the provider's; what only Google could compute is a
placeholder (`hearth.catalog.placeholders`).
"""

from collections.abc import Mapping
from typing import Any

from hearth.catalog import functions, ids, losses, placeholders
from hearth.catalog.placeholders import Generated
from hearth.catalog.played import summarize
from hearth.catalog.projects import number
from hearth.catalog.types import ResourceType, no_such_type, unplaced
from hearth.localcloud.kept.api import KEPT, NO_PROJECT, path
from hearth.localcloud.standin import labels
from hearth.localcloud.standin.client import ApiFault, Body
from hearth.localcloud.standin.declared import apply_change
from hearth.localcloud.standin.inputs import declared
from hearth.localcloud.standin.kind import Cloud, GcpKind
from hearth.localcloud.standin.protection import check_deletable
from hearth.plugin.diff import parse_path
from hearth.plugin.kinds import UNKNOWN, CheckResult, Context, CreateResult, Failure, ProviderError, ReadResult, Values
from hearth.plugin.values import from_json, to_json

_GONE = 404
_TAKEN = 409
_PLACES = ("project", "region", "zone", "location")


class NotRecordedError(ProviderError):
    """There is no record of what was to be read."""


class DeclaredKept:
    """What a run of the engine declares of them, to be said once and not on each."""

    def __init__(self) -> None:
        self._types: dict[str, str] = {}

    def add(self, urn: str, type: str) -> None:
        self._types[urn] = type

    def warnings(self) -> str | None:
        """None where there is none."""
        if not self._types:
            return None
        return (
            f"Kept, not played: {summarize(self._types.values())}. On the local cloud there is nothing but a record of "
            "each; `make status` counts them."
        )


class KeptKind(GcpKind):
    """All of them."""

    def __init__(self, type: ResourceType, cloud: Cloud, declared: DeclaredKept) -> None:
        super().__init__(type, cloud)
        self._declared = declared
        self.parameters = tuple(name for name in _PLACES if name in type.inputs and name in type.computed)
        self.title = type.token.rpartition(":")[2]

    def check(self, context: Context, olds: Values | None, news: Values) -> CheckResult:
        self._declared.add(context.urn, self.token)
        self.grants.add(context.urn, self.type, {**self._provider(), **news, **self.where(news)})
        found = super().check(context, olds, news)
        where = self.where(news)
        missing = [
            Failure(name, unplaced(name))
            for name in ("region", "zone")
            if name in ids.properties(self.type) and name in where and where[name] is None
        ]
        return CheckResult(found.inputs, [*found.failures, *missing])

    def create(self, context: Context, inputs: Values, *, preview: bool) -> CreateResult:
        marks = {} if labels.declared(self.type, inputs) is UNKNOWN else self.new_labels(inputs)
        known = self._known(inputs, marks)
        if preview:
            return CreateResult("", self.previewed(known, new=True))
        tries = 0
        while True:
            made = self._made(known, context.urn, tries)
            record = {
                "urn": context.urn,
                "inputs": dict(inputs),
                "outputs": made.outputs,
                "madeUp": made.made_up,
                "mark": made.mark,
            }
            try:
                self._call("POST", made.id, known, record)
            except ApiFault as fault:
                if fault.code == _TAKEN and ids.is_grant(self.type):
                    self._call("PUT", made.id, known, record)
                elif fault.code == _TAKEN and self._numbered(made):
                    # Google would number it on; the one that has this id may be about to be replaced by this.
                    tries += 1
                    continue
                else:
                    raise ProviderError(f"Error creating {self.title}: {fault}") from fault
            return CreateResult(made.id, self.sealed(made.outputs))

    def read(self, context: Context, id: str, inputs: Values | None, old: Values | None) -> ReadResult | None:
        imported = inputs is None and old is None
        place = self._place(id) if imported else self._known({**(inputs or {}), **(old or {})}, {})
        whole = ids.fill(self.type, place, id) if imported and ids.locate(self.type, id) else id
        try:
            record = self._call("GET", whole, place)
        except ApiFault as fault:
            if fault.code != _GONE:
                raise ProviderError(f"Error reading {self.title} {id!r}: {fault}") from fault
            if imported:
                raise NotRecordedError(self._not_recorded(id)) from fault
            return None
        return ReadResult(whole, self.sealed(record["inputs"]), self.sealed(record["outputs"]))

    def update(
        self, context: Context, id: str, old_inputs: Values, old: Values, news: Values, *, preview: bool
    ) -> Values:
        own = labels.declared(self.type, news)
        marks = {} if own is UNKNOWN else labels.on_update(old, self.managed_labels(own))
        planned = self._replanned(old_inputs, old, news) | self._known(news, marks)
        if preview:
            return self.previewed(planned, new=False)
        made = self._made(planned, context.urn, 0)
        # Its placeholders are those that it was created with, as far as nothing was declared in their place.
        try:
            before = self._call("GET", id, old)
            record = {
                "urn": context.urn,
                "inputs": dict(news),
                "outputs": made.outputs,
                "madeUp": {**_still(before["madeUp"], made.outputs), **made.made_up},
                "mark": before["mark"],
            }
            self._call("PUT", id, old, record)
        except ApiFault as fault:
            raise ProviderError(f"Error updating {self.title} {id!r}: {fault}") from fault
        return self.sealed(made.outputs)

    def delete(self, context: Context, id: str, inputs: Values, old: Values) -> None:
        self._check_deletable({**losses.LOCKED.get(self.type.token, {}), **old})
        if old.get("deletionPolicy") == "ABANDON":
            return
        try:
            self._call("DELETE", id, old)
        except ApiFault as fault:
            if fault.code != _GONE:
                raise ProviderError(f"Error deleting {self.title} {id!r}: {fault}") from fault

    def where(self, inputs: Values) -> dict[str, Any]:
        defaults = {
            "project": self.settings.project,
            "region": self.settings.region,
            "zone": self.settings.zone,
            "location": self.settings.region,
        }
        return {name: inputs.get(name) or defaults[name] for name in self.parameters}

    def search(self, wanted: Values) -> ReadResult | None:
        """The first one that has these properties, in order of id."""
        project = wanted.get("project") or self.settings.project
        for each in self.client.call("GET", KEPT, "records", {})["records"]:
            if each["type"] == self.token and each["project"] in (project, NO_PROJECT):
                record = self.client.get(KEPT, path(self.token, each["project"], each["id"]))
                if functions.means(self.type, wanted, record["outputs"]):
                    return ReadResult(each["id"], self.sealed(record["inputs"]), self.sealed(record["outputs"]))
        return None

    def id(self, inputs: Values) -> str | None:
        """The id of one with these inputs; None where Google gives it."""
        known = {**self._provider(), **self._known(inputs, {})}
        if ids.is_grant(self.type) or not known.keys() >= set(ids.properties(self.type)):
            return None
        return ids.fill(self.type, known, "")

    # Common to all

    def _known(self, inputs: Values, marks: Values) -> dict[str, Any]:
        """What is known of it without Google."""
        known = declared(inputs)
        known |= {name: value for name, value in self.where(inputs).items() if value is not None}
        if "effectiveLabels" in self.type.outputs_only and labels.declared(self.type, inputs) is not UNKNOWN:
            known |= {"pulumiLabels": dict(marks), "effectiveLabels": dict(marks)}
        if "effectiveAnnotations" in self.type.outputs_only and inputs.get("annotations") is not UNKNOWN:
            known["effectiveAnnotations"] = dict(inputs.get("annotations") or {})
        return {**self.type.implied, **losses.LOCKED.get(self.type.token, {}), **known}

    def _made(self, known: Values, urn: str, tries: int) -> Generated:
        project = str(known.get("project") or self.settings.project)
        own = f"{urn} {tries}" if tries else urn
        return placeholders.generate(
            self.type, known, self._provider(), seed=f"{project} {own}", number=number(project)
        )

    def _provider(self) -> dict[str, str]:
        """Where the provider stands, as far as it says."""
        where = {name: getattr(self.settings, name) for name in ("project", "region", "zone")}
        return {name: value for name, value in where.items() if value}

    def _replanned(self, old_inputs: Values, old: Values, news: Values) -> dict[str, Any]:
        """What it becomes: what was not declared stays as it is."""
        planned: dict[str, Any] = apply_change(old, declared(old_inputs), declared(news), self.type.kept)
        return planned

    def _numbered(self, made: Generated) -> bool:
        """Whether Google gives its id, or its properties do not tell it from others."""
        return made.mark in made.id or bool(made.made_up.keys() & set(ids.properties(self.type)))

    def _check_deletable(self, state: Values) -> None:
        on = losses.held(state)
        others = [path for path in on if path not in ("deletionProtection", "deletionPolicy")]
        check_deletable(self.title, {name: state[name] for name in on if name not in others})
        if others:
            raise ProviderError(
                f"cannot destroy {self.title}: Google refuses while {others[0]} is {_at(state, others[0])}. Switch it "
                "off on the resource, run `pulumi up`, then delete or replace it."
            )

    def _place(self, id: str) -> dict[str, Any]:
        """The properties in an id, with the provider's own project and region for those that it leaves out."""
        found = ids.locate(self.type, id) or {}
        return {**self._provider(), **self.where({}), **found}

    def _call(self, method: str, id: str, known: Values, body: Body | None = None) -> Body:
        project = known.get("project") or self.settings.project
        sent = None if body is None else to_json(body)
        return dict(from_json(self.client.call(method, KEPT, path(self.type.token, project, id), {}, sent)))

    def _not_recorded(self, id: str) -> str:
        form = ids.format_of(self.type)
        return (
            f"The local cloud has no {self.title} {id!r}: it keeps only what was deployed onto it, so there is nothing "
            f"to import or to read. Declare the resource, or take the id of one that `make status` lists"
            + (f"; ids of this type have the form {form}." if form else ".")
        )


def _still(made_up: Values, outputs: Values) -> dict[str, Any]:
    """Placeholders that are still there."""
    return {path: value for path, value in made_up.items() if _at(outputs, path) == value}


def _at(values: Values, path: str) -> Any:
    here: Any = values
    for step in parse_path(path):
        if isinstance(here, list) and isinstance(step, int):
            here = here[step] if step < len(here) else None
        else:
            here = here.get(step) if isinstance(here, Mapping) else None
    return here


class DroppedKind(KeptKind):
    """A type that the installed SDK does not have: what is recorded of it can be read and deleted, and no more."""

    def __init__(self, token: str, cloud: Cloud) -> None:
        super().__init__(ResourceType(token=token, shape={}), cloud, DeclaredKept())

    def check(self, context: Context, olds: Values | None, news: Values) -> CheckResult:
        raise ProviderError(no_such_type(self.token))
