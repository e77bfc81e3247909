"""Settings of a field of Firestore: every field has some, so creating sets them and deleting sets them back.

One that declares none is there as well (magic-modules, mmv1/products/firestore/Field.yaml).
"""

from typing import Any, Final

from hearth.localcloud.standin.client import Body
from hearth.localcloud.standin.resource import RestKind
from hearth.plugin.kinds import Context, ReadResult, Values

_SETTINGS: Final = ("indexConfig", "ttlConfig")


class FirestoreFieldKind(RestKind):
    def where(self, inputs: Values) -> dict[str, Any]:
        found = super().where(inputs)
        return found | {"database": found["database"] or "(default)"}

    def read(self, context: Context, id: str, inputs: Values | None, old: Values | None) -> ReadResult | None:
        """One whose settings were all set back is gone: an empty object, as `ttlConfig` is, would not be missed."""
        found = super().read(context, id, inputs, old)
        if found and _has_settings(inputs or {}) and not _has_settings(self.fetch(self.locate(id))):
            return None
        return found

    def insert(self, where: Values, inputs: Values, body: Body) -> Body:
        return self._set(where, {name: body[name] for name in _SETTINGS if name in body})

    def change(self, where: Values, old_inputs: Values, planned: Values, changed: set[str]) -> Body:
        return self.insert(where, planned, self.body(planned, {}))

    def remove(self, where: Values, old: Values) -> Body:
        return self._set(where, {})

    def _set(self, where: Values, settings: Body) -> Body:
        mask = {"updateMask": ",".join(_SETTINGS)}
        return self.client.call("PATCH", self.row.api, self.row.path.format(**where), mask, settings)


def _has_settings(field: Values) -> bool:
    return any(name in field for name in _SETTINGS)
