"""What a created resource answers: every type of Google's, and in the provider's own form where that follows."""

import re
from typing import Any

import pytest

from hearth.catalog import shapes, types
from hearth.catalog.functions import Place
from hearth.provider.schema import RESOURCES as HEARTH
from hearth.testing.computed import OWN, PROJECT_NUMBER, Answer, created, existing, faults
from hearth.tests.least import least

PLACE = Place(project="shop-1", number=PROJECT_NUMBER, region="europe-west1", zone="europe-west1-b")
NOWHERE = Place(project=None, number=PROJECT_NUMBER)
EVERY = [found for token in types.tokens() if (found := types.get(token))]


def answer(token: str, inputs: dict[str, Any], name: str = "web") -> Answer:
    assert faults(token, name, inputs, PLACE) == []
    return created(token, f"urn:pulumi:s::p::{token}::{name}", inputs, PLACE)


def at(values: Any, path: str) -> Any:
    for step in path.split("."):
        values = values[int(step)] if step.isdigit() else values[step]
    return values


@pytest.mark.parametrize(
    ("token", "inputs", "id_"),
    [
        (
            "cloudrunv2/service:Service",
            {"location": "l", "template": {}},
            r"projects/shop-1/locations/l/services/web-[0-9a-f]{7}",
        ),
        ("pubsub/topic:Topic", {"name": "t", "project": "other"}, "projects/other/topics/t"),
        ("redis/instance:Instance", {"memorySizeGb": 1}, r"projects/shop-1/locations/europe-west1/instances/web-\w{7}"),
        ("compute/instance:Instance", {"name": "vm"}, "projects/shop-1/zones/europe-west1-b/instances/vm"),
        ("storage/bucket:Bucket", {"name": "b", "location": "EU"}, "b"),
        ("storage/bucketIAMMember:BucketIAMMember", {"bucket": "b", "role": "r", "member": "m"}, "b/b/r/m"),
        ("projects/iAMMember:IAMMember", {"project": "p", "role": "r", "member": "m"}, "p/r/m"),
        ("sql/databaseInstance:DatabaseInstance", {"databaseVersion": "POSTGRES_17", "name": "db"}, "db"),
        ("sql/user:User", {"instance": "db", "name": "u"}, "u//db"),
        ("secretmanager/secretVersion:SecretVersion", {"secret": "projects/p/secrets/s"}, r"projects/p/.*/versions/1"),
        ("serviceaccount/account:Account", {"accountId": "a"}, "projects/shop-1/serviceAccounts/a@shop-1.iam.*com"),
        ("monitoring/notificationChannel:NotificationChannel", {"type": "email"}, "projects/shop-1/notificationC.+"),
    ],
)
def test_an_id_is_as_in_the_state(token: str, inputs: dict[str, Any], id_: str) -> None:
    extra: dict[str, Any] = {"settings": {"tier": "t"}} if "databaseInstance" in token else {}
    extra |= {"secretData": "s"} if "secretVersion" in token else {}
    extra |= {"networkInterfaces": [{}], "machineType": "m", "bootDisk": {}} if "compute/instance" in token else {}

    assert re.fullmatch(id_, answer(f"gcp:{token}", inputs | extra).id)


@pytest.mark.parametrize(
    ("token", "inputs", "path", "form"),
    [
        (
            "cloudrunv2/service:Service",
            {"name": "w", "location": "l", "template": {}},
            "uri",
            r"https://w-\d{12}\.l\.run\.app",
        ),
        ("cloudrun/service:Service", {"location": "l"}, "statuses.0.url", r"https://url-\w+\.invalid"),
        ("firebase/hostingSite:HostingSite", {"siteId": "s"}, "defaultUrl", r"https://s\.web\.app"),
        ("serviceaccount/account:Account", {"accountId": "a"}, "email", r"a@shop-1\.iam\.gserviceaccount\.com"),
        ("serviceaccount/account:Account", {"accountId": "a"}, "member", r"serviceAccount:a@shop-1\.iam\..+"),
        (
            "logging/projectSink:ProjectSink",
            {"destination": "d"},
            "writerIdentity",
            r"serviceAccount:\S+@shop-1\.iam.+",
        ),
        (
            "iam/workloadIdentityPool:WorkloadIdentityPool",
            {"workloadIdentityPoolId": "web-ci"},
            "name",
            r"projects/\d+/.+/web-ci",
        ),
        ("storage/bucket:Bucket", {"name": "b", "location": "EU"}, "url", "gs://b"),
        ("storage/bucket:Bucket", {"name": "b", "location": "EU"}, "storageClass", "STANDARD"),
        ("pubsub/topic:Topic", {}, "project", "shop-1"),
        ("pubsub/topic:Topic", {}, "name", r"web-[0-9a-f]{7}"),
        ("pubsub/topic:Topic", {"labels": {"a": "1"}}, "effectiveLabels.a", "1"),
        ("redis/instance:Instance", {"memorySizeGb": 1}, "host", r"198\.1[89]\.\d+\.\d+"),
    ],
)
def test_an_output_has_the_form_of_what_google_answers(
    token: str, inputs: dict[str, Any], path: str, form: str
) -> None:
    assert re.fullmatch(form, at(answer(f"gcp:{token}", inputs).outputs, path))


def test_it_is_the_same_at_each_run_and_another_for_each_resource() -> None:
    token = "gcp:logging/projectSink:ProjectSink"
    first, again, other = (answer(token, {"destination": "d"}, name) for name in ("web", "web", "other"))

    assert first == again
    assert first.id != other.id
    assert first.outputs["writerIdentity"] != other.outputs["writerIdentity"]


def test_every_type_is_answered_in_its_shapes_with_the_least_that_it_takes() -> None:
    for known in EVERY:
        named = {name: known.values[name][0] for name in known.autonames.keys() & known.values.keys()}
        inputs = {**least(known), **named}

        assert faults(known.token, "web", inputs, PLACE) == [], known.token
        found = created(known.token, f"urn:pulumi:s::p::{known.token}::web", inputs, PLACE)

        assert found.id, known.token
        assert "{" not in found.id, known.token
        assert found.outputs.keys() <= known.inputs.keys() | known.outputs_only, known.token
        shown = {name: value for name, value in found.outputs.items() if name in known.inputs}
        # Objects inside of objects are made up to some depth, and there a required one can be missing.
        misshapen = shapes.faults(known.shape, shown, known.values)
        assert [each for each in misshapen if "required, and missing" not in each] == [], known.token


@pytest.mark.parametrize("token", OWN)
def test_no_rule_of_a_types_own_invents_an_output(token: str) -> None:
    known = types.get(token)
    outputs = known.computed | known.outputs_only if known else HEARTH[token]["properties"].keys()

    assert OWN[token].keys() - outputs <= {"id"}


@pytest.mark.parametrize(
    ("token", "inputs", "said"),
    [
        ("gcp:pubsub/topic:Topic", {}, "project: required: set it here, or gcp:project in the stack's configuration"),
        (
            "gcp:redis/instance:Instance",
            {"project": "p", "memorySizeGb": 1},
            "region: required: set it here, or gcp:region in the stack's configuration",
        ),
        ("gcp:serviceaccount/account:Account", {"project": "p"}, "accountId: .* is longer than 30: set it here"),
        ("gcp:pubsub/topik:Topik", {}, "Did you mean gcp:pubsub/topic:Topic"),
        ("hearth:secret:Key", {}, "the provider hearth has no type hearth:secret:Key"),
    ],
)
def test_what_the_provider_would_refuse_is_a_fault(token: str, inputs: dict[str, Any], said: str) -> None:
    (fault,) = faults(token, "the-account-that-runs-it-all", inputs, NOWHERE)

    assert re.search(said, fault)


def test_a_version_stands_where_its_secret_does() -> None:
    inputs = {"secret": "projects/p/secrets/s", "secretData": "s"}

    assert faults("gcp:secretmanager/secretVersion:SecretVersion", "v", inputs, NOWHERE) == []


@pytest.mark.parametrize(
    ("token", "id_", "expected"),
    [
        ("gcp:compute/network:Network", "projects/net/global/networks/main", {"name": "main", "project": "net"}),
        ("gcp:storage/bucket:Bucket", "files", {"name": "files", "url": "gs://files"}),
        (
            "gcp:serviceaccount/account:Account",
            "projects/p/serviceAccounts/a@p.iam.gserviceaccount.com",
            {"accountId": "a", "email": "a@p.iam.gserviceaccount.com", "project": "p"},
        ),
    ],
)
def test_what_is_only_read_is_known_as_far_as_its_id_tells(token: str, id_: str, expected: dict[str, Any]) -> None:
    found = existing(token, id_, {}, PLACE)

    assert found.id == id_
    assert {name: found.outputs[name] for name in expected} == expected
