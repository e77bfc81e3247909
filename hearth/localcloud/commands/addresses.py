"""Whether stack and local cloud still know each other: by the addresses that the stack's outputs hold.

A local cloud that is started on other ports has other URLs than the state says, and one whose folder was deleted has
none at all, while the state holds every resource.
"""

from collections.abc import Mapping
from typing import Any

_ADDRESSES = ("siteUrl", "serviceUrl")


def has_moved(deployment: Mapping[str, Any], status: Mapping[str, Any]) -> bool:
    """Whether the state holds an address that the local cloud does not have.

    `deployment` is as `pulumi stack export` gives it, `status` as the local cloud does.
    """
    urls = {each["url"] for each in (*status["sites"], *status["services"])}
    return any(address not in urls for address in _known(deployment))


def is_orphaned(deployment: Mapping[str, Any], status: Mapping[str, Any]) -> bool:
    """Whether the state holds addresses, and the local cloud nothing at all."""
    return bool(_known(deployment)) and not status["sites"] and not status["services"]


def _known(deployment: Mapping[str, Any]) -> list[str]:
    for resource in deployment.get("resources") or []:
        if resource["type"] == "pulumi:pulumi:Stack":
            outputs = resource.get("outputs") or {}
            return [outputs[name] for name in _ADDRESSES if name in outputs]
    return []
