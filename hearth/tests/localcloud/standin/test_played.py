"""Types that are played, through their lives on a cloud of records: nothing is left of a change but the change.

What each does beyond that, and what it answers, is tested where it is played.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hearth.catalog import ids, shapes
from hearth.catalog.apis import local_endpoints
from hearth.localcloud.recorded import parts
from hearth.localcloud.standin.kept import KeptKind
from hearth.localcloud.standin.provider import MAKERS, StandIn
from hearth.plugin.kinds import Context, Secret, Values
from hearth.plugin.values import decode, encode
from hearth.tests.localcloud.running import LocalCloud, in_thread

PROJECT, REGION = "acme-prod", "us-central1"
TEMPLATE = {"containers": [{"image": f"us-docker.pkg.dev/x/y/z@sha256:{'0' * 64}"}]}
SERVER = "gcp:sql/databaseInstance:DatabaseInstance"
POOL = "gcp:iam/workloadIdentityPool:WorkloadIdentityPool"
REPOSITORY = "gcp:artifactregistry/repository:Repository"
SERVER_INPUTS = {
    "name": "server",
    "databaseVersion": "POSTGRES_16",
    "region": REGION,
    "deletionProtection": False,
    "settings": {"tier": "db-f1-micro"},
}
LIVES: list[tuple[str, Values, list[Values]]] = [
    (REPOSITORY, {"repositoryId": "r", "format": "DOCKER"}, [{"description": "a"}, {"labels": {"a": "1"}}]),
    (
        "gcp:cloudrunv2/job:Job",
        {"name": "j", "location": REGION, "deletionProtection": False, "template": {"template": TEMPLATE}},
        [{"labels": {"a": "1"}}, {"template": {"taskCount": 2, "template": TEMPLATE}}],
    ),
    (
        "gcp:cloudrunv2/service:Service",
        {"name": "s", "location": REGION, "deletionProtection": False, "template": TEMPLATE},
        [{"description": "a"}, {"annotations": {"a": "1"}}, {"template": {**TEMPLATE, "timeout": "60s"}}],
    ),
    (POOL, {"workloadIdentityPoolId": "pool-a"}, [{"disabled": True}, {"displayName": "a"}]),
    (
        "gcp:firestore/database:Database",
        {"name": "data", "locationId": REGION, "type": "FIRESTORE_NATIVE", "deletionPolicy": "DELETE"},
        [{"pointInTimeRecoveryEnablement": "POINT_IN_TIME_RECOVERY_ENABLED"}],
    ),
    (
        "gcp:secretmanager/secret:Secret",
        {"secretId": "s", "replication": {"auto": {}}},
        [{"labels": {"a": "1"}}, {"annotations": {"a": "1"}}, {"versionDestroyTtl": "86400s"}],
    ),
    ("gcp:serviceaccount/account:Account", {"accountId": "account-a"}, [{"description": "a"}, {"disabled": True}]),
    ("gcp:storage/bucket:Bucket", {"name": "bucket-aa", "location": "US"}, [{"labels": {"a": "1"}}]),
    (SERVER, SERVER_INPUTS, [{"rootPassword": "hush"}, {"settings": {"tier": "db-g1-small"}}]),
    ("gcp:sql/database:Database", {"name": "d", "instance": "there"}, [{"charset": "LATIN1"}]),
    (
        "gcp:sql/user:User",
        {"name": "u", "instance": "there", "password": "hush"},
        [{"passwordPolicy": {"allowedFailedAttempts": 3}}, {"password": "other"}],
    ),
]
OTHERS: dict[str, Values] = {
    "gcp:firebase/project:Project": {},
    "gcp:firebase/hostingSite:HostingSite": {"siteId": "site-a"},
    "gcp:firebase/hostingCustomDomain:HostingCustomDomain": {
        "siteId": "site-a",
        "customDomain": "www.example.org",
        "waitDnsVerification": False,
    },
    "gcp:firestore/field:Field": {"collection": "c", "field": "f", "database": "data", "ttlConfig": {}},
    "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": {
        "workloadIdentityPoolId": "pool-a",
        "workloadIdentityPoolProviderId": "github",
        "attributeMapping": {"google.subject": "assertion.sub"},
        "oidc": {"issuerUri": "https://token.example"},
    },
    "gcp:identityplatform/config:Config": {},
    "gcp:projects/apiKey:ApiKey": {"name": "key", "displayName": "a"},
    "gcp:projects/service:Service": {"service": "logging.googleapis.com"},
    "gcp:projects/serviceIdentity:ServiceIdentity": {"service": "run.googleapis.com"},
    "gcp:secretmanager/secretVersion:SecretVersion": {
        "secret": f"projects/{PROJECT}/secrets/s",
        "secretData": "hush",
    },
}
"""Beside them, in an order in which what a resource stands in comes first."""


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with in_thread(tmp_path_factory.mktemp("played") / "cloud", compose=parts, records_only=True) as found:
        found.enable(PROJECT)
        yield found


EMPTY = {"gcp:secretmanager/secretVersion:SecretVersion": {"project"}}
"""What Google's provider leaves empty."""


@pytest.fixture
def environ(cloud: LocalCloud) -> dict[str, str]:
    return local_endpoints(cloud.origin)


@pytest.fixture
def provider(environ: dict[str, str]) -> StandIn:
    found = StandIn(environ)
    found.configure({"project": PROJECT, "region": REGION})
    return found


@pytest.fixture(scope="module")
def there(cloud: LocalCloud) -> None:
    """The server that databases and users are on."""
    found = StandIn(local_endpoints(cloud.origin))
    found.configure({"project": PROJECT, "region": REGION})
    made = {**SERVER_INPUTS, "name": "there"}
    found.kind(SERVER).create(context(SERVER), made, preview=False)


def context(type_: str) -> Context:
    return Context(urn=f"urn:pulumi:prod::app::{type_}::it")


@pytest.mark.usefixtures("there")
@pytest.mark.parametrize(("type_", "base", "changes"), LIVES, ids=[life[0].rpartition(":")[2] for life in LIVES])
def test_it_comes_up_changes_and_goes(
    stack: Callable[[str], Any], type_: str, base: Values, changes: list[Values]
) -> None:
    one = stack(type_)
    one.up(base)
    assert one.refresh()
    assert one.up(base) == set()
    for change in changes:
        news = {**base, **change}
        assert one.up(news) != set()
        assert one.up(news) == set()
        assert one.refresh()
        assert one.up(news) == set(), "after a refresh"
        one.up(base)
        assert one.refresh()
        assert one.up(base) == set(), "after leaving it out"
    one.delete()
    assert not one.refresh()


def test_every_output_of_the_sdk_is_there_and_of_its_kind(tmp_path: Path) -> None:
    """A program reads it, and would end at what is not."""
    declared = {SERVER: {**SERVER_INPUTS, "name": "there"}} | {each: base for each, base, _ in LIVES if each != SERVER}
    with in_thread(tmp_path / "cloud", compose=parts, records_only=True) as cloud:
        cloud.enable(PROJECT)
        found = StandIn(local_endpoints(cloud.origin))
        found.configure({"project": PROJECT, "region": REGION})
        for token, inputs in (declared | OTHERS).items():
            kind = found.kind(token)
            checked = plain(kind.check(context(token), None, inputs).inputs)
            outputs = plain(kind.create(context(token), checked, preview=False).outputs)

            # Objects that are not there are nothing on Google, too.
            computed = {name: kind.type.inputs[name] for name in kind.type.computed & kind.type.inputs.keys()}
            listed = {name for name, each in computed.items() if shapes.zero(each) is not None}
            missing = (kind.type.outputs.keys() | listed) - outputs.keys()
            assert missing == EMPTY.get(token, set()), token
            shape = {**kind.type.outputs, **kind.type.shape}
            assert [each for each in shapes.faults(shape, outputs, {}) if "and missing" not in each] == [], token
        kinds = [found.kind(token) for token in MAKERS]
    others = {each.token for each in kinds if isinstance(each, KeptKind) or ids.is_grant(each.type)}
    assert (declared | OTHERS).keys() == MAKERS.keys() - others


@pytest.mark.parametrize("type_", [REPOSITORY, "gcp:secretmanager/secret:Secret"])
def test_a_preview_of_an_update_tells_the_labels_that_come(stack: Callable[[str], Any], type_: str) -> None:
    base = next(inputs for each, inputs, _ in LIVES if each == type_)
    one = stack(type_)
    one.up({**base, "labels": {"a": "1", "b": "1"}})
    news = one.check({**base, "labels": {"a": "2"}})

    planned = plain(one.kind.update(one.context, one.id, one.inputs, one.outputs, news, preview=True))
    one.up({**base, "labels": {"a": "2"}})

    names = ("labels", "pulumiLabels", "effectiveLabels")
    assert {name: planned[name] for name in names} == {name: one.outputs[name] for name in names}
    one.delete()


def test_what_the_api_never_answers_is_secret_in_the_state_and_in_no_record(
    provider: StandIn, cloud: LocalCloud
) -> None:
    inputs = {**SERVER_INPUTS, "name": "secretive", "rootPassword": "hush"}
    kind = provider.kind(SERVER)

    made = kind.create(context(SERVER), inputs, preview=False)

    assert isinstance(made.outputs["rootPassword"], Secret)
    assert "hush" not in str(cloud.in_loop(lambda cloud: cloud.store.below("sql")))


def plain(values: Values) -> dict[str, Any]:
    return decode(encode(values))
