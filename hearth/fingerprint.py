"""A short text that changes exactly when a template does."""

import hashlib
from typing import Any

from pulumi import Output


def fingerprint(template: Any) -> Output[str]:
    """SHA-256 (hex) of a template's inputs, unknown values waited for."""
    return Output.json_dumps(template, sort_keys=True, default=vars).apply(
        lambda text: hashlib.sha256(text.encode()).hexdigest()
    )
