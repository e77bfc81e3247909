"""A rule asked about one made-up resource."""

from typing import Any

from hearth.guards import RULES
from hearth.guards.declared import Declared, Intent, Path, Unclear, Violation, format_path

DIGEST = "us-docker.pkg.dev/p/web/web@sha256:" + "a" * 64
SERVICE = "gcp:cloudrunv2/service:Service"
JOB = "gcp:cloudrunv2/job:Job"
# Of no provider's that the catalog knows.
OTHER = "acme:things/box:Box"


def service(**container: Any) -> dict[str, Any]:
    return {"template": {"containers": [{"image": DIGEST, **container}]}}


def answers(
    rule: str,
    type: str,
    inputs: dict[str, Any],
    *,
    protect: bool = False,
    secrets: frozenset[Path] = frozenset(),
    production: bool = True,
    public_access: str = "iam",
    auth: str = "firebase",
) -> list[Violation | Unclear]:
    declared = Declared(type=type, name="one", inputs=inputs, protect=protect, secrets=secrets)
    intent = Intent(production=production, public_access=public_access, auth=auth, service="web")
    return list(RULES[rule](declared, intent))


def said(rule: str, type: str, inputs: dict[str, Any], **about: Any) -> str:
    """What a rule says of a resource; empty when it lets it pass."""
    found = [each for each in answers(rule, type, inputs, **about) if isinstance(each, Violation)]
    assert all(each.what and each.why and each.fix for each in found)
    return " | ".join(each.what for each in found)


def unclear(rule: str, type: str, inputs: dict[str, Any], **about: Any) -> set[str]:
    """Where a rule cannot tell."""
    return {format_path(each.path) for each in answers(rule, type, inputs, **about) if isinstance(each, Unclear)}
