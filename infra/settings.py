"""Every key of a stack's configuration, with its type and default, as one frozen object.

Keys live in the namespace `app`, apart from the project's name, which users change, and from every provider's name:
a provider named like a namespace would receive all of its keys. Stacks differ by these values only; nothing in infra/
asks for a stack's name. Reading and checking them is `infra.configuration`'s, rules on several at once are in
`infra.rules`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from hearth.guards.declared import Intent
from hearth.project import NAMESPACE
from infra.rules import names

PublicAccess = Literal["iam", "invoker-check-off", "private"]
Auth = Literal["none", "firebase"]
Database = Literal["firestore", "postgres", "sqlite"]


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
    auth: Annotated[Auth, Why("the service checks the users of Firebase Authentication, or nobody")] = "none"
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
    database: Annotated[Database, Why("the service has a store for each of these")] = "firestore"
    firestore_location: str = "us-central1"
    firestore_database: str = "(default)"
    point_in_time_recovery: Annotated[bool, Why("true or false")] = True
    database_pool_size: Annotated[
        int, Field(ge=1, le=100), Why("Cloud Run lets an instance open 100 connections to Cloud SQL")
    ] = 5
    database_pool_wait_seconds: Annotated[
        int, Field(ge=1, le=30), Why("clients give up a request that waits longer")
    ] = 2
    database_password_rotation: Annotated[
        str, Field(min_length=1, max_length=64), Why("any text; another one makes a new password")
    ] = "1"  # noqa: S105 - says when the password was made, not what it is
    postgres_version: Annotated[Literal["17", "18"], Why("these are the versions the service is made for")] = "17"
    postgres_tier: str = "db-custom-1-3840"
    postgres_high_availability: Annotated[bool, Why("true or false")] = False
    postgres_disk_limit_gigabytes: Annotated[
        int, Field(ge=10, le=65536), Why("a disk begins with 10 GB, and Cloud SQL has none above 64 TB")
    ] = 100
    postgres_query_insights: Annotated[bool, Why("true or false")] = True
    postgres_maintenance_day: Annotated[int, Field(ge=1, le=7), Why("1 is Monday, 7 is Sunday")] = 7
    postgres_maintenance_hour: Annotated[int, Field(ge=0, le=23), Why("an hour of the day, in UTC")] = 3
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
    file_max_age_seconds: Annotated[
        int, Field(ge=0, le=31536000), Why("a browser keeps nothing for longer than a year")
    ] = 3600
    writes_per_minute: Annotated[int, Field(ge=0, le=100_000), Why("0 is no limit")] = 60
    trusted_hops: Annotated[int, Field(ge=0, le=10), Why("each proxy in front of the service is one")] = 2
    delivery_repository: str = ""
    delivery_repository_id: str = ""
    delivery_branch: str = "main"
    delivery_environment: str = "prod"
    delivery_pool: str = "1"
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
            auth=self.auth,
            service=self.names.service,
        )


def keys() -> list[str]:
    """Every `app:` key there is."""
    return [key for key in fields() if key.startswith(f"{NAMESPACE}:")]


def fields() -> dict[str, Any]:
    """The model's field of each key."""
    return {str(field.alias): field for field in Settings.model_fields.values()}
