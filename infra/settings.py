"""The stack's configuration, read once into one frozen, checked object. Nothing else reads `pulumi.Config`.

Keys live in the namespace `app`, apart from the project's name, which users change, and from every provider's name:
a provider named like a namespace would receive all of its keys. Every key has a default and no key is declared in
Pulumi.yaml, since a missing declared key stops the engine before this program can report all faults together.
Stacks differ by these values only; nothing in infra/ asks for a stack's name.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pulumi.runtime import config as pulumi_config
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from infra.faults import Fault, SettingsError
from infra.guards import RULES
from infra.guards.declared import Intent
from infra.rules import capacity, exceptions, exposure, names, regions, target

NAMESPACE = "app"

PublicAccess = Literal["iam", "invoker-check-off", "private"]


@dataclass(frozen=True)
class Why:
    """What an unusable value of a key would do; shown with the value."""

    text: str


def _camel(field: str) -> str:
    head, *rest = field.split("_")
    return f"{NAMESPACE}:{head}{''.join(word.capitalize() for word in rest)}"


def _from_json(value: object) -> object:
    """Pulumi hands a list or a mapping to the program as JSON text."""
    return json.loads(value) if isinstance(value, str) else value


Strings = Annotated[tuple[str, ...], BeforeValidator(_from_json)]
Reasons = Annotated[Mapping[str, str], BeforeValidator(_from_json)]


class Settings(BaseModel):
    """One stack. Key by key in docs/configuration.md."""

    model_config = ConfigDict(frozen=True, alias_generator=_camel)

    project: Annotated[str, Field(alias="gcp:project")] = ""
    region: Annotated[str, Field(alias="gcp:region")] = "us-central1"
    billing_project: Annotated[str, Field(alias="gcp:billingProject")] = ""

    name: str = "web"
    environment: Annotated[
        Literal["development", "staging", "production"], Why("the service starts with no other APP_ENV")
    ] = "production"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Why("the service starts with no other LOG_LEVEL")
    ] = "info"
    public_access: Annotated[PublicAccess, Why("these are the three ways of the component PublicAccess")] = "iam"
    min_instances: Annotated[int, Field(ge=0), Why("0 lets the service sleep when nobody asks for anything")] = 0
    max_instances: Annotated[int, Field(ge=1), Why("it bounds what a flood of requests can cost")] = 2
    concurrency: Annotated[
        int, Field(ge=1, le=1000), Why("Cloud Run sends an instance 1 to 1000 requests at a time")
    ] = 80
    cpu: Annotated[Decimal, Why("the number of CPUs of an instance, such as 1 or 0.5")] = Decimal(1)
    memory: str = "512Mi"
    request_timeout_seconds: Annotated[
        int,
        Field(ge=1, le=3600),
        Why("Cloud Run allows 1 to 3600 seconds; through Hosting a request ends after 60 in any case"),
    ] = 60
    site_id: str = ""
    custom_domains: Annotated[Strings, Why("a list of domain names")] = ()
    image: str = ""
    image_readers: Annotated[Strings, Why("a list of IAM members or project numbers")] = ()
    keep_images: Annotated[int, Field(ge=1, le=1000), Why("the image that runs is the newest and must stay")] = 10
    rollback_days: Annotated[
        int, Field(ge=1, le=3650), Why("images younger than this stay, however many there are")
    ] = 14
    build_region: Annotated[
        str, Field(pattern=r"^(global|[a-z]+-[a-z]+[0-9]+)$"), Why("a region of Cloud Build, or global")
    ] = "global"
    grant_settle_seconds: Annotated[
        int, Field(ge=0, le=600), Why("a new grant takes minutes to work everywhere; more than ten is a mistake")
    ] = 120
    deletion_protection: Annotated[bool, Why("true or false")] = True
    protect: Annotated[bool, Why("true or false")] = True
    secret_key_rotation: Annotated[
        str, Field(min_length=1, max_length=64), Why("any text; another one makes a new session key")
    ] = "1"  # noqa: S105 - says when the key was made, not what it is
    exceptions: Annotated[Reasons, Why("a reason for each RULE/RESOURCE")] = {}

    @property
    def names(self) -> names.Names:
        """What every cloud resource of this stack is called."""
        return names.derive(name=self.name, project=self.project, site_id=self.site_id)

    @property
    def intent(self) -> Intent:
        """What the guards hold the declared resources against."""
        return Intent(
            production=self.environment == "production",
            public_access=self.public_access,
            service=self.names.service,
        )


def read() -> dict[str, str]:
    """The engine's whole configuration for this stack, by full key. `pulumi.Config` can't list its keys."""
    return {**pulumi_config.get_config_env(), **pulumi_config.CONFIG.get()}


def load(config: Mapping[str, str], environ: Mapping[str, str], *, rewritten: bool) -> Settings:
    """Check everything and return the settings.

    `config` holds texts by full key (`app:name`, `gcp:project`), lists as JSON. `environ` is the shell's environment,
    `rewritten` whether Hosting sends requests to the service. Raises SettingsError with every fault.
    """
    settings, single = _parse(config)
    faulty = {fault.key for fault in single}
    related = [
        fault for fault in _relate(settings, environ, rewritten=rewritten) if not faulty & {fault.key, *fault.also}
    ]
    found = [*_unknown(config), *single, *related]
    if found:
        raise SettingsError(found)
    return settings


def keys() -> list[str]:
    """Every `app:` key there is."""
    return [key for key in _fields() if key.startswith(f"{NAMESPACE}:")]


def _fields() -> dict[str, Any]:
    return {str(field.alias): field for field in Settings.model_fields.values()}


def _unknown(config: Mapping[str, str]) -> Iterator[Fault]:
    known = keys()
    for key, value in config.items():
        if not key.startswith(f"{NAMESPACE}:") or key in known:
            continue
        bare = [each.removeprefix(f"{NAMESPACE}:") for each in known]
        near = get_close_matches(key.removeprefix(f"{NAMESPACE}:"), bare, n=1, cutoff=0.7)
        yield Fault(
            key=key,
            value=value,
            why="no such key, so its value would do nothing",
            fix=f"did you mean {NAMESPACE}:{near[0]}? Else: pulumi config rm {key}"
            if near
            else f"pulumi config rm {key} (docs/configuration.md lists the keys)",
        )


def _parse(config: Mapping[str, str]) -> tuple[Settings, list[Fault]]:
    """Read each key on its own. One that can't be read gets its default, so that the other rules can go on."""
    fields = _fields()
    given = {key: config[key] for key in fields if key in config}
    try:
        return Settings.model_validate(given), []
    except ValidationError as error:
        wrong = {str(each["loc"][0]): each["msg"] for each in error.errors()}
    faults = []
    for key, message in wrong.items():
        reasons = [extra.text for extra in fields[key].metadata if isinstance(extra, Why)]
        default = fields[key].default
        faults.append(
            Fault(
                key=key,
                value=given[key],
                why="; ".join([message.removeprefix("Value error, "), *reasons]),
                fix=f"pulumi config rm {key} takes the default"
                + ("" if default in ("", ()) else f", which is {str(default).lower()}"),
            )
        )
    return Settings.model_validate({key: value for key, value in given.items() if key not in wrong}), faults


def _relate(settings: Settings, environ: Mapping[str, str], *, rewritten: bool) -> Iterator[Fault]:
    yield from names.faults(name=settings.name, project=settings.project, site_id=settings.site_id)
    yield from names.billing_faults(project=settings.project, billing_project=settings.billing_project)
    yield from regions.faults(settings.region)
    yield from target.faults(project=settings.project, environ=environ)
    yield from capacity.faults(
        cpu=settings.cpu,
        memory=settings.memory,
        concurrency=settings.concurrency,
        min_instances=settings.min_instances,
        max_instances=settings.max_instances,
    )
    yield from exposure.faults(
        public_access=settings.public_access,
        rewritten=rewritten,
        custom_domains=settings.custom_domains,
        image=settings.image,
        image_readers=settings.image_readers,
    )
    yield from exceptions.faults(settings.exceptions, rules=RULES)
