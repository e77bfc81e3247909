"""Rules over declared resources that hold for every stack, whoever declares what.

Rules on settings check values that come from the configuration; these check what the program makes of them, so they
hold for resources that nobody has written yet. What a rule looks at, it finds by the names of properties and by the
catalog, in whatever type; where it goes by a list of types, its module says so. Each rule is a plain function in a
module of its own and knows neither engine nor configuration; `guarding` has the engine and the tests' recorder run
them all before a resource is created.

Left out: labels. `gcp:defaultLabels` in a stack's file has Google's provider set them on everything that takes labels,
so there is nothing to forget. And what a running project holds already: rules see what this program declares.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from hearth.guards import basic_role, image_by_digest, own_account, plain_secret, protection, public, unchecked
from hearth.guards.declared import Declared, Intent, Unclear, Violation

Rule = Callable[[Declared, Intent], Iterator[Violation | Unclear]]

RULES: Final[Mapping[str, Rule]] = {
    "basic-role": basic_role.violations,
    "image-by-digest": image_by_digest.violations,
    "own-account": own_account.violations,
    "plain-secret": plain_secret.violations,
    "protection": protection.violations,
    "public": public.violations,
    "unchecked": unchecked.violations,
}
"""By the name that an exception in `app:exceptions` calls a rule by."""
