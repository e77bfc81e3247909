"""What all types have in common: checked inputs, and what counts as a change."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hearth.catalog.types import ResourceType
from hearth.localcloud.standin import inputs as checks
from hearth.localcloud.standin.client import Client
from hearth.localcloud.standin.declared import as_declared
from hearth.localcloud.standin.settings import Settings
from hearth.plugin.diff import changed_paths, parse_path
from hearth.plugin.kinds import UNKNOWN, Checked, Context, Diff, Failure, Kind, Secret, Values


@dataclass(frozen=True)
class Cloud:
    """What a type needs of its surroundings."""

    client: Client
    settings: Settings


class GcpKind(Kind):
    """A type of the catalog. Subclasses say how it is created, read, updated and deleted."""

    autoname: checks.Autoname | None = None
    parameters: tuple[str, ...] = ("project",)
    """Inputs that say where the resource stands; `project` and `location` have defaults in the provider."""

    def __init__(self, type: ResourceType, cloud: Cloud) -> None:
        self.token = type.token
        self.type = type
        self.client = cloud.client
        self.settings = cloud.settings

    def check(self, context: Context, olds: Values | None, news: Values) -> Checked:
        found = checks.faults(self.type, news)
        where = self.where(news)
        for name, key in (("project", "project"), ("location", "region")):
            if name in self.type.inputs and name in self.parameters and where.get(name) is None:
                found.append(Failure(name, f"required: set it here, or gcp:{key} in the stack's configuration"))
        return Checked(checks.named(self.autoname, context.urn, olds, news), found)

    def diff(self, context: Context, id: str, old_inputs: Values, old: Values, news: Values) -> Diff:
        changed = self.changes(old_inputs, old, news)
        replaced = frozenset(path for path in changed if self.type.replaces(path))
        name = self.autoname.property if self.autoname else ""
        # A name that the program chose can't be held by the old and the new resource at once.
        taken = bool(replaced and name and not checks.made_up(news, name) and news.get(name) == old_inputs.get(name))
        return Diff(changed, replaced, taken)

    def changes(self, old_inputs: Values, old: Values, news: Values) -> frozenset[str]:
        """Paths at which the resource would have to become something else than it is.

        As to Terraform, it is no change to declare what is so already, nor to leave out again what the API decides.
        """
        before, after = (_without_marks(each) for each in (old_inputs, news))
        changed = {path for path in changed_paths(before, after) if not self._settled(path, old, after)}
        return frozenset(changed | self._moved(old, after))

    def where(self, inputs: Values) -> dict[str, Any]:
        """The parameters, with the provider's defaults."""
        defaults = {"project": self.settings.project, "location": self.settings.region}
        return {name: inputs.get(name) or defaults.get(name) for name in self.parameters}

    def sealed(self, outputs: Values) -> dict[str, Any]:
        """Outputs with those marked that Google's provider treats as secret."""
        return {key: Secret(value) if key in self.type.secret else value for key, value in outputs.items()}

    def unknown(self) -> dict[str, Any]:
        """All that only the API can tell, for the preview of a resource that is new."""
        return dict.fromkeys(self.type.computed | self.type.outputs_only, UNKNOWN)

    def _settled(self, path: str, old: Values, news: Values) -> bool:
        steps = parse_path(path)
        after, live = _at(news, steps), _at(old, steps)
        if after is None:
            return len(steps) == 1 and path in self.type.computed and path not in self.type.required
        return bool(as_declared(after, live) == after)

    def _moved(self, old: Values, news: Values) -> set[str]:
        """Parameters that are left to the provider and whose default is another one now."""
        where = self.where(news)
        return {
            name
            for name in {"project", "location"} & set(self.parameters) & set(self.type.inputs)
            if name not in news and name in old and where[name] is not None and old[name] != where[name]
        }


def _without_marks(inputs: Values) -> dict[str, Any]:
    return {name: value for name, value in inputs.items() if name != checks.AUTONAMED}


def _at(values: Values, steps: tuple[str | int, ...]) -> Any:
    here: Any = values
    for step in steps:
        if isinstance(here, Mapping) and isinstance(step, str):
            here = here.get(step)
        elif isinstance(here, list) and isinstance(step, int) and step < len(here):
            here = here[step]
        else:
            return here if here is UNKNOWN else None
    return here
