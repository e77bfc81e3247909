"""No grant of a basic role.

Basic roles reach nearly everything in a project, secrets and state buckets included (IAM, "Roles and permissions": do
not grant them in production). Left out: predefined and custom roles that allow as much.
"""

from collections.abc import Iterator

from hearth.guards.declared import UNKNOWN, Declared, Intent, Path, Unclear, Violation, format_path, property_name

BASIC = ("roles/owner", "roles/editor", "roles/viewer", "roles/admin", "roles/writer", "roles/reader")
"""The first three are the ones from before IAM, the others their successors (IAM, "Basic roles")."""


def violations(declared: Declared, _: Intent) -> Iterator[Violation | Unclear]:
    """Look at every property that is named after roles, and into whole policies, which are JSON texts."""
    for path, value in declared.found(_grants):
        if value is UNKNOWN:
            yield Unclear(path)
        for role in BASIC:
            if value == role or (isinstance(value, str) and f'"{role}"' in value):
                yield Violation(
                    what=f"{format_path(path)} grants {role}",
                    why="a basic role gives access to nearly everything in the project",
                    fix=(
                        "grant the narrowest predefined role, on the one resource that needs it "
                        "(cloud.google.com/iam/docs/understanding-roles)"
                    ),
                )


def _grants(path: Path) -> bool:
    return property_name(path) == "policyData" or "role" in property_name(path).lower()
