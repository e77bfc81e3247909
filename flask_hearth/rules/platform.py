"""What the platform calls the place where the service runs."""

import re
from typing import Final

# Resource Manager's rule for project ids; the first part is the domain that old Workspace projects carry.
_PROJECT_ID: Final = re.compile(r"([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]")


def project_id(value: str | None) -> str | None:
    if value is not None and not _PROJECT_ID.fullmatch(value):
        raise ValueError(
            f"GOOGLE_CLOUD_PROJECT is {value!r}: that is not a project id (6 to 30 lowercase letters, digits and "
            "hyphens, beginning with a letter), so log entries could not be linked to their traces. Set the id (not "
            "the project's display name or number), or unset it."
        )
    return value
