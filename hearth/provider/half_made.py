"""Services and jobs of Cloud Run that are there and have not come up.

Google's provider keeps one whose first deployment failed, with its inputs (magic-modules, cloudrunv2,
`taint_resource_on_failed_create`). So the next `pulumi up` finds nothing to change and sends nothing, and a revision
that failed stays failed: without another one, nothing changes.
Left out: a later revision that fails for a reason of its own. The one before serves, and the fix makes a new one.
"""

from dataclasses import dataclass

from hearth.provider.clients.cloud_run import CloudRun, failures

_FAILED = "CONDITION_FAILED"
# Cloud Run, "Condition", CommonReason; and what it says of images, accounts and sockets.
_SECRETS = "SECRETS_ACCESS_CHECK_FAILED"
_PERMISSION = "ermission"


@dataclass(frozen=True)
class HalfMade:
    """What is known of one."""

    name: str
    """Relative name."""
    why: str
    """In Cloud Run's words."""
    refused: bool
    """Whether for want of a permission, which may be a grant that has not taken effect yet."""
    ever_ready: bool
    """Whether an earlier revision serves, or the job has run."""


def find(run: CloudRun, name: str) -> HalfMade | None:
    """The service or job of a relative name, if it is half made. Raises ApiError."""
    service = "/services/" in name
    found = (run.service if service else run.job)(name) or {}
    condition = found.get("terminalCondition") or {}
    if found.get("reconciling") or condition.get("state") != _FAILED:
        return None
    latest = str(found.get("latestCreatedRevision", ""))
    revision = (run.revision(latest) if latest else None) or {}
    conditions = [*(revision.get("conditions") or []), condition, *(found.get("conditions") or [])]
    why = failures(conditions) or "Cloud Run does not say why"
    half = HalfMade(
        name=name,
        why=why,
        refused=_PERMISSION in why or any(each.get("reason") == _SECRETS for each in conditions),
        ever_ready=bool(found.get("latestReadyRevision" if service else "latestCreatedExecution")),
    )
    return half if half.refused or not half.ever_ready else None
