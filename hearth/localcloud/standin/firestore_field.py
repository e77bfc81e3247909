"""Settings of a field of Firestore: every field has some, so creating sets them and deleting sets them back."""

from typing import Any, Final

from hearth.localcloud.standin.client import ApiFault, Body
from hearth.localcloud.standin.resource import RestKind
from hearth.plugin.kinds import Values

_SETTINGS: Final = ("indexConfig", "ttlConfig")
_GONE: Final = 404


class FirestoreFieldKind(RestKind):
    """One without settings of its own does not exist, to a program."""

    def where(self, inputs: Values) -> dict[str, Any]:
        found = super().where(inputs)
        return found | {"database": found["database"] or "(default)"}

    def insert(self, where: Values, inputs: Values, body: Body) -> Body:
        return self._set(where, {name: body[name] for name in _SETTINGS if name in body})

    def fetch(self, where: Values) -> Body:
        found = super().fetch(where)
        if not any(name in found for name in _SETTINGS):
            raise ApiFault(_GONE, f"the field {where['field']} has no settings of its own")
        return found

    def change(self, where: Values, old_inputs: Values, planned: Values, changed: set[str]) -> Body:
        return self.insert(where, planned, self.body(planned, {}))

    def remove(self, where: Values, old: Values) -> Body:
        return self._set(where, {})

    def _set(self, where: Values, settings: Body) -> Body:
        mask = {"updateMask": ",".join(_SETTINGS)}
        return self.client.call("PATCH", self.row.api, self.row.path.format(**where), mask, settings)
