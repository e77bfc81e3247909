"""What an API refused, for the reader and for the code that acts on it (AIP-193, "Errors")."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from hearth.plugin.kinds import ProviderError

# Not every API sends the machine-readable reason along.
_DISABLED = re.compile(r"has not been used in project .* before or it is disabled|SERVICE_DISABLED")

# By the words that Google says them with (google-github-actions/deploy-cloudrun 480; GoogleCloudPlatform/esp-v2 148).
_BY_WORDS = {
    "cannot run builds in this region": (
        "A new project may have quota for builds in few regions: choose another by the input `buildRegion` "
        "(`pulumi config set app:buildRegion us-central1`)."
    ),
    "constraints/gcp.resourceLocations": (
        "An organization policy limits locations: docs/deploying.md, 7, has the settings that name one."
    ),
}


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """What the answer said."""

    code: int
    """HTTP status."""
    status: str
    """Google's name of it, such as PERMISSION_DENIED."""
    message: str
    reason: str = ""
    """Of the google.rpc.ErrorInfo, such as SERVICE_DISABLED; empty when there is none."""

    @property
    def disabled(self) -> bool:
        """Whether the API is not enabled in the project, or not yet everywhere."""
        named = self.reason == "SERVICE_DISABLED" or bool(_DISABLED.search(self.message))
        return self.code == HTTPStatus.FORBIDDEN and named


class ApiError(ProviderError):
    """An answer that is no success; `what` says what was being done (`start the build`)."""

    def __init__(self, what: str, refusal: Refusal, fix: str = "") -> None:
        text = f"Could not {what}: {refusal.message} ({refusal.code} {refusal.status})."
        super().__init__(f"{text} {fix}" if fix else text)
        self.refusal = refusal

    @property
    def missing(self) -> bool:
        return self.refusal.code == HTTPStatus.NOT_FOUND

    @property
    def definite(self) -> bool:
        """Whether it is a no; above, the call may have been carried out all the same (RFC 9110, section 15.6)."""
        return self.refusal.code < HTTPStatus.INTERNAL_SERVER_ERROR

    @property
    def denied(self) -> bool:
        """Whether a grant is missing, or has not taken yet."""
        return self.refusal.code == HTTPStatus.FORBIDDEN and not self.refusal.disabled


class NoAnswer(ProviderError):
    """The connection broke, or time ran out: nobody knows whether the call was carried out."""


def api_error(what: str, code: int, body: object, *, api: str, project: str) -> ApiError:
    """The error for an answer; `body` is its decoded JSON, or its text where it is none."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        text = " ".join(body.split())[:300] if isinstance(body, str) else ""
        return ApiError(what, Refusal(code=code, status="HTTP error", message=text or f"{api} gave no reason"))
    refusal = Refusal(
        code=code,
        status=str(error.get("status") or "HTTP error"),
        message=str(error.get("message") or "no message").rstrip("."),
        reason=_reason(error),
    )
    return ApiError(what, refusal, _fix(refusal, api=api, project=project))


def _reason(error: Mapping[str, Any]) -> str:
    details = error.get("details")
    for detail in details if isinstance(details, list) else []:
        if isinstance(detail, Mapping) and detail.get("reason"):
            return str(detail["reason"])
    return ""


def _fix(refusal: Refusal, *, api: str, project: str) -> str:
    if refusal.disabled:
        return f"Enable it with `gcloud services enable {api} --project={project}`, wait a minute, and run again."
    if refusal.reason == "USER_PROJECT_DENIED":
        return (
            f"The quota project of the calls is {project!r}: grant yourself "
            "roles/serviceusage.serviceUsageConsumer there, or correct the project id."
        )
    for words, fix in _BY_WORDS.items():
        if words in refusal.message:
            return fix
    fixes: dict[int, str] = {
        HTTPStatus.UNAUTHORIZED: (
            "Log in again with `gcloud auth application-default login`, or renew GOOGLE_OAUTH_ACCESS_TOKEN."
        ),
        HTTPStatus.FORBIDDEN: (
            "docs/deploying.md lists the roles that the deploying account needs; a new grant takes effect after some "
            "minutes."
        ),
        HTTPStatus.TOO_MANY_REQUESTS: f"The quota of {project!r} is used up: run again in a minute.",
    }
    return fixes.get(refusal.code, "")
