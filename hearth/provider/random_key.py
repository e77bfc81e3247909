"""`hearth:secret:RandomKey`: a random key that is made once and kept until it is told to change.

It remembers the key before, so that what that one signed can go on being accepted for as long as nobody rotates again.
"""

import secrets
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

# Below 128 bits a key can be guessed; above, nothing is gained by more than some kilobytes.
LEAST_BYTES = 16
MOST_BYTES = 1024


class RandomKey(Kind):
    """Lives in the state alone, encrypted. `value` is URL-safe base64 without padding of `bytes` random bytes.

    `previous` is the value before the last rotation; until then another random one, which never signed anything, so
    that there is always exactly one and whoever stores it never has to store nothing.
    """

    token = "hearth:secret:RandomKey"  # noqa: S105 - a type token

    def check(self, context: Context, olds: Values | None, news: Values) -> CheckResult:
        inputs = Inputs(news, {"bytes": 32, "rotation": ""}, ())
        inputs.integer("bytes", LEAST_BYTES, MOST_BYTES)
        inputs.text("rotation")
        return inputs.checked()

    def diff(self, context: Context, id: str, old_inputs: Values, old: Values, news: Values) -> DiffResult:
        # A state from before there was `previous` gets it at the next update, by itself.
        missing = frozenset() if "previous" in old else frozenset({"previous"})
        return DiffResult(changed=changed_paths(old_inputs, news) | missing)

    def create(self, context: Context, inputs: Values, *, preview: bool) -> CreateResult:
        # The id names the key among the stack's resources and tells nothing about its value.
        name = context.urn.rpartition("::")[2]
        return CreateResult(
            "" if preview else name, _outputs(inputs, *(_drawn(inputs, preview=preview) for _ in range(2)))
        )

    def read(self, context: Context, id: str, inputs: Values | None, old: Values | None) -> ReadResult | None:
        """The state is the only place where the key is. Raises ProviderError for an import."""
        if inputs is None or old is None:
            raise ProviderError(
                f"{self.token} {id!r} cannot be imported: a key only exists in one stack's state. Declare a new one, "
                "or keep the old value as a secret in the stack's configuration."
            )
        secret = {name: Secret(old[name]) for name in ("value", "previous") if name in old}
        return ReadResult(id, inputs, {**old, **secret})

    def update(
        self, context: Context, id: str, old_inputs: Values, old: Values, news: Values, *, preview: bool
    ) -> Values:
        if changed_paths(old_inputs, news):
            return _outputs(news, _drawn(news, preview=preview), old["value"])
        previous = old["previous"] if "previous" in old else _drawn(news, preview=preview)
        return _outputs(news, old["value"], previous)

    def delete(self, context: Context, id: str, inputs: Values, old: Values) -> None:
        """Nothing to delete: with the state's entry the key is gone."""


def _drawn(inputs: Values, *, preview: bool) -> Any:
    return UNKNOWN if preview else secrets.token_urlsafe(inputs["bytes"])


def _outputs(inputs: Values, value: Any, previous: Any) -> Values:
    return {**inputs, "value": Secret(value), "previous": Secret(previous)}
