"""Types that are kept and not played: as the engine takes them through their lives."""

from collections.abc import Callable
from typing import Any

import pytest

from hearth.localcloud.kept.api import KEPT
from hearth.localcloud.standin.provider import MAKERS, StandIn
from hearth.plugin.kinds import UNKNOWN, Context, ProviderError, Secret, Values
from hearth.plugin.values import decode, encode
from hearth.tests.localcloud.running import LocalCloud

TOPIC = "gcp:pubsub/topic:Topic"
REDIS = "gcp:redis/instance:Instance"
SINK = "gcp:logging/projectSink:ProjectSink"
ALERT = "gcp:monitoring/alertPolicy:AlertPolicy"
POLICY: Values = {"combiner": "OR", "displayName": "slow", "conditions": [{"displayName": "p99"}]}
CACHE: Values = {"name": "cache", "memorySizeGb": 1, "deletionProtection": False}
MEMBER = "gcp:pubsub/topicIAMMember:TopicIAMMember"

Stack = Callable[[str], Any]


def context(type: str, name: str = "it") -> Context:
    return Context(urn=f"urn:pulumi:local::hearth-app::{type}::{name}")


def listed(cloud: LocalCloud) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cloud.call("GET", KEPT, "records")["records"]
    return found


def create(provider: StandIn, type: str, inputs: Values, name: str = "it") -> Any:
    kind = provider.kind(type)
    checked = kind.check(context(type, name), None, inputs)
    assert checked.failures == []
    return kind.create(context(type, name), checked.inputs, preview=False)


# --- A life ---


def test_it_comes_up_stays_as_it_is_changes_and_goes(stack: Stack, cloud: LocalCloud) -> None:
    cache = stack(REDIS)
    cache.up(CACHE)
    made = dict(cache.outputs)

    assert cache.id == "projects/demo-x/locations/us-central1/instances/cache"
    assert made["host"].startswith("198.1")
    assert cache.up(CACHE) == set()
    assert cache.refresh()
    assert cache.outputs == made
    assert cache.up({**CACHE, "memorySizeGb": 2}) == {"memorySizeGb"}
    assert cache.outputs == {**made, "memorySizeGb": 2}
    assert cache.refresh()
    assert cache.outputs == {**made, "memorySizeGb": 2}

    cache.delete()

    assert not cache.refresh()
    assert listed(cloud) == []
    cache.delete()  # gone already, which is what was wanted


def test_a_name_that_is_left_out_is_made_up_and_then_kept(stack: Stack) -> None:
    topic = stack(TOPIC)
    topic.up({})
    made_up = topic.inputs["name"]

    topic.up({"messageRetentionDuration": "600s"})

    assert made_up.startswith("it-")
    assert topic.inputs["name"] == made_up
    assert topic.id == f"projects/demo-x/topics/{made_up}"


def test_a_list_by_the_name_of_labels_is_none(stack: Stack) -> None:
    metric = stack("gcp:monitoring/metricDescriptor:MetricDescriptor")
    declared = {
        "type": "custom.googleapis.com/a",
        "displayName": "a",
        "description": "a",
        "metricKind": "GAUGE",
        "valueType": "INT64",
        "labels": [{"key": "k"}],
    }
    metric.up(declared)

    assert metric.up(declared) == set()
    assert metric.diff(metric.check({**declared, "labels": [{"key": "l"}]})).changed == {"labels[0].key"}


def test_a_preview_does_not_know_what_google_decides_in_an_object(provider: StandIn) -> None:
    """Else a program would read that nothing is there, and fail of it."""
    vm = "gcp:compute/instance:Instance"
    inputs: Values = {"machineType": "e2-micro", "networkInterfaces": [{}], "bootDisk": {"autoDelete": True}}
    provider.configure({"project": "demo-x", "zone": "us-central1-a"})

    planned = provider.kind(vm).create(context(vm), {"name": "vm", **inputs}, preview=True).outputs

    assert planned["networkInterfaces"][0]["networkIp"] is UNKNOWN
    assert planned["bootDisk"]["source"] is UNKNOWN
    assert planned["bootDisk"]["autoDelete"] is True


def test_a_preview_makes_nothing(provider: StandIn, cloud: LocalCloud) -> None:
    kind = provider.kind(REDIS)

    planned = kind.create(context(REDIS), CACHE, preview=True)

    assert planned.outputs["name"] == "cache"
    assert repr(planned.outputs["host"]) == "UNKNOWN"
    assert listed(cloud) == []


def test_placeholders_are_the_same_at_each_run_and_others_for_another_resource(
    provider: StandIn, cloud: LocalCloud
) -> None:
    first = create(provider, REDIS, CACHE).outputs
    other = create(provider, REDIS, {**CACHE, "name": "other"}, "other").outputs
    provider.kind(REDIS).delete(context(REDIS), "projects/demo-x/locations/us-central1/instances/cache", CACHE, CACHE)

    again = create(provider, REDIS, CACHE).outputs

    assert again == first
    assert {name for name in ("host", "port", "authString", "createTime") if other[name] == first[name]} == set()


# --- Which one it is ---


def test_a_second_one_of_the_same_id_is_refused_as_google_refuses_it(provider: StandIn) -> None:
    create(provider, TOPIC, {"name": "events"})

    with pytest.raises(ProviderError, match=r"Error creating Topic: googleapi: Error 409: .*topics/events' already"):
        create(provider, TOPIC, {"name": "events"}, "second")


def test_another_provider_has_a_project_and_region_of_its_own(environ: dict[str, str], provider: StandIn) -> None:
    other = StandIn(environ)
    other.configure({"project": "demo-other", "region": "europe-west1"})
    create(provider, REDIS, CACHE)

    made = create(other, REDIS, CACHE)

    assert made.id == "projects/demo-other/locations/europe-west1/instances/cache"


@pytest.mark.parametrize(
    ("type", "inputs", "name"),
    [
        (TOPIC, {"name": "events"}, "labels"),
        ("gcp:container/cluster:Cluster", {"name": "gke", "location": "us-central1"}, "resourceLabels"),
    ],
)
def test_default_labels_of_the_provider_are_on_what_is_kept(
    provider: StandIn, stack: Stack, type: str, inputs: Values, name: str
) -> None:
    provider.configure({"project": "demo-x", "region": "us-central1", "defaultLabels": {"team": "blue", "a": "any"}})
    kept = stack(type)
    own = {**inputs, name: {"a": "own"}}
    kept.up(own)
    mark = {"goog-pulumi-provisioned": "true"}

    assert kept.outputs["effectiveLabels"] == {**mark, "team": "blue", "a": "own"}
    assert kept.outputs[name] == {"a": "own"}
    assert kept.up(own) == set()

    provider.configure({"project": "demo-x", "region": "us-central1", "defaultLabels": {"team": "red"}})

    assert kept.up(own) == {"pulumiLabels.team"}
    assert kept.outputs["pulumiLabels"] == {**mark, "team": "red", "a": "own"}
    assert kept.up(own) == set()


def test_what_google_numbers_is_numbered_on(provider: StandIn) -> None:
    """As when one is made before the one that it replaces is deleted: same type, same logical name."""
    first, second = (create(provider, ALERT, POLICY).id for _ in range(2))

    assert first != second
    assert {first.rpartition("/")[0], second.rpartition("/")[0]} == {"projects/demo-x/alertPolicies"}


def test_two_grants_on_one_resource_are_no_clash(provider: StandIn) -> None:
    grants = [{"topic": "events", "role": "roles/viewer", "member": f"user:{who}@example.com"} for who in "ab"]

    made = [create(provider, MEMBER, grant).id for grant in [*grants, grants[0]]]

    assert made[0] == "projects/demo-x/topics/events/roles/viewer/user:a@example.com"
    assert len(set(made)) == 2


def test_a_region_that_nobody_tells_is_asked_for(environ: dict[str, str]) -> None:
    provider = StandIn(environ)
    provider.configure({"project": "demo-x"})

    checked = provider.kind(REDIS).check(context(REDIS), None, CACHE)

    assert [(each.property, "gcp:region" in each.reason) for each in checked.failures] == [("region", True)]


def test_a_foreign_project_is_refused_and_a_foreign_name_inside_is_not(provider: StandIn) -> None:
    disk = "gcp:compute/disk:Disk"
    provider.configure({"project": "demo-x", "zone": "us-central1-a"})
    create(provider, disk, {"name": "d", "image": "projects/debian-cloud/global/images/family/debian-12"})

    with pytest.raises(ProviderError, match="Project 'acme-prod' is refused"):
        create(provider, TOPIC, {"name": "events", "project": "acme-prod"})


# --- Reading it ---


def test_what_is_recorded_can_be_imported_by_the_id_and_by_the_end_of_it(provider: StandIn) -> None:
    made = create(provider, REDIS, CACHE)
    kind = provider.kind(REDIS)

    for id_ in (made.id, "us-central1/cache", "cache"):
        found = kind.read(context(REDIS), id_, None, None)
        assert found
        assert (found.id, found.outputs) == (made.id, made.outputs)
        assert found.inputs.items() >= CACHE.items()


def test_the_schema_has_what_is_played_and_the_kept_types_that_are_there(
    environ: dict[str, str], provider: StandIn
) -> None:
    """Asked of a process that was not configured, once something was imported."""
    create(provider, REDIS, CACHE)

    found = StandIn(environ).schema()

    assert found["resources"].keys() == {*MAKERS, REDIS}


def test_an_import_of_what_is_not_recorded_says_why_there_is_nothing(provider: StandIn) -> None:
    with pytest.raises(ProviderError, match=r"has no Topic 'events'.*keeps only what was deployed.*topics/\{name\}"):
        provider.kind(TOPIC).read(context(TOPIC), "events", None, None)


def test_a_type_that_the_sdk_dropped_can_be_read_and_deleted_and_not_made(provider: StandIn, cloud: LocalCloud) -> None:
    gone = "gcp:pubsub/goneTopic:GoneTopic"
    inputs, outputs = {"name": "x"}, {"name": "x", "project": "demo-x"}
    record = {"urn": "", "inputs": inputs, "outputs": outputs, "madeUp": {}}
    cloud.call("POST", KEPT, "records/gcp%3Apubsub%2FgoneTopic%3AGoneTopic/demo-x/x", record)
    kind = provider.kind(gone)

    found = kind.read(context(gone), "x", inputs, outputs)
    kind.delete(context(gone), "x", {}, outputs)

    assert found
    assert found.outputs == outputs
    assert listed(cloud) == []
    with pytest.raises(ProviderError, match=f"has no type {gone}"):
        kind.check(context(gone), None, {})


# --- Keeping it ---


@pytest.mark.parametrize(
    ("type", "inputs", "said"),
    [
        (REDIS, {"name": "cache", "memorySizeGb": 1}, "without setting deletion_protection=false"),
        (TOPIC, {"name": "a", "deletionPolicy": "PREVENT"}, 'without setting deletion_policy="DELETE"'),
        (
            "gcp:redis/cluster:Cluster",
            {"name": "a", "shardCount": 1, "pscConfigs": [{"network": "n"}]},
            "Google refuses while deletionProtectionEnabled is True",
        ),
    ],
)
def test_what_is_protected_is_not_deleted(provider: StandIn, type: str, inputs: Values, said: str) -> None:
    made = create(provider, type, inputs)

    with pytest.raises(ProviderError, match=said):
        provider.kind(type).delete(context(type), made.id, inputs, made.outputs)

    assert provider.kind(type).read(context(type), made.id, inputs, made.outputs) is not None


def test_what_is_abandoned_stays(provider: StandIn) -> None:
    made = create(provider, TOPIC, {"name": "events", "deletionPolicy": "ABANDON"})

    provider.kind(TOPIC).delete(context(TOPIC), made.id, {}, made.outputs)

    with pytest.raises(ProviderError, match="409"):
        create(provider, TOPIC, {"name": "events"})


# --- Secrets ---


def test_what_is_secret_is_sealed_for_the_engine_and_no_list_tells_a_value(
    provider: StandIn, cloud: LocalCloud
) -> None:
    made = create(provider, REDIS, {**CACHE, "labels": {"team": "s3cret"}})

    assert isinstance(made.outputs["authString"], Secret)
    found = listed(cloud)
    assert [each["id"] for each in found] == [made.id]
    assert {key for each in found for key in each} == {"type", "project", "id", "urn"}
    assert "s3cret" not in cloud.session.get(f"{cloud.origin}/_local/status").text


def test_what_is_secret_in_an_object_is_sealed_in_inputs_and_outputs(provider: StandIn) -> None:
    """The provider marks it itself: no program has to."""
    check = "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig"
    kind = provider.kind(check)
    auth = {"username": "me", "password": "s3cret"}
    declared = {"displayName": "up", "timeout": "10s", "httpCheck": {"path": "/", "authInfo": auth}}
    inputs = kind.check(context(check), None, declared).inputs
    plain = decode(encode(inputs))
    planned = kind.create(context(check), plain, preview=True).outputs
    made = kind.create(context(check), plain, preview=False)
    state = decode(encode(made.outputs))
    read = kind.read(context(check), made.id, plain, state)
    imported = kind.read(context(check), made.id, None, None)
    assert read
    assert imported

    for each in (inputs, planned, made.outputs, read.inputs, read.outputs, imported.inputs, imported.outputs):
        assert each["httpCheck"]["authInfo"]["password"] == Secret("s3cret")
        assert each["httpCheck"]["path"] == "/"
    assert not kind.diff(context(check), made.id, plain, state, plain).changed


# --- Said once ---


def test_a_run_says_once_how_many_are_kept_and_of_which_types(provider: StandIn) -> None:
    """However often each is looked at: the engine checks every resource, changed or not."""
    for name in ("a", "b", "a"):
        provider.kind(TOPIC).check(context(TOPIC, name), None, {})
    provider.kind(REDIS).check(context(REDIS), None, CACHE)

    (said,) = provider.final_warnings()
    assert said.startswith(
        "Kept, not played: 3 resources (2 pubsub.Topic, redis.Instance). On the local cloud there is nothing but"
    )


def test_nothing_is_said_of_what_is_played_nor_by_the_runs_of_a_preview(environ: dict[str, str]) -> None:
    for more, type_, inputs in (
        ({}, "gcp:storage/bucket:Bucket", {"location": "EU"}),
        ({"HEARTH_RECORDS_ONLY": "http://127.0.0.1:1"}, TOPIC, {}),
    ):
        provider = StandIn({**environ, **more})
        provider.configure({"project": "demo-x"})
        provider.kind(type_).check(context(type_), None, inputs)

        assert provider.final_warnings() == []
