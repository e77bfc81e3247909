"""Which documents browsers and phones may read past the service: Firestore's security rules, released.

The rules are the file service/firestore.rules, which `make firestore` writes; without the file nothing is released here,
and Firestore lets no client in unless somebody else released rules. They don't hold for the service, which comes by IAM.
Not tried on Google.
"""

from collections.abc import Sequence
from pathlib import Path

import pulumi
import pulumi_gcp as gcp
from pulumi import ResourceOptions

from infra.settings import StackSettings

API = "firebaserules.googleapis.com"


def read(file: Path) -> str | None:
    """The rules; None where there is no file."""
    return file.read_text(encoding="utf-8") if file.exists() else None


def declare(
    name: str,
    stack: StackSettings,
    *,
    rules: str,
    database: gcp.firestore.Database,
    parent: pulumi.Resource,
    after: Sequence[pulumi.Resource],
) -> None:
    """Release them for the database. Whoever reads past the service waits for nothing: before, nobody can."""
    ruleset = gcp.firebaserules.Ruleset(
        name,
        project=stack.project,
        source=gcp.firebaserules.RulesetSourceArgs(
            files=[gcp.firebaserules.RulesetSourceFileArgs(name="firestore.rules", content=rules)]
        ),
        opts=ResourceOptions(parent=parent, depends_on=after),
    )
    is_default = stack.firestore_database == "(default)"
    gcp.firebaserules.Release(
        name,
        project=stack.project,
        # By this name Firestore finds it (the provider's examples).
        name="cloud.firestore" if is_default else f"cloud.firestore/{stack.firestore_database}",
        ruleset_name=ruleset.name.apply(lambda id: f"projects/{stack.project}/rulesets/{id}"),
        # Google's provider makes it anew for other rules, and there can't be two of one name: in between, clients are
        # refused for a moment.
        opts=ResourceOptions(parent=parent, depends_on=[database], delete_before_replace=True),
    )
