"""The stand-in's configuration: which project and region, and where the local cloud listens."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from hearth.catalog.apis import APIS, RESOURCE_MANAGER
from hearth.localcloud.kept.api import KEPT
from hearth.plugin.kinds import UNKNOWN, Failure, ProviderError, Values

# Where Google's provider looks when the stack does not say (provider reference, "Full Reference").
_PROJECT_VARIABLES = ("GOOGLE_PROJECT", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT")
_REGION_VARIABLES = ("GOOGLE_REGION", "GCLOUD_REGION", "CLOUDSDK_COMPUTE_REGION")
_ZONE_VARIABLES = ("GOOGLE_ZONE", "GCLOUD_ZONE", "CLOUDSDK_COMPUTE_ZONE")

_HONOURED = frozenset({"project", "region", "zone", "addPulumiAttributionLabel", "defaultLabels"})
# Who calls, who pays, how patiently: nothing that makes a difference on loopback.
_WITHOUT_EFFECT = frozenset(
    {
        "accessToken",
        "batching",
        "billingProject",
        "credentials",
        "disableGlobalProjectWarning",
        "disableGooglePartnerName",
        "externalCredentials",
        "googlePartnerName",
        "impersonateServiceAccount",
        "impersonateServiceAccountDelegates",
        "pollInterval",
        "requestReason",
        "requestTimeout",
        "scopes",
        "skipRegionValidation",
        "userProjectOverride",
    }
)
KNOWN = (_HONOURED, _WITHOUT_EFFECT)
"""What a stack may set of the provider: what counts here, and what makes no difference."""
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, kw_only=True)
class ProviderSettings:
    """What resources take from the provider where they do not say it themselves."""

    project: str | None = None
    region: str | None = None
    zone: str | None = None
    attribution_label: bool = True
    default_labels: Mapping[str, str] = field(default_factory=dict)


def faults(config: Values) -> list[Failure]:
    """Settings that would be ignored here although they change what Google's provider does, or that nobody knows."""
    known = frozenset().union(*KNOWN)
    return [
        Failure(
            key,
            f"the local cloud's stand-in for the gcp provider does not know this setting, so gcp:{key} is refused "
            f"rather than ignored. It knows {', '.join(sorted(known))}. Remove it from the local stack's file.",
        )
        for key in sorted(set(config) - known)
    ]


def read(config: Values, environ: Mapping[str, str]) -> ProviderSettings:
    """Settings from the stack's configuration, then the environment, as Google's provider looks for them.

    Raises ProviderError for a value of the wrong kind.
    """
    return ProviderSettings(
        project=_text(config, "project") or _first(environ, _PROJECT_VARIABLES),
        region=_text(config, "region") or _first(environ, _REGION_VARIABLES),
        zone=_text(config, "zone") or _first(environ, _ZONE_VARIABLES),
        attribution_label=_flag(config, "addPulumiAttributionLabel", default=True),
        default_labels=_texts(config, "defaultLabels"),
    )


def endpoints(environ: Mapping[str, str]) -> dict[str, str]:
    """Base URL of each API, by the API's name. Raises ProviderError unless all are set and on loopback.

    All or nothing: with one missing, that one request would go to Google.
    """
    unset = sorted(api.variable for api in APIS if not environ.get(api.variable))
    if unset:
        raise ProviderError(
            "The local cloud's stand-in for the gcp provider does not know where the local cloud is, because "
            f"these variables are not set: {', '.join(unset)}. "
            'Run `eval "$(make env)"` in this shell, or use `make up`.'
        )
    bases = {api.name: environ[api.variable] for api in APIS}
    abroad = {api.variable: bases[api.name] for api in APIS if urlsplit(bases[api.name]).hostname not in _LOOPBACK}
    if abroad:
        raise ProviderError(
            f"The local cloud's stand-in for the gcp provider calls this machine only, but {_list(abroad)}. "
            'Run `eval "$(make env)"` to point them to the local cloud; to deploy to Google Cloud, use a PULUMI_HOME '
            "without this stand-in."
        )
    parts = urlsplit(bases[RESOURCE_MANAGER.name])
    # No client of Google's has an API of that name, and so no variable for it.
    bases[KEPT.name] = KEPT.local(f"{parts.scheme}://{parts.netloc}")
    return {name: base.rstrip("/") + "/" for name, base in bases.items()}


def _text(config: Values, key: str) -> str | None:
    value = config.get(key)
    if value is None or isinstance(value, str):
        return value or None
    raise ProviderError(f"gcp:{key} is {value!r}, but has to be a text.")


def _flag(config: Values, key: str, *, default: bool) -> bool:
    # The engine passes configuration on as text.
    value: Any = config.get(key, default)
    flags = {True: True, False: False, "true": True, "false": False}
    if value is UNKNOWN or value not in flags:
        raise ProviderError(f"gcp:{key} is {value!r}, but has to be true or false.")
    return flags[value]


def _texts(config: Values, key: str) -> dict[str, str]:
    # Whatever is no text of its own, the engine passes on as JSON.
    value: Any = config.get(key) or {}
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        found = None
    if not isinstance(found, Mapping) or not all(isinstance(each, str) for each in found.values()):
        raise ProviderError(f"gcp:{key} is {value!r}, but has to be a map of texts.")
    return dict(found)


def _first(environ: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((environ[name] for name in names if environ.get(name)), None)


def _list(variables: Mapping[str, str]) -> str:
    return ", ".join(f"{name} is {value}" for name, value in sorted(variables.items()))
