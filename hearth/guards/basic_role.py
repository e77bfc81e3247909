"""No grant of a basic role.

Owner, editor and viewer predate IAM and reach nearly everything in a project, secrets and state buckets included
(IAM, "Roles and permissions": do not grant basic roles in production). Custom roles that allow as much pass.
"""

from collections.abc import Iterator

from hearth.guards.declared import Declared, Intent, Violation, dotted

BASIC = ("roles/owner", "roles/editor", "roles/viewer")


def violations(declared: Declared, _: Intent) -> Iterator[Violation]:
    """Look at every `role`, and into whole policies, which are JSON texts."""
    for path, value in declared.walk():
        if not path or not isinstance(value, str):
            continue
        found = [role for role in BASIC if (value == role if path[-1] == "role" else f'"{role}"' in value)]
        if path[-1] in ("role", "policyData"):
            for role in found:
                yield Violation(
                    what=f"{dotted(path)} grants {role}",
                    why="a basic role reaches nearly everything in the project",
                    fix="grant the narrowest predefined role, on the one resource it is needed for "
                    "(cloud.google.com/iam/docs/understanding-roles)",
                )
