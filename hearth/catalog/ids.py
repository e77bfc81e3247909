"""Ids in the state, made of properties by each type's format, and read back into them.

Formats are the provider's documented import ids (`hearth.catalog.types`). What it says nothing of is made of the
resource's own name. Left out: the few types whose id in the state differs from what they are imported by.
"""

import re
from collections.abc import Mapping
from typing import Any

from hearth.catalog.types import ResourceType

Values = Mapping[str, Any]

# Twice the braces, or a hyphen, is how some formats have come through.
_PROPERTY = re.compile(r"\{+([\w-]+)\}+")
_GRANT = re.compile(r"I[aA][mM](Member|Binding|Policy|AuditConfig)$")
_OF_GRANTS = ("role", "member", "service")
_NOT_OF_PARENTS = frozenset({"role", "member", "members", "condition", "policyData", "service", "auditLogConfigs"})
# What a format calls otherwise than the type.
_ALSO = {
    "host_project": "hostProject",
    "organization": "orgId",
    "organizationId": "orgId",
    "peering-network": "network",
    "project-id": "project",
    "projectId": "project",
}
# Where there is none, or where all of one parent would have the same one. What is no property stands for a mark.
_FORMATS = {
    **dict.fromkeys(
        (
            f"gcp:accesscontextmanager/servicePerimeter{kind}Policy:ServicePerimeter{kind}Policy"
            for kind in ("DryRunEgress", "DryRunIngress", "Egress", "Ingress")
        ),
        "{perimeter}/{own}",
    ),
    "gcp:compute/backendBucketSignedUrlKey:BackendBucketSignedUrlKey": (
        "projects/{project}/global/backendBuckets/{backendBucket}/{name}"
    ),
    "gcp:compute/backendServiceSignedUrlKey:BackendServiceSignedUrlKey": (
        "projects/{project}/global/backendServices/{backendService}/{name}"
    ),
    "gcp:folder/organizationPolicy:OrganizationPolicy": "folders/{folder}/constraints/{constraint}",
    "gcp:organizations/iAMCustomRole:IAMCustomRole": "organizations/{orgId}/roles/{roleId}",
    "gcp:serviceaccount/key:Key": "{serviceAccountId}/keys/{name}",
    "gcp:storage/bucket:Bucket": "{name}",
    "gcp:storage/bucketObject:BucketObject": "{bucket}-{name}",
    "gcp:storage/notification:Notification": "{bucket}/notificationConfigs/{notificationId}",
}


def is_grant(type: ResourceType) -> bool:
    """Whether it is a part of another resource's policy, so that declaring it twice is no clash."""
    return bool(_GRANT.search(type.token))


def format_of(type: ResourceType) -> str | None:
    """The id's format with the type's own names for properties; None where nobody knows one."""
    known = {**type.inputs, **type.outputs}

    found = _FORMATS.get(type.token, type.id_format)
    if found is None:
        return None
    # The last one names the resource itself, whatever the format calls it.
    last = [each for each in _PROPERTY.findall(found) if "name" in known and "{name}" not in found][-1:]

    def named(match: re.Match[str]) -> str:
        also = _ALSO.get(match[1], match[1])
        stem = also.removesuffix("Id").removesuffix("Name")
        name = next((each for each in (match[1], also, stem, f"{stem}Id") if each in known), also)
        return f"{{{name if name in known or match[1] not in last else 'name'}}}"

    return _PROPERTY.sub(named, found)


def properties(type: ResourceType) -> tuple[str, ...]:
    """What its id is made of, in order."""
    return tuple(_PROPERTY.findall(format_of(type) or ""))


def fill(type: ResourceType, values: Values, otherwise: str) -> str:
    """The id of a resource with these properties; `otherwise` stands for what is not among them."""
    text = format_of(type)
    if is_grant(type):
        return "/".join(filter(None, [_parent(type, text, values), *_granted(values)])) or otherwise
    if text is None:
        return f"{type.token.rpartition(':')[2]}/{otherwise}"
    return _filled(text, values, otherwise)


def holder(type: ResourceType, values: Values) -> str:
    """The resource whose policy a grant is a part of."""
    return _parent(type, format_of(type), values)


def locate(type: ResourceType, id: str) -> dict[str, str] | None:
    """The properties in an id; None when it does not have the type's form.

    The last properties alone will do, without the collections' names, as in Google's import formats.
    """
    text = format_of(type)
    if text is None or is_grant(type):
        return None
    names = list(properties(type))
    parts = re.split(r"\{\w+\}", text)
    pattern = "".join(
        re.escape(part) + (f"(?P<p{at}>{'.+' if len(names) == 1 else '[^/]+'})" if at < len(names) else "")
        for at, part in enumerate(parts)
    )
    if whole := re.fullmatch(pattern, id):
        return {name: whole[f"p{at}"] for at, name in enumerate(names)}
    given = id.split("/")
    if len(given) > len(names) or not set(given).isdisjoint(text.split("/")):
        return None
    return dict(zip(names[-len(given) :], given, strict=True))


def _filled(text: str, values: Values, otherwise: str) -> str:
    def value(found: re.Match[str]) -> str:
        given = values.get(found[1])
        if given is None:
            return otherwise
        # A reference may be a whole name or a link; in an id its last segment stands below its own collection.
        inside = found.start() > 0 and text[found.start() - 1] == "/"
        return str(given).rpartition("/")[2] if inside and found[1] != "name" else str(given)

    return _PROPERTY.sub(value, text)


def _parent(type: ResourceType, text: str | None, values: Values) -> str:
    """The resource whose policy it is."""
    if text is not None and all(values.get(name) is not None for name in _PROPERTY.findall(text)):
        return _filled(text, values, "")
    own = sorted(type.inputs.keys() & type.replace & values.keys() - _NOT_OF_PARENTS)
    return "/".join(str(values[name]) for name in own if values[name])


def _granted(values: Values) -> list[str]:
    title = values["condition"].get("title") if isinstance(values.get("condition"), Mapping) else None
    found = [values.get(name) for name in _OF_GRANTS] + [title]
    return [str(each) for each in found if each]
