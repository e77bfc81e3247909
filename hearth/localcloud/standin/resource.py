"""A type that is one REST resource: created in a collection, read, updated and deleted by its name.

What its row can't say, a subclass does.
"""

from collections.abc import Mapping
from typing import Any

from hearth.catalog import choices, shapes
from hearth.catalog.types import ResourceType
from hearth.localcloud.standin import labels
from hearth.localcloud.standin.client import ApiFault, Body, OperationFault
from hearth.localcloud.standin.declared import apply_change, is_zero, restore_zero_values, select_declared
from hearth.localcloud.standin.inputs import declared, drop_zero_defaults, marked
from hearth.localcloud.standin.kind import Cloud, GcpKind
from hearth.localcloud.standin.names import Way, from_rest, rest_roots, to_rest
from hearth.localcloud.standin.protection import check_deletable
from hearth.localcloud.standin.row import Row, Update
from hearth.plugin.diff import root
from hearth.plugin.kinds import UNKNOWN, Context, CreateResult, InitFailed, ProviderError, ReadResult, Values

_GONE = 404
_ZEROS: tuple[Any, ...] = ("", 0, False, [])
# What the provider's own labels change is sent with the program's.
_SENT_AS = {"pulumiLabels": "labels"}


class RestKind(GcpKind):
    """The generic way of all rows."""

    def __init__(self, type: ResourceType, row: Row, cloud: Cloud) -> None:
        super().__init__(type, cloud)
        self.row = row
        self.parameters = row.parameters
        # What leaving them out means is known from the catalog alone.
        self.local: Mapping[str, Any] = {
            name: type.implied.get(name, type.defaults.get(name)) for name in row.local | set(type.implied)
        }

    # The protocol's operations

    def create(self, context: Context, inputs: Values, *, preview: bool) -> CreateResult:
        inputs = drop_zero_defaults(inputs)
        where = self.where(inputs)
        planned = self.planned(inputs, where)
        if preview:
            return CreateResult("", self.previewed(planned, new=True))
        try:
            answer = self.insert(where, inputs, self.body(inputs, self.new_labels(inputs)))
        except ApiFault as fault:
            raise ProviderError(f"Error creating {self.row.title}: {fault}") from fault
        made = self.id(where)
        try:
            self._await(answer, context)
            live = self.fetch(where)
        except (ApiFault, OperationFault, ProviderError) as fault:
            # It exists, or may: the state keeps it, with what is known of it.
            reason = f"Error waiting to create {self.row.title}: {fault}"
            raise InitFailed(made, self.sealed(planned), [reason]) from fault
        return CreateResult(made, self.sealed(self.outputs(live, inputs, where)))

    def read(self, context: Context, id: str, inputs: Values | None, old: Values | None) -> ReadResult | None:
        where = self.locate(id)
        try:
            live = self.fetch(where)
        except ApiFault as fault:
            if fault.code == _GONE:
                return None
            raise ProviderError(f"Error reading {self.row.title} {id!r}: {fault}") from fault
        if inputs is None:
            outputs = self.outputs(live, self._importing(live), where)
            return ReadResult(self.id(where), self.sealed(self.importable(outputs)), self.sealed(outputs))
        outputs = self.outputs(live, drop_zero_defaults(inputs), where)
        found = marked(inputs, self.declared(declared(inputs), outputs))
        return ReadResult(id, self.sealed(found), self.sealed(outputs))

    def update(
        self, context: Context, id: str, old_inputs: Values, old: Values, news: Values, *, preview: bool
    ) -> Values:
        found = self.diff(context, id, old_inputs, old, news).changed
        changed = {_SENT_AS.get(root(path), root(path)) for path in found} - self.local.keys()
        old_inputs, news = declared(old_inputs), drop_zero_defaults(news)
        planned = self._replanned(old_inputs, old, news)
        if preview:
            return self.previewed(planned | self._remarked(old, news), new=False)
        # After a failed update the state holds the new inputs, so nothing has changed and nothing is sent: that is
        # how Google's provider comes to call a service deployed that never was (observed).
        if not changed:
            return self.sealed(planned)
        where = self.locate(id)
        # The zero values of `outputs` are not the program's, and an API may not know the property.
        filled_in = self.type.computed - old_inputs.keys() - changed
        told = {name: value for name, value in planned.items() if name not in filled_in or value not in _ZEROS}
        try:
            self._await(self.change(where, old_inputs, told, changed), context)
            live = self.fetch(where)
        except (ApiFault, OperationFault, ProviderError) as fault:
            reason = f"Error updating {self.row.title} {id!r}: {fault}"
            raise InitFailed(id, self.sealed(planned), [reason]) from fault
        return self.sealed(self.outputs(live, news, where))

    def delete(self, context: Context, id: str, inputs: Values, old: Values) -> None:
        check_deletable(self.row.title, {**self.local, **old})
        if old.get("deletionPolicy") == "ABANDON":
            return
        try:
            self._await(self.remove(self.locate(id), old), context)
        except (ApiFault, OperationFault) as fault:
            if isinstance(fault, ApiFault) and fault.code == _GONE:
                return
            raise ProviderError(f"Error deleting {self.row.title} {id!r}: {fault}") from fault

    # What a subclass may do otherwise

    def id(self, where: Values) -> str:
        """The resource's id in the state."""
        return self.row.path.format(**where)

    def locate(self, id: str) -> dict[str, Any]:
        """Where a resource stands, from its id. Raises ProviderError for an id of another form."""
        found = self.row.locate(id)
        missing = {name for name, value in self.where(found or {}).items() if value is None}
        if found is None or missing:
            raise ProviderError(f"{id!r} does not name a {self.row.title}: its ids have the form {self.row.path}")
        return self.where(found)

    def insert(self, where: Values, inputs: Values, body: Body) -> Body:
        """Ask for a new resource; the answer is the resource or an operation."""
        query = {self.row.id_query: str(where[self.row.id_parameter])} if self.row.id_query else {}
        return self.client.call("POST", self.row.api, self.row.collection.format(**where), query, body)

    def fetch(self, where: Values) -> Body:
        """One GET."""
        return self.client.get(self.row.api, self.row.path.format(**where))

    def change(self, where: Values, old_inputs: Values, planned: Values, changed: set[str]) -> Body:
        """Ask for an update of the changed properties; the answer is the resource or an operation."""
        path = self.row.path.format(**where)
        marks = labels.on_update(planned, self.managed_labels(_labels(planned)))
        body = self.body(planned, marks)
        if self.row.update is Update.WHOLE:
            return self.client.call("PATCH", self.row.api, path, {}, body)
        roots = rest_roots(self.row.names, changed)
        part = {name: body[name] for name in roots if name in body}
        if self.row.update is Update.MERGE:
            return self.client.call("PATCH", self.row.api, path, {}, dict.fromkeys(roots) | part)
        return self.client.call("PATCH", self.row.api, path, {"updateMask": ",".join(roots)}, part)

    def remove(self, where: Values, old: Values) -> Body:
        """Ask for the deletion; the answer is empty or an operation."""
        return self.client.call("DELETE", self.row.api, self.row.path.format(**where), {})

    def body(self, values: Values, marks: Values) -> Body:
        """The API's form of inputs, with `marks` for labels."""
        local = {*self.row.parameters, *self.local, "labels"}
        sent = {name: value for name, value in values.items() if name in self.type.inputs and name not in local}
        return to_rest(self.row.names, sent) | ({"labels": dict(marks)} if "labels" in self.type.inputs else {})

    def outputs(self, live: Body, inputs: Values, where: Values) -> dict[str, Any]:
        """The state's form of what the API answered."""
        shape = {**self.type.outputs, **self.type.inputs}
        found = from_rest(self.row.names, shape, live) | self._local(inputs, where)
        for name, way in ((path, field.way) for path, field in self.row.names.items()):
            if way is Way.KEYED and name in found:
                found[name] = _in_order(inputs.get(name), found[name])
        found = dict(restore_zero_values(inputs, found))
        if "labels" in self.type.inputs:
            found.pop("labels", None)
            own = _labels(inputs)
            found |= labels.label_outputs(own, self.managed_labels(own), live.get("labels") or {})
        if "effectiveAnnotations" in self.type.outputs_only:
            found.pop("annotations", None)
            found |= labels.annotations(inputs.get("annotations") or {}, live.get("annotations") or {})
        # An API leaves out what is zero or not set, and a program that reads it expects its kind.
        own = {name: each for name, each in self.type.inputs.items() if name in self.type.computed}
        left_out = {name: shapes.zero(each) for name, each in {**own, **self.type.outputs}.items()}
        return {name: value for name, value in left_out.items() if value is not None} | found

    def declared(self, inputs: Values, outputs: Values) -> dict[str, Any]:
        """The inputs as they would have to be to declare what `outputs` show."""
        found: dict[str, Any] = select_declared(inputs, outputs)
        return found

    def planned(self, inputs: Values, where: Values) -> dict[str, Any]:
        """What is known of a resource before it is made."""
        known = {**inputs, **self._local(inputs, where)}
        if "labels" in self.type.inputs and inputs.get("labels") is not UNKNOWN:
            marks = self.new_labels(inputs)
            known |= {"pulumiLabels": marks, "effectiveLabels": marks}
        return known

    def importable(self, outputs: Values) -> dict[str, Any]:
        """Inputs that would declare what an import found: all that is neither zero, nor a default, nor the API's.

        And what has to be declared, be it zero or one of those that the API would fill in.
        """
        names = {*self.row.parameters, *self.type.autonames, *choices.alternatives(self.token)}
        optional = (self.type.computed | self.local.keys()) - names
        return {
            name: value
            for name, value in outputs.items()
            if name in self.type.inputs and name not in optional
            if name in self.type.required or not is_zero(value)
            if value != self.type.defaults.get(name)
        }

    # Common to all

    def _replanned(self, old_inputs: Values, old: Values, news: Values) -> dict[str, Any]:
        """What is known of a resource before it is updated: what was not declared stays as it is."""
        planned: dict[str, Any] = apply_change(old, old_inputs, news, self.type.kept)
        return planned | {
            name: news.get(name, default) for name, default in self.local.items() if name in news or default is not None
        }

    def _remarked(self, old: Values, news: Values) -> dict[str, Any]:
        """Labels and annotations as an update leaves them, as far as they are known."""
        found: dict[str, Any] = {}
        if "labels" in self.type.inputs and news.get("labels") is not UNKNOWN:
            own = _labels(news)
            managed = self.managed_labels(own)
            found |= labels.label_outputs(own, managed, labels.on_update(old, managed))
        if "effectiveAnnotations" in self.type.outputs_only and news.get("annotations") is not UNKNOWN:
            gone = (old.get("annotations") or {}).keys()
            foreign = {key: each for key, each in old.get("effectiveAnnotations", {}).items() if key not in gone}
            found["effectiveAnnotations"] = {**foreign, **(news.get("annotations") or {})}
        return found

    def _local(self, inputs: Values, where: Values) -> dict[str, Any]:
        """Outputs that are the inputs' own."""
        kept = {name: inputs.get(name, default) for name, default in self.local.items()}
        unread = {name: inputs.get(name) for name in self.row.unread}
        placed = {name: value for name, value in where.items() if name in self.type.inputs}
        return {name: value for name, value in (kept | unread | placed).items() if value is not None}

    def _importing(self, live: Body) -> Values:
        """Inputs to read an import by: with them, all labels count as declared."""
        defaults = {"labels": self.settings.default_labels, "annotations": {}}
        return {name: labels.foreign(live[name], each) for name, each in defaults.items() if live.get(name)}

    def _await(self, answer: Body, context: Context) -> None:
        # Only an operation has a name below `operations/` and is not done, or done with a result.
        if "/operations/" in f"/{answer.get('name', '')}":
            context.say(f"waiting for {self.row.api.name}")
            self.client.wait(self.row.api, answer, context)


def _labels(inputs: Values) -> Mapping[str, Any]:
    return inputs.get("labels") or {}


def _in_order(declared: Any, items: list[Any]) -> list[Any]:
    """Items of a map in the order in which they were declared; the API's own order means nothing."""
    ids = [item.get("id") for item in declared or [] if isinstance(item, Mapping)]
    return sorted(items, key=lambda item: ids.index(item["id"]) if item["id"] in ids else len(ids))
