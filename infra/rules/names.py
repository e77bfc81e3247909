"""Names of cloud resources: all derived from one, each checked against Google's rule for its kind.

A name that Google refuses fails in the middle of a deployment, and some only after minutes; here it fails first.
Whether a globally unique name (bucket, site) is still free is not checked: only Google knows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hearth.faults import Fault
from hearth.target import PLACEHOLDER

_LABEL = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")


@dataclass(frozen=True, kw_only=True)
class Names:
    """What each cloud resource of a stack is called."""

    service: str
    migration_job: str
    image: str
    repository: str
    source_bucket: str
    runtime_account: str
    build_account: str
    apply_account: str
    preview_account: str
    delivery_pool: str
    secret_key: str
    previous_secret_key: str
    database_instance: str
    database_url_secret: str
    site: str


@dataclass(frozen=True, kw_only=True)
class _Limit:
    what: str
    shortest: int
    longest: int
    source: str


_LIMITS = {
    "service": _Limit(
        what="the Cloud Run service", shortest=1, longest=49, source="Cloud Run: fewer than 50 characters"
    ),
    "migration_job": _Limit(
        what="the migration job", shortest=1, longest=49, source="Cloud Run: fewer than 50 characters"
    ),
    "repository": _Limit(
        what="the image repository", shortest=1, longest=63, source="Artifact Registry: at most 63 characters"
    ),
    "source_bucket": _Limit(
        what="the bucket for build contexts", shortest=3, longest=63, source="Cloud Storage: 3 to 63 characters"
    ),
    "runtime_account": _Limit(
        what="the service's account", shortest=6, longest=30, source="IAM: service account ids have 6 to 30 characters"
    ),
    "build_account": _Limit(
        what="the build's account", shortest=6, longest=30, source="IAM: service account ids have 6 to 30 characters"
    ),
    "secret_key": _Limit(
        what="the session key's secret", shortest=1, longest=255, source="Secret Manager: at most 255 characters"
    ),
    "previous_secret_key": _Limit(
        what="the previous session key's secret",
        shortest=1,
        longest=255,
        source="Secret Manager: at most 255 characters",
    ),
    "database_url_secret": _Limit(
        what="the database address's secret", shortest=1, longest=255, source="Secret Manager: at most 255 characters"
    ),
}


def derive(*, name: str, project: str, site_id: str) -> Names:
    """Every name of a stack. Buckets are global, so theirs begins with the project, which is unique already."""
    return Names(
        service=name,
        migration_job=f"{name}-migrate",
        image=name,
        repository=name,
        source_bucket=f"{project}-{name}-source",
        runtime_account=f"{name}-run",
        build_account=f"{name}-build",
        # No longer than the one above, so that its limit holds for them as well.
        apply_account=f"{name}-apply",
        preview_account=f"{name}-plan",
        delivery_pool=f"{name}-ci",
        secret_key=f"{name}-secret-key",
        previous_secret_key=f"{name}-secret-key-previous",
        # With the longest project and region, the path of its socket just fits into the 107 characters of Linux.
        database_instance=name,
        database_url_secret=f"{name}-database-url",
        # A Firebase project's default site is called as the project.
        site=site_id or project,
    )


def faults(*, name: str, project: str, site_id: str) -> Iterator[Fault]:
    """Check the project's id, the app's name with all that is derived from it, and the site's id."""
    yield from _project_faults(project)
    if not _LABEL.fullmatch(name):
        yield Fault(
            key="app:name",
            value=name,
            why="every cloud resource is named after it, and Google takes lowercase letters, digits and hyphens only, "
            "beginning with a letter and not ending in a hyphen",
            fix="pulumi config set app:name web",
        )
    else:
        yield from _derived_faults(name, project)
    if site_id and not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?", site_id):
        yield Fault(
            key="app:siteId",
            value=site_id,
            why="it becomes SITE.web.app: at most 30 lowercase letters, digits and hyphens, no hyphen at either end "
            "(Firebase Hosting, sites.create)",
            fix="choose a shorter or plainer id, or '' for the project's default site",
        )


def _project_faults(project: str) -> Iterator[Fault]:
    if not project:
        yield Fault(
            key="gcp:project",
            value=project,
            why="nothing says which Google Cloud project this stack deploys to",
            fix="pulumi config set gcp:project YOUR-PROJECT-ID",
        )
    elif project.startswith(PLACEHOLDER):
        yield Fault(
            key="gcp:project",
            value=project,
            why="this is the placeholder that the repository ships, not a project of yours",
            fix="pulumi config set gcp:project YOUR-PROJECT-ID, and gcp:billingProject likewise; "
            "or deploy to your own machine: make up",
        )
    elif not re.fullmatch(r"[a-z][a-z0-9-]{4,28}[a-z0-9]", project):
        yield Fault(
            key="gcp:project",
            value=project,
            why="a project id has 6 to 30 lowercase letters, digits and hyphens, begins with a letter and does not end "
            "in a hyphen (Resource Manager); its display name and its number are something else",
            fix="look the id up with `gcloud projects list`, column PROJECT_ID",
        )


def billing_faults(*, project: str, billing_project: str) -> Iterator[Fault]:
    """Check `gcp:billingProject`, the project whose quota calls are counted against."""
    if billing_project.startswith(PLACEHOLDER) and not project.startswith(PLACEHOLDER):
        yield Fault(
            key="gcp:billingProject",
            value=billing_project,
            also=frozenset({"gcp:project"}),
            why="it is still the placeholder that the repository ships, and Google refuses calls on its account",
            fix=f"pulumi config set gcp:billingProject {project}",
        )


def _derived_faults(name: str, project: str) -> Iterator[Fault]:
    names = derive(name=name, project=project, site_id="")
    for field, limit in _LIMITS.items():
        derived = getattr(names, field)
        if limit.shortest <= len(derived) <= limit.longest:
            continue
        aim = "longer" if len(derived) < limit.shortest else "shorter"
        yield Fault(
            key="app:name",
            value=name,
            also=frozenset({"gcp:project"}) if field == "source_bucket" else frozenset(),
            why=f"{limit.what} would be called {derived!r}, {len(derived)} characters ({limit.source})",
            fix=f"choose a {aim} name: pulumi config set app:name ...",
        )
    # Cloud Storage keeps these to itself ("Bucket names").
    if "google" in names.source_bucket or names.source_bucket.startswith("goog"):
        yield Fault(
            key="app:name",
            value=name,
            also=frozenset({"gcp:project"}),
            why=f"the bucket for build contexts would be called {names.source_bucket!r}, and Cloud Storage refuses "
            "names that contain 'google' or begin with 'goog'",
            fix="choose another name: pulumi config set app:name ...",
        )
