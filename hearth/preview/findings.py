"""What a reviewer must not overlook, called out by name: exposure, roles, protection, cost, images, site files."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flask_hearth.staticfiles import names
from hearth.guards.basic_role import BASIC
from hearth.guards.public import EVERYBODY
from hearth.preview import at_stake
from hearth.preview.changes import Change
from hearth.preview.values import MISSING, UNKNOWN, at, is_unknown, written

_GRANT = re.compile(r"I[Aa][Mm](Member|Binding)$")
_SERVICE = "gcp:cloudrunv2/service:Service"
_EXPOSING = {
    "gcp:storage/bucket:Bucket": ("publicAccessPrevention", "uniformBucketLevelAccess"),
    _SERVICE: ("invokerIamDisabled", "ingress", "defaultUriDisabled"),
    "gcp:sql/databaseInstance:DatabaseInstance": ("settings.ipConfiguration",),
}
_COST = re.compile(
    r"(^|\.)(minInstanceCount|maxInstanceCount|cpuIdle|startupCpuBoost|resources\.limits\.(cpu|memory)"
    r"|settings\.(tier|availabilityType|diskSize|activationPolicy))$"
)
_IMAGE = re.compile(r"(^|\.)containers\[\d+\]\.image$")
_ACCOUNT = re.compile(r"(^|\.)serviceAccount(Email|Name)?(\.email)?$")
_PROVIDER = "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider"
# By these a stranger's token becomes an identity of the project, or does not.
_BELIEVING = ("attributeCondition", "attributeMapping", "oidc.issuerUri")
_RELEASE = "hearth:hosting:SiteRelease"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing: which resource, what about it, from what to what."""

    title: str
    what: str
    old: str = ""
    new: str = ""


@dataclass(frozen=True, kw_only=True)
class Files:
    """Paths of a site's files."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


def exposure(change: Change) -> Iterator[Finding]:
    """Who from outside may reach it."""
    if _is_grant(change) and _public(change.old) != _public(change.new):
        old, new = _public(change.old), _public(change.new)
        what = "public access granted" if new and not old else "public access removed" if not new else "public access"
        yield Finding(title=change.title, what=what, old=old or "nobody", new=new or "nobody")
    # A new service with the usual values is not more open than one that was not there; its grants are told above.
    usual = {"invokerIamDisabled": "false", "defaultUriDisabled": "false", "ingress": "INGRESS_TRAFFIC_ALL"}
    for path in _EXPOSING.get(change.type, ()):
        old, new = (written(each, path) for each in (change.old, change.new))
        if change.op == "delete" or old == new or (change.op == "create" and new in {MISSING, usual.get(path)}):
            continue
        what = "anyone may call it, without asking IAM" if (path, new) == ("invokerIamDisabled", "true") else ""
        yield _property(change, path, what)


def roles(change: Change) -> Iterator[Finding]:
    """What identities may do, and as whom a service acts."""
    if _is_grant(change) and not (_public(change.old) or _public(change.new)):
        old, new = _grant(change.old), _grant(change.new)
        if old != new:
            what = "narrowed" if not new else "widened" if not old else "moved"
            basic = ", a basic role" if set(_roles(change)) & set(BASIC) else ""
            yield Finding(title=change.title, what=f"{what}{basic}", old=old or "nothing", new=new or "nothing")
    for each in change.properties:
        if change.op != "create" and _ACCOUNT.search(each.path):
            yield _property(change, each.path, "acts as another identity")
    for path in _BELIEVING if change.type == _PROVIDER and change.op != "delete" else ():
        if written(change.old, path) != written(change.new, path):
            yield _property(change, path, "which tokens are accepted")


def protection(change: Change) -> Iterator[Finding]:
    """Protection that is taken away."""
    for name in at_stake.lifted(change):
        yield Finding(title=change.title, what=f"{name} removed", old="on", new="off")


def cost(change: Change) -> Iterator[Finding]:
    """What a running instance costs, and how many there may be."""
    for each in change.properties:
        if change.op != "create" and _COST.search(each.path):
            yield _property(change, each.path)


def images(change: Change) -> Iterator[Finding]:
    """Containers that run something else."""
    for each in change.properties:
        if change.op != "create" and _IMAGE.search(each.path):
            new = "built from the head's files" if each.new == UNKNOWN else each.new
            yield Finding(title=change.title, what=each.path.rpartition(".")[2], old=each.old, new=new)


def files(change: Change) -> Files | None:
    """What the site would serve otherwise; None when it is no site's release, or serves the same.

    A file and its name by content are one: the second comes and goes with each change of the first.
    """
    if change.type != _RELEASE:
        return None
    old, new = (at(inputs, "files", {}) for inputs in (change.old, change.new))
    if is_unknown(new):
        return None
    old, new = (
        {path: digest for path, digest in each.items() if each.get(names.remove_digest(path)) != digest}
        for each in (old, new)
    )
    if old == new:
        return None
    return Files(
        added=tuple(sorted(new.keys() - old.keys())),
        changed=tuple(sorted(path for path in old.keys() & new.keys() if old[path] != new[path])),
        removed=tuple(sorted(old.keys() - new.keys())),
    )


def _property(change: Change, path: str, what: str = "") -> Finding:
    return Finding(
        title=change.title,
        what=f"{path} ({what})" if what else path,
        old=written(change.old, path),
        new=written(change.new, path),
    )


def _is_grant(change: Change) -> bool:
    return bool(_GRANT.search(change.type))


def _members(inputs: object) -> list[str]:
    many = at(inputs, "members", [])
    return [each for each in [at(inputs, "member"), *(many if isinstance(many, list) else [])] if each]


def _public(inputs: object) -> str:
    """Who of the public has the grant, with its role; empty when nobody."""
    found = sorted(set(EVERYBODY) & set(_members(inputs)))
    return f"{', '.join(found)} as {at(inputs, 'role')}" if found else ""


def _grant(inputs: object) -> str:
    """`ROLE for MEMBERS`; empty for no grant."""
    members = [UNKNOWN if is_unknown(each) else each for each in _members(inputs)]
    return f"{written(inputs, 'role')} for {', '.join(sorted(members))}" if members else ""


def _roles(change: Change) -> list[str]:
    return [str(at(inputs, "role")) for inputs in (change.old, change.new)]
