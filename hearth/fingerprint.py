"""A short text that changes exactly when a template does."""

import hashlib
import json
from typing import Any

from pulumi import Output


def fingerprint(template: Any) -> Output[str]:
    """SHA-256 (hex) of a template's inputs, unknown values waited for. What turns out to be None counts as left out."""
    return Output.json_dumps(template, default=vars).apply(
        lambda text: hashlib.sha256(
            json.dumps(json.loads(text, object_hook=_given), sort_keys=True).encode()
        ).hexdigest()
    )


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
