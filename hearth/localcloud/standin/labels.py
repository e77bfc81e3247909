"""Labels and annotations, of which a program manages its own keys only.

Google's provider shows them three times: `labels` as declared, `pulumiLabels` with the provider's own `defaultLabels`
and the label that says who made the resource, `effectiveLabels` with everything that is on it, and marks the latter two
as secret (observed).
"""

from collections.abc import Mapping
from typing import Any

from hearth.catalog.types import ResourceType
from hearth.plugin.kinds import Values

_ATTRIBUTION = {"goog-pulumi-provisioned": "true"}


def declared(type: ResourceType, inputs: Values) -> Any:
    """A program's own; UNKNOWN where nothing is known of them yet."""
    # GKE's clusters call them otherwise, and a few types have a list of something else by that name.
    name = "labels" if "labels" in type.inputs else "resourceLabels"
    found = inputs.get(name) if isinstance(type.inputs.get(name), Mapping) else None
    return {} if found is None else found


def on_create(managed: Values, *, attribution: bool) -> dict[str, Any]:
    """Labels to send for a resource that is new; `managed` are the provider's defaults and the program's own."""
    return (_ATTRIBUTION if attribution else {}) | dict(managed)


def on_update(outputs: Values, managed: Values) -> dict[str, Any]:
    """Labels to send for one that exists: keys that others set stay; the attribution is only put on at creation."""
    before = _managed(outputs)
    effective = outputs.get("effectiveLabels") or {}
    return {key: value for key, value in effective.items() if key not in before} | dict(managed)


def gone(outputs: Values, managed: Values) -> set[str]:
    """Keys that a resource has by its declaration so far and is not to have any more."""
    return _managed(outputs).keys() - managed.keys()


def moved(outputs: Values, own: Values, managed: Values) -> dict[str, Any] | None:
    """`pulumiLabels` with the defaults that the provider has now; None where these are as they were.

    `own` are the program's, those that it had among them: what changes of these, `labels` tells.
    """
    was, now = ({key: each[key] for key in each.keys() - own} for each in (_managed(outputs), managed))
    if was == now:
        return None
    return {key: value for key, value in outputs["pulumiLabels"].items() if key not in was} | now


def label_outputs(own: Values, managed: Values, effective: Values) -> dict[str, Any]:
    """The three outputs."""
    mine = _own(own, effective)
    attributed = {key: value for key, value in effective.items() if key in _ATTRIBUTION}
    return ({"labels": mine} if mine else {}) | {
        "pulumiLabels": attributed | _own(managed, effective),
        "effectiveLabels": dict(effective),
    }


def annotations(declared: Values, effective: Values) -> dict[str, Any]:
    """The two outputs of annotations."""
    own = _own(declared, effective)
    return ({"annotations": own} if own else {}) | {"effectiveAnnotations": dict(effective)}


def foreign(labels: Mapping[str, Any], defaults: Values) -> dict[str, Any]:
    """Labels that an import would declare: all but the attribution and the provider's own."""
    return {key: value for key, value in labels.items() if key not in _ATTRIBUTION and defaults.get(key) != value}


def _managed(outputs: Values) -> Mapping[str, Any]:
    return {key: value for key, value in (outputs.get("pulumiLabels") or {}).items() if key not in _ATTRIBUTION}


def _own(declared: Values, effective: Values) -> dict[str, Any]:
    return {key: effective[key] for key in declared if key in effective}
