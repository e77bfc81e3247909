"""Labels and annotations, of which a program manages its own keys only.

Google's provider shows them three times: `labels` as declared, `pulumiLabels` with the label that says who made the
resource, `effectiveLabels` with everything that is on it, and marks the latter two as secret (observed).
"""

from collections.abc import Mapping
from typing import Any

from hearth.plugin.kinds import Values

_ATTRIBUTION = {"goog-pulumi-provisioned": "true"}


def on_create(declared: Values, *, attribution: bool) -> dict[str, Any]:
    """Labels to send for a resource that is new."""
    return (_ATTRIBUTION if attribution else {}) | dict(declared)


def on_update(before: Values, after: Values, effective: Values) -> dict[str, Any]:
    """Labels to send for one that exists: keys that others set stay; the attribution is only put on at creation."""
    return {key: value for key, value in effective.items() if key not in before} | dict(after)


def shown(declared: Values, effective: Values) -> dict[str, Any]:
    """The three outputs."""
    own = _own(declared, effective)
    attributed = {key: value for key, value in effective.items() if key in _ATTRIBUTION}
    return ({"labels": own} if own else {}) | {
        "pulumiLabels": attributed | own,
        "effectiveLabels": dict(effective),
    }


def annotations(declared: Values, effective: Values) -> dict[str, Any]:
    """The two outputs of annotations."""
    own = _own(declared, effective)
    return ({"annotations": own} if own else {}) | {"effectiveAnnotations": dict(effective)}


def foreign(labels: Mapping[str, Any]) -> dict[str, Any]:
    """Labels that an import would declare: all but the attribution."""
    return {key: value for key, value in labels.items() if key not in _ATTRIBUTION}


def _own(declared: Values, effective: Values) -> dict[str, Any]:
    return {key: effective[key] for key in declared if key in effective}
