"""`hearth:secret:AlternatingValue`: a secret value and the one before it, which take turns in two places.

A new value takes the place of the one before the last, and the other place stays as it is. So whatever is made of the
two places, such as a version of a secret each, holds on to the value before: what runs with it can start again until
the next change, and going back to it makes nothing anew.
"""

from typing import Any

from hearth.plugin.diff import changed_paths
from hearth.plugin.kinds import (
    UNKNOWN,
    CheckResult,
    Context,
    CreateResult,
    DiffResult,
    Kind,
    ProviderError,
    ReadResult,
    Secret,
    Values,
)
from hearth.provider.validation import Inputs

_PLACES = ("first", "second")


class AlternatingValue(Kind):
    """Lives in the state alone, encrypted. `current` names the place of `value`: `first` or `second`.

    Until the first change both places hold the same, so that whoever stores them never has to store nothing.
    """

    token = "hearth:secret:AlternatingValue"  # noqa: S105 - a type token

    def check(self, context: Context, olds: Values | None, news: Values) -> CheckResult:
        inputs = Inputs(news, {}, ("value",))
        # What it is instead is not told: it may be the secret.
        if inputs.known("value") and not (isinstance(inputs.values["value"], str) and inputs.values["value"]):
            inputs.fail("value", "must be a non-empty string")
        elif "value" not in inputs.values:
            inputs.fail("value", "required, and missing")
        return inputs.checked()

    def diff(self, context: Context, id: str, old_inputs: Values, old: Values, news: Values) -> DiffResult:
        return DiffResult(changed=changed_paths(old_inputs, news))

    def create(self, context: Context, inputs: Values, *, preview: bool) -> CreateResult:
        # The id names the value among the stack's resources and tells nothing about it.
        name = context.urn.rpartition("::")[2]
        places = dict.fromkeys(_PLACES, inputs["value"])
        return CreateResult("" if preview else name, _outputs(inputs["value"], places, _PLACES[0]))

    def read(self, context: Context, id: str, inputs: Values | None, old: Values | None) -> ReadResult | None:
        """The state is the only place where the values are. Raises ProviderError for an import."""
        if inputs is None or old is None:
            raise ProviderError(
                f"{self.token} {id!r} cannot be imported: it only exists in one stack's state. Declare a new one with "
                "the value that it should have."
            )
        return ReadResult(id, {"value": Secret(inputs["value"])}, _outputs(inputs["value"], old, old["current"]))

    def update(
        self, context: Context, id: str, old_inputs: Values, old: Values, news: Values, *, preview: bool
    ) -> Values:
        value, places, current = news["value"], {place: old[place] for place in _PLACES}, old["current"]
        if value is UNKNOWN:
            return _outputs(value, dict.fromkeys(_PLACES, UNKNOWN), UNKNOWN)
        if value != places[current]:
            (current,) = (place for place in _PLACES if place != current)
            places[current] = value
        return _outputs(value, places, current)

    def delete(self, context: Context, id: str, inputs: Values, old: Values) -> None:
        """Nothing to delete: with the state's entry the values are gone."""


def _outputs(value: Any, places: Values, current: Any) -> Values:
    return {"value": Secret(value), **{place: Secret(places[place]) for place in _PLACES}, "current": current}
