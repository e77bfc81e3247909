"""What all types have in common: checked inputs, and what a change does."""

from dataclasses import dataclass, field
from typing import Any

from hearth.catalog.placeholders import left_open
from hearth.catalog.types import ResourceType, unplaced
from hearth.localcloud.standin import inputs as checks
from hearth.localcloud.standin import labels, secret
from hearth.localcloud.standin.changes import difference
from hearth.localcloud.standin.client import Client
from hearth.localcloud.standin.declared_grants import DeclaredGrants
from hearth.localcloud.standin.settings import ProviderSettings
from hearth.plugin.kinds import UNKNOWN, CheckResult, Context, DiffResult, Failure, Kind, Values


@dataclass(frozen=True)
class Cloud:
    """What a type needs of its surroundings."""

    client: Client
    settings: ProviderSettings
    grants: DeclaredGrants = field(default_factory=DeclaredGrants)
    """What the run declares of them so far."""


class GcpKind(Kind):
    """A type of the catalog. Subclasses say how it is created, read, updated and deleted."""

    parameters: tuple[str, ...] = ("project",)
    """Inputs that say where the resource stands; `project` and `location` have defaults in the provider."""

    def __init__(self, type: ResourceType, cloud: Cloud) -> None:
        self.token = type.token
        self.type = type
        self.client = cloud.client
        self.grants = cloud.grants
        self.settings = cloud.settings

    def check(self, context: Context, olds: Values | None, news: Values) -> CheckResult:
        inputs = checks.declared(news)
        found = checks.faults(self.type, olds, inputs, context.urn)
        where = self.where({**(olds or {}), **inputs})
        for name, key in (("project", "project"), ("location", "region")):
            if name in self.type.inputs and name in self.parameters and where.get(name) is None:
                found.append(Failure(name, unplaced(key)))
        return CheckResult(self.sealed(checks.complete(self.type, context.urn, olds, inputs)), found)

    def diff(self, context: Context, id: str, old_inputs: Values, old: Values, news: Values) -> DiffResult:
        return difference(self.type, old_inputs, old, news, self._moved(old, news))

    def where(self, inputs: Values) -> dict[str, Any]:
        """The parameters, with the provider's defaults."""
        defaults = {"project": self.settings.project, "location": self.settings.region}
        return {name: inputs.get(name) or defaults.get(name) for name in self.parameters}

    def sealed(self, outputs: Values) -> dict[str, Any]:
        """Outputs, or inputs, with those marked that Google's provider treats as secret, at any depth."""
        return secret.marked(self.type, outputs)

    def managed_labels(self, own: Values) -> dict[str, Any]:
        """The provider's defaults with a program's own labels over them."""
        return {**self.settings.default_labels, **own}

    def new_labels(self, inputs: Values) -> dict[str, Any]:
        """Labels of a resource that is new. They have to be known."""
        managed = self.managed_labels(labels.declared(self.type, inputs))
        return labels.on_create(managed, attribution=self.settings.attribution_label)

    def previewed(self, planned: Values, *, new: bool) -> dict[str, Any]:
        """Outputs for a preview: what is planned, and unknown what only the API can tell of it."""
        own = self.type.computed | self.type.outputs_only if new else ()
        return self.sealed(dict.fromkeys(own, UNKNOWN) | left_open(self.type, planned, UNKNOWN))

    def _moved(self, old: Values, news: Values) -> dict[str, Any]:
        """What is left to the provider and is another one now: parameters that it has a default for, and labels."""
        where = self.where(news)
        found: dict[str, Any] = {
            name: where[name]
            for name in {"project", "location"} & set(self.parameters) & set(self.type.inputs)
            if name not in news and name in old and where[name] is not None and old[name] != where[name]
        }
        own = labels.declared(self.type, news)
        if "pulumiLabels" in self.type.outputs_only and own is not UNKNOWN and old.get("pulumiLabels") is not None:
            changed = labels.moved(old, {**labels.declared(self.type, old), **own}, self.managed_labels(own))
            found |= {"pulumiLabels": changed} if changed is not None else {}
        return found
