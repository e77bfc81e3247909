"""Which database fits which project, and what Firestore takes as a place and a name.

Sources: Firestore's pages "Locations" and "Manage databases"; Cloud Run's container contract, "Filesystem access".
Whether a location exists is Google's to say; here it has to look like one.
"""

import re
from collections.abc import Iterator

from hearth.catalog.apis import LOCAL_PROJECT_PREFIX
from hearth.faults import Fault

_LOCATION = re.compile(r"eur3|nam5|nam7|[a-z]+-[a-z]+[0-9]+")
_NAME = re.compile(r"\(default\)|[a-z][a-z0-9-]{2,61}[a-z0-9]")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def faults(*, project: str, database: str, location: str, name: str) -> Iterator[Fault]:
    """Check the kind of database against the project, and a Firestore database's location and id."""
    local = project.startswith(LOCAL_PROJECT_PREFIX)
    if database == "sqlite" and not local:
        yield Fault(
            key="app:database",
            value=database,
            also=frozenset({"gcp:project"}),
            why="on Cloud Run a file lies in the memory of one instance: no other instance sees it, and it is lost "
            "with the instance",
            fix="pulumi config set app:database firestore, or postgres",
        )
    if database == "postgres" and local:
        yield Fault(
            key="app:database",
            value=database,
            also=frozenset({"gcp:project"}),
            why=f"{project!r} is a project of a local cloud, which runs no Cloud SQL: the service would look for a "
            "socket that is not there",
            fix="pulumi config set app:database sqlite (make test runs the service on a real Postgres)",
        )
    if database == "firestore" and local:
        yield Fault(
            key="app:database",
            value=database,
            also=frozenset({"gcp:project"}),
            why=f"{project!r} is a project of a local cloud, which keeps no documents of Firestore: the service would "
            "look for them at Google, where that project does not exist",
            fix="pulumi config set app:database sqlite",
        )
    if not _LOCATION.fullmatch(location):
        yield Fault(
            key="app:firestoreLocation",
            value=location,
            why="a database is in one region (such as us-central1) or in a multi-region (nam5, nam7 or eur3), for good",
            fix="pulumi config set app:firestoreLocation us-central1, or wherever the service is (gcp:region)",
        )
    if not _NAME.fullmatch(name) or _UUID.fullmatch(name):
        yield Fault(
            key="app:firestoreDatabase",
            value=name,
            why="a database's id is (default), or 4 to 63 lowercase letters, digits and hyphens, led by a letter, with "
            "no hyphen at the end, and not like a UUID",
            fix="pulumi config set app:firestoreDatabase '(default)'",
        )
