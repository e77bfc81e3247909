"""Whether a Cloud Run service serves, from its latest revision, the image that is meant.

After a failed update Pulumi's state holds the new inputs, and the next unchanged `up` takes the service for fine
without asking. A release that pointed the site at it would say success over a broken deployment, so it asks here.
"""

from collections.abc import Mapping
from typing import Any

from hearth.plugin.kinds import ProviderError
from hearth.provider.clients.cloud_run import CloudRun, failures
from hearth.provider.clients.firebase_hosting import last_segment

_SUCCEEDED = "CONDITION_SUCCEEDED"
_FIX = (
    "Nothing was released; the site has not changed. Correct the cause and run again: a changed image or setting "
    "makes a new revision."
)


def require_ready(run: CloudRun, name: str, image: str) -> None:
    """Raise ProviderError unless the service of this relative name is ready on its latest revision, of this image."""
    service = run.service(name)
    short = last_segment(name)
    if service is None:
        raise ProviderError(
            f"The Cloud Run service {name} does not exist, so the site would answer with errors. Deploy it first, "
            "or correct the release's `service.name`. Nothing was released."
        )
    found = _image(service)
    if found != image:
        raise ProviderError(
            f"The Cloud Run service {short!r} is on the image {found or '(none)'}, not on {image}, the image of this "
            f"release: its last update failed, or somebody deployed another image. {_FIX}"
        )
    if service.get("reconciling"):
        raise ProviderError(f"The Cloud Run service {short!r} is still being updated. Run again when that is done.")
    state = str((service.get("terminalCondition") or {}).get("state", ""))
    ready, latest = str(service.get("latestReadyRevision", "")), str(service.get("latestCreatedRevision", ""))
    if state == _SUCCEEDED and ready and ready == latest:
        return
    serving = f"requests still go to {last_segment(ready)}" if ready else "and no other revision serves"
    reasons = _reasons(run, service, latest) or f"its condition is {state or 'not known yet'}"
    raise ProviderError(
        f"The Cloud Run service {short!r} is not ready on its latest revision {last_segment(latest) or '(none)'}, "
        f"{serving}: {reasons}.\n{_FIX}"
    )


def _image(service: Mapping[str, Any]) -> str:
    """The image of the container that takes requests: the one with a port, or the only one."""
    containers = (service.get("template") or {}).get("containers") or []
    serving = next((each for each in containers if each.get("ports")), containers[0] if containers else {})
    return str(serving.get("image", ""))


def _reasons(run: CloudRun, service: Mapping[str, Any], latest: str) -> str:
    """What Cloud Run gives as reasons: the revision's own first, then the service's."""
    revision = (run.revision(latest) if latest else None) or {}
    conditions = [*(revision.get("conditions") or []), service.get("terminalCondition") or {}]
    return failures([*conditions, *(service.get("conditions") or [])])
