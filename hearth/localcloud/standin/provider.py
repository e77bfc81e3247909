"""The provider `gcp`, played: its version, its configuration, its types."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import Any, Final

from hearth.catalog import types
from hearth.catalog.package_schema import package
from hearth.catalog.types import ResourceType
from hearth.localcloud.kept.api import KEPT
from hearth.localcloud.standin import cloud_sql, functions, rows, secret_version, service_identity, settings
from hearth.localcloud.standin.account import AccountKind
from hearth.localcloud.standin.authoritative import BindingKind, PolicyKind
from hearth.localcloud.standin.bucket import BucketKind
from hearth.localcloud.standin.client import Client
from hearth.localcloud.standin.firebase import FirebaseProjectKind, HostingSiteKind
from hearth.localcloud.standin.firestore_field import FirestoreFieldKind
from hearth.localcloud.standin.grants import GRANTS, Grant
from hearth.localcloud.standin.kept import DeclaredKept, DroppedKind, KeptKind
from hearth.localcloud.standin.kind import Cloud, GcpKind
from hearth.localcloud.standin.member import MemberKind
from hearth.localcloud.standin.project_service import ProjectServiceKind
from hearth.localcloud.standin.resource import RestKind
from hearth.localcloud.standin.row import Row
from hearth.localcloud.standin.sign_in import ApiKeyKind, IdentityConfigKind
from hearth.plugin.kinds import CheckResult, Provider, ProviderError, Values

Maker = Callable[[ResourceType, Cloud], GcpKind]


def _acted_upon(type_: ResourceType, cloud: Cloud) -> GcpKind:
    """Kept as others are, and no mere record: `hearth.localcloud.calls` acts upon it."""
    return KeptKind(type_, cloud, DeclaredKept())


def _resource(row: Row, kind: type[RestKind] = RestKind) -> Maker:
    return lambda type_, cloud: kind(type_, row, cloud)


def _grants(grant: Grant) -> Iterator[tuple[str, Maker]]:
    """The three ways in which a policy is written: by one member, all members of a role, or as a whole."""
    for name, kind in (("Member", MemberKind), ("Binding", BindingKind), ("Policy", PolicyKind)):
        yield grant.type.replace("Member", name), _grant(grant, kind)


def _grant(grant: Grant, kind: type[MemberKind]) -> Maker:
    return lambda type_, cloud: kind(type_, grant, cloud)


MAKERS: Final[Mapping[str, Maker]] = {
    cloud_sql.DATABASE.type: _resource(cloud_sql.DATABASE, cloud_sql.SqlKind),
    cloud_sql.INSTANCE.type: _resource(cloud_sql.INSTANCE, cloud_sql.SqlInstanceKind),
    cloud_sql.USER.type: _resource(cloud_sql.USER, cloud_sql.SqlUserKind),
    rows.ACCOUNT.type: _resource(rows.ACCOUNT, AccountKind),
    rows.API_KEY.type: _resource(rows.API_KEY, ApiKeyKind),
    rows.BUCKET.type: _resource(rows.BUCKET, BucketKind),
    rows.CUSTOM_DOMAIN.type: _resource(rows.CUSTOM_DOMAIN),
    rows.DATABASE.type: _resource(rows.DATABASE),
    rows.FIELD.type: _resource(rows.FIELD, FirestoreFieldKind),
    rows.FIREBASE_PROJECT.type: _resource(rows.FIREBASE_PROJECT, FirebaseProjectKind),
    rows.HOSTING_SITE.type: _resource(rows.HOSTING_SITE, HostingSiteKind),
    rows.IDENTITY_POOL.type: _resource(rows.IDENTITY_POOL),
    rows.IDENTITY_PROVIDER.type: _resource(rows.IDENTITY_PROVIDER),
    rows.IDENTITY_CONFIG.type: _resource(rows.IDENTITY_CONFIG, IdentityConfigKind),
    rows.PROJECT_SERVICE.type: _resource(rows.PROJECT_SERVICE, ProjectServiceKind),
    rows.REPOSITORY.type: _resource(rows.REPOSITORY),
    rows.RUN_JOB.type: _resource(rows.RUN_JOB),
    rows.RUN_SERVICE.type: _resource(rows.RUN_SERVICE),
    rows.SECRET.type: _resource(rows.SECRET),
    "gcp:cloudscheduler/job:Job": _acted_upon,
    "gcp:cloudtasks/queue:Queue": _acted_upon,
    "gcp:eventarc/trigger:Trigger": _acted_upon,
    secret_version.TOKEN: secret_version.SecretVersionKind,
    service_identity.TOKEN: service_identity.ServiceIdentityKind,
    **{token: maker for grant in GRANTS for token, maker in _grants(grant)},
}
"""How each type that is played is; all others are kept."""


class StandIn(Provider):
    """Takes its endpoints from `environ`, which is the process's."""

    name = "gcp"
    # What the program asks the engine for is the version of the SDK it was written with.
    version = version("pulumi-gcp")
    takes_assets = True

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._cloud: Cloud | None = None
        self._kept = DeclaredKept()

    def check_config(self, config: Values) -> CheckResult:
        return CheckResult(config, settings.faults(config))

    def configure(self, config: Values) -> None:
        self._cloud = Cloud(self._client(), settings.read(config, self._environ))

    def schema(self) -> Mapping[str, Any]:
        # What can have been imported: all that is played, and of what is kept the types that are there.
        tokens = {*MAKERS, *(each["type"] for each in self._client().get(KEPT, "records")["records"])}
        return package(found for token in sorted(tokens) if (found := types.get(token)))

    def _client(self) -> Client:
        return Client(settings.endpoints(self._environ), self._environ.get("GOOGLE_OAUTH_ACCESS_TOKEN") or "local")

    def invoke(self, token: str, arguments: Values) -> Values:
        if self._cloud is None:
            raise ProviderError("The provider gcp was used before it was configured.")
        return functions.invoke(token, arguments, self._cloud.settings, self.kind)

    def kind(self, token: str) -> GcpKind:
        type_ = types.get(token)
        if self._cloud is None:
            raise ProviderError("The provider gcp was used before it was configured.")
        if type_ is None:
            return DroppedKind(token, self._cloud)
        if token not in MAKERS:
            return KeptKind(type_, self._cloud, self._kept)
        return MAKERS[token](type_, self._cloud)

    def final_warnings(self) -> Sequence[str]:
        words = [] if self._cloud is None else list(self._cloud.grants.warnings())
        # A preview of two revisions has a section for what is kept.
        told = None if self._environ.get("HEARTH_RECORDS_ONLY") else self._kept.warnings()
        return [*words, *([told] if told else [])]
