"""What runs code does so as an account of its own.

Left without one, Cloud Run and Cloud Build take a default account of the project, which may be an editor of all of it
and is shared with everything else that named none.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from hearth.guards.declared import Declared, Intent, Violation, dotted

RUNS_AS: Final[Mapping[str, tuple[str, ...]]] = {
    "gcp:cloudrunv2/job:Job": ("template", "template", "serviceAccount"),
    "gcp:cloudrunv2/service:Service": ("template", "serviceAccount"),
    "gcp:cloudrunv2/workerPool:WorkerPool": ("template", "serviceAccount"),
    "hearth:build:Image": ("serviceAccount",),
}
"""Types that run code, and where they say as whom."""

# Compute Engine's, App Engine's and Cloud Build's ("Default service accounts").
_DEFAULT = re.compile(
    r"\d+-compute@developer\.gserviceaccount\.com|[^@]+@appspot\.gserviceaccount\.com"
    r"|\d+@cloudbuild\.gserviceaccount\.com"
)
_WHY = "the project's default account is shared, and may edit the whole project"
_FIX = "declare a serviceaccount.Account for it alone, as RuntimeIdentity does, and name its email here"


def violations(declared: Declared, _: Intent) -> Iterator[Violation]:
    """Look whether an account is named where one is needed, and at every one that is."""
    where = RUNS_AS.get(declared.type)
    if where and not declared.at(*where):
        yield Violation(what=f"{dotted(where)} is not set", why=_WHY, fix=_FIX)
    for path, value in declared.walk():
        if path[-1:] in (("serviceAccount",), ("serviceAccountEmail",)) and _is_default(value):
            yield Violation(what=f"{dotted(path)} = {value!r}", why=_WHY, fix=_FIX)


def _is_default(value: object) -> bool:
    return isinstance(value, str) and _DEFAULT.fullmatch(value) is not None
