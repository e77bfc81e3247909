"""Rules for inputs that several kinds have. A value that is not known yet, in a preview, is not judged."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hearth.catalog.apis import Api
from hearth.plugin.kinds import UNKNOWN, CheckResult, Failure, ProviderError, Values
from hearth.provider.clients.endpoints import Endpoints


@dataclass(frozen=True)
class Rule:
    """What a text must look like."""

    pattern: re.Pattern[str]
    meaning: str
    """Completes "must be …"."""


PROJECT = Rule(re.compile(r"([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]"), "a project id such as my-shop-dev")
REGION = Rule(re.compile(r"[a-z]+(-[a-z]+)+[0-9]+"), "a region such as us-central1")
RELATIVE = Rule(
    re.compile(r"(?!/)(?!.*(^|/)\.\.(/|$))(?!.*//).+"), "a path inside the checkout, relative to its root, without `..`"
)


class Inputs:
    """Checks inputs one by one and gathers what is wrong, so that all faults come at once."""

    def __init__(self, news: Values, defaults: Mapping[str, Any], known: Iterable[str]) -> None:
        self.values: dict[str, Any] = {**defaults, **{key: value for key, value in news.items() if value is not None}}
        self.failures: list[Failure] = []
        allowed = sorted({*defaults, *known})
        for name in sorted(set(self.values) - set(allowed)):
            self.fail(name, f"is not an input; the inputs are {', '.join(allowed)}")

    def fail(self, property: str, reason: str) -> None:
        self.failures.append(Failure(property, reason))

    def known(self, name: str) -> bool:
        """Whether the input has a value now."""
        return self.values.get(name, UNKNOWN) is not UNKNOWN

    def text(self, name: str, rule: Rule | None = None) -> None:
        value = self.values.get(name)
        if value is UNKNOWN:
            return
        if name not in self.values:
            self.fail(name, "required, and missing")
        elif not isinstance(value, str):
            self.fail(name, f"must be text, got {value!r}")
        elif rule is not None and not rule.pattern.fullmatch(value):
            self.fail(name, f"must be {rule.meaning}, got {value!r}")

    def integer(self, name: str, least: int, most: int) -> None:
        value = self.values.get(name)
        if value is UNKNOWN:
            return
        if isinstance(value, bool) or not isinstance(value, int):
            self.fail(name, f"must be a whole number, got {value!r}")
        elif not least <= value <= most:
            self.fail(name, f"must be from {least} to {most}, got {value}")

    def texts(self, name: str) -> None:
        value = self.values.get(name)
        if value is UNKNOWN:
            return
        if not isinstance(value, list):
            self.fail(name, f"must be a list of texts, got {value!r}")
            return
        for at, item in enumerate(value):
            if item is not UNKNOWN and not (isinstance(item, str) and item):
                self.fail(f"{name}[{at}]", f"must be text, got {item!r}")

    def reachable(self, endpoints: Endpoints, apis: Iterable[Api]) -> None:
        """Refuse, before anything is done, a project that must not be asked for where the calls would go."""
        project = self.values.get("project")
        if not isinstance(project, str):
            return
        refusal = endpoints.refusal(project, apis)
        if refusal:
            self.fail("project", refusal)
        for api in apis:
            try:
                endpoints.base(api)
            except ProviderError as fault:
                self.fail("project", str(fault))

    def checked(self) -> CheckResult:
        return CheckResult(self.values, self.failures)
