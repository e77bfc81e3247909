"""The types as Pulumi's schema declares them; `pulumi import` reads it to write a resource's declaration.

(Pulumi, "Pulumi Package Schema".) Only names and types; what values may be, the kinds check.
"""

from collections.abc import Mapping
from typing import Any

from hearth.provider.alternating_value import AlternatingValue
from hearth.provider.image import Image
from hearth.provider.job_execution import JobExecution
from hearth.provider.key_version import KeyVersion
from hearth.provider.public_grant import PublicGrant
from hearth.provider.random_key import RandomKey
from hearth.provider.settled import Settled
from hearth.provider.site_release import SiteRelease

_TEXT = {"type": "string"}
_WHOLE = {"type": "integer"}
_SECRET_TEXT = {"type": "string", "secret": True}
_TEXTS = {"type": "array", "items": _TEXT}
_TEXT_MAP = {"type": "object", "additionalProperties": _TEXT}
_ANY_MAP = {"type": "object", "additionalProperties": {"$ref": "pulumi.json#/Any"}}


def _resource(
    description: str,
    required: Mapping[str, Any],
    optional: Mapping[str, Any],
    computed: Mapping[str, Any],
) -> Mapping[str, Any]:
    inputs = {**required, **optional}
    return {
        "description": description,
        "inputProperties": inputs,
        "requiredInputs": sorted(required),
        "properties": {**inputs, **computed},
        "required": sorted({*required, *computed}),
    }


RESOURCES: Mapping[str, Any] = {
    Image.token: _resource(
        "A container image built from the checkout's files, or copied from another repository.",
        required=dict.fromkeys(("project", "region", "repository", "name", "bucket", "serviceAccount"), _TEXT),
        optional={
            "buildRegion": _TEXT,
            "context": _TEXT,
            "dockerfile": _TEXT,
            "timeoutSeconds": _WHOLE,
            "contentHash": _TEXT,
            "copyOf": _TEXT,
        },
        computed={"ref": _TEXT, "digest": _TEXT},
    ),
    JobExecution.token: _resource(
        "A successful execution of a Cloud Run job as declared.",
        required=dict.fromkeys(("project", "region", "job", "image", "template"), _TEXT),
        optional={},
        computed={"execution": _TEXT, "completed": _TEXT},
    ),
    Settled.token: _resource(
        "The point at which APIs and grants have taken effect.",
        required={"project": _TEXT, "region": _TEXT},
        optional={"apis": _TEXTS, "grants": _TEXTS, "settleSeconds": _WHOLE, "neededBy": _TEXTS},
        computed={"attempt": _WHOLE},
    ),
    PublicGrant.token: _resource(
        "Everybody's right to call a Cloud Run service, made before the service asks for it.",
        required=dict.fromkeys(("project", "region", "service"), _TEXT),
        optional={"settleSeconds": _WHOLE},
        computed={},
    ),
    RandomKey.token: _resource(
        "A random key that stays the same until its rotation input changes.",
        required={},
        optional={"bytes": _WHOLE, "rotation": _TEXT},
        computed=dict.fromkeys(("value", "previous"), _SECRET_TEXT),
    ),
    KeyVersion.token: _resource(
        "A version of a secret in Secret Manager that holds a random key.",
        required={"project": _TEXT, "secret": _TEXT},
        optional={"bytes": _WHOLE, "rotation": _TEXT, "follows": _TEXT},
        computed={"version": _TEXT},
    ),
    AlternatingValue.token: _resource(
        "The current and the previous value of a secret, in two alternating places.",
        required={"value": _SECRET_TEXT},
        optional={},
        computed={"first": _SECRET_TEXT, "second": _SECRET_TEXT, "current": _TEXT},
    ),
    SiteRelease.token: _resource(
        "Files and configuration released on a channel of a Hosting site.",
        required={"project": _TEXT, "site": _TEXT},
        optional={
            "channel": _TEXT,
            "public": _TEXT,
            "files": _TEXT_MAP,
            "config": _ANY_MAP,
            "caching": _TEXT_MAP,
            "service": _TEXT_MAP,
            "message": _TEXT,
        },
        computed={"version": _TEXT, "release": _TEXT, "url": _TEXT},
    ),
}
