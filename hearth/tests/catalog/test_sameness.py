"""What Google's provider takes for the same value, and what it does not."""

from typing import Any

import pytest

from hearth.catalog import types
from hearth.catalog.sameness import same
from hearth.localcloud.standin.changes import difference

NETWORK = "projects/p/global/networks/net"
LINK = f"https://www.googleapis.com/compute/v1/{NETWORK}"
SUBSCRIPTION = "gcp:pubsub/subscription:Subscription"
SUBNETWORK = "gcp:compute/subnetwork:Subnetwork"
SERVICE = "gcp:cloudrunv2/service:Service"
SECRET_OF = "template.containers.envs.valueSource.secretKeyRef.secret"
SERVER = "gcp:sql/databaseInstance:DatabaseInstance"
RETRY = (SUBSCRIPTION, "retryPolicy.minimumBackoff")
PORTS = ("gcp:compute/globalForwardingRule:GlobalForwardingRule", "portRange")
BLOCK = ("gcp:storage/bucket:Bucket", "hierarchicalNamespace")
RING = "projects/p/locations/l/keyRings/r"
USER = ("gcp:sql/user:User", "type")


@pytest.mark.parametrize(
    ("type_", "path", "before", "after", "alike"),
    [
        (SUBSCRIPTION, "topic", "orders", "projects/p/topics/orders", True),
        (SUBSCRIPTION, "topic", "projects/p/topics/orders", "orders", True),
        (SUBSCRIPTION, "topic", "orders", "projects/p/topics/others", False),
        (SUBSCRIPTION, "topic", "projects/p/topics/orders", "projects/q/topics/orders", False),
        (SUBSCRIPTION, "name", "orders", "projects/p/topics/orders", False),
        (SUBSCRIPTION, "filter", "a", "projects/p/topics/a", False),
        (SUBNETWORK, "network", NETWORK, LINK, True),
        (SUBNETWORK, "network", "net", LINK, True),
        (SUBNETWORK, "network", "net", "other", False),
        ("gcp:compute/instance:Instance", "networkInterfaces.network", "net", NETWORK, True),
        ("gcp:compute/securityPolicy:SecurityPolicy", "description", "net", NETWORK, False),
        ("gcp:redis/instance:Instance", "authorizedNetwork", "net", NETWORK, True),
        ("gcp:secretmanager/secretIamMember:SecretIamMember", "secretId", "k", "projects/p/secrets/k", True),
        (
            "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember",
            "repository",
            "web",
            "projects/p/locations/l/repositories/web",
            True,
        ),
        (
            "gcp:cloudrunv2/serviceIamMember:ServiceIamMember",
            "name",
            "web",
            "projects/p/locations/l/services/web",
            True,
        ),
        # Compared as texts there.
        (SERVICE, SECRET_OF, "key", "projects/p/secrets/key", False),
        ("gcp:artifactregistry/repository:Repository", "format", "DOCKER", "docker", True),
        ("gcp:artifactregistry/repository:Repository", "description", "A", "a", False),
        ("gcp:sql/databaseInstance:DatabaseInstance", "settings.diskType", "PD_SSD", "pd-ssd", True),
        ("gcp:monitoring/dashboard:Dashboard", "dashboardJson", '{"a": 1, "b": 2}', '{"b":2,"a":1}', True),
        ("gcp:monitoring/dashboard:Dashboard", "dashboardJson", '{"a": 1}', '{"a": 2}', False),
        ("gcp:bigquery/table:Table", "schema", '[{"name": "a"}]', '[{"name":"a"}]', True),
        ("gcp:secretmanager/secretVersion:SecretVersion", "secretData", '{"a": 1}', '{"a":1}', False),
        (*RETRY, "3.5s", "3.500s", True),
        (*RETRY, "90s", "1m30s", True),
        (*RETRY, "90s", "91s", False),
        (*RETRY, "soon", "soon ", False),
        (SERVER, "clone.pointInTime", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", True),
        (SERVER, "clone.pointInTime", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", False),
        (*PORTS, "443", "443-443", True),
        (*PORTS, "443", "80-443", False),
        ("gcp:compute/managedSslCertificate:ManagedSslCertificate", "managed.domains", "a.example", "a.example.", True),
        ("gcp:logging/projectSink:ProjectSink", "filter", "severity>=ERROR", " severity>=ERROR\n", True),
        ("gcp:cloudscheduler/job:Job", "httpTarget.uri", "https://a.example", "https://a.example/", True),
        ("gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig", "httpCheck.path", "/up", "up", True),
        ("gcp:kms/cryptoKey:CryptoKey", "keyRing", RING, f"https://cloudkms.googleapis.com/v1/{RING}", True),
        ("gcp:vpcaccess/connector:Connector", "network", "net", NETWORK, True),
        ("gcp:eventarc/trigger:Trigger", "destination.workflow", "w", "projects/p/locations/l/workflows/w", True),
        (*BLOCK, None, {}, True),
        (*BLOCK, {"enabled": False}, None, True),
        (*BLOCK, {"enabled": True}, None, False),
        (*USER, None, "BUILT_IN", True),
        (*USER, "BUILT_IN", None, True),
        (*USER, None, "CLOUD_IAM_USER", False),
    ],
)
def test_two_values_are_the_same(type_: str, path: str, before: Any, after: Any, *, alike: bool) -> None:
    assert same(type_, path, before, after) is alike


def test_going_over_to_another_form_of_a_reference_replaces_nothing() -> None:
    """As from `topic.name` to `topic.id` in a program."""
    known = types.get(SUBSCRIPTION)
    assert known
    before = {"name": "s", "topic": "orders"}

    assert not difference(known, before, before, {"name": "s", "topic": "projects/p/topics/orders"}).changed
    assert difference(known, before, before, {"name": "s", "topic": "projects/p/topics/others"}).replace == {"topic"}


def test_a_list_that_google_orders_by_itself_is_compared_without_order() -> None:
    known = types.get("gcp:dns/recordSet:RecordSet")
    assert known
    before = {"rrdatas": ["10.0.0.1", "10.0.0.2"]}

    assert not difference(known, before, before, {"rrdatas": ["10.0.0.2", "10.0.0.1"]}).changed
    assert difference(known, before, before, {"rrdatas": ["10.0.0.2"]}).changed
