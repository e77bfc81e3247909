"""What is made up for outputs that only Google computes: of the right form, for every type, and known again."""

import base64
import json
import re
from typing import Any

import pytest

from hearth.catalog import ids, types
from hearth.catalog.placeholders import Generated, generate

EVERY = [found for token in types.tokens() if (found := types.get(token))]


def make(token: str, seed: str = "one", **known: Any) -> Generated:
    found = types.get(token)
    assert found
    return generate(found, {"project": "demo-x", **known}, {"project": "demo-x"}, seed=seed, number="123456789012")


def at(values: Any, path: str) -> Any:
    for step in re.findall(r"[^.\[\]]+", path):
        values = values[int(step)] if isinstance(values, list) else values[step]
    return values


def test_every_type_has_an_id_all_its_outputs_and_knows_its_placeholders() -> None:
    """Outputs of no known shape alone are left out."""
    lacking = {}
    for type_ in EVERY:
        found = generate(type_, {}, {"project": "demo-x", "region": "us-central1"}, seed="one", number="1")
        shapes = {**type_.inputs, **type_.outputs}
        lacking[type_.token] = {
            name for name in type_.computed - found.outputs.keys() if shapes[name] not in (None, "asset")
        }
        assert found.id
        assert {path: at(found.outputs, path) for path in found.made_up} == found.made_up, type_.token

    assert {token: names for token, names in lacking.items() if names} == {}


@pytest.mark.parametrize(
    ("token", "path", "form"),
    [
        ("gcp:redis/instance:Instance", "host", r"198\.1[89]\.\d+\.\d+"),
        ("gcp:redis/instance:Instance", "port", r"[1-5]\d{4}"),
        ("gcp:redis/instance:Instance", "createTime", r"2001-01-01T\d\d:\d\d:\d\d\.\d{6}Z"),
        ("gcp:redis/instance:Instance", "effectiveReservedIpRange", r"198\.1[89]\.\d+\.0/24"),
        ("gcp:redis/instance:Instance", "serverCaCerts[0].cert", r"-----BEGIN CERTIFICATE-----\n[\s\S]+"),
        ("gcp:cloudrun/service:Service", "statuses[0].url", r"https://url-[0-9a-f]{12}\.invalid"),
        ("gcp:logging/projectSink:ProjectSink", "writerIdentity", r"serviceAccount:[^@]+@demo-x\.iam\.gserv\S+"),
        ("gcp:dns/managedZone:ManagedZone", "nameServers[0]", r"name-servers-[0-9a-f]{12}\.invalid"),
        ("gcp:compute/globalAddress:GlobalAddress", "address", r"198\.1[89]\.\d+\.\d+"),
        ("gcp:kms/cryptoKey:CryptoKey", "primaries[0].name", r"\S+"),
        ("gcp:alloydb/backup:Backup", "sizeBytes", r"[1-5]\d{4}"),
        ("gcp:alloydb/instance:Instance", "pscInstanceConfig.pscDnsName", r"psc-dns-name-[0-9a-f]{12}\.invalid"),
        (
            "gcp:compute/interconnectAttachment:InterconnectAttachment",
            "cloudRouterIpv6Address",
            r"2001:db8(:[0-9a-f]{4}){3}::1",
        ),
        ("gcp:compute/routerInterface:RouterInterface", "ipRange", r"198\.1[89]\.\d+\.0/24"),
        ("gcp:compute/subnetwork:Subnetwork", "externalIpv6Prefix", r"2001:db8(:[0-9a-f]{4}){3}::/80"),
        ("gcp:gkehub/featureMembership:FeatureMembership", "membership", r"membership-[0-9a-f]{12}"),
        ("gcp:sql/sslCert:SslCert", "privateKey", r"-----BEGIN PRIVATE KEY-----\n[\s\S]+"),
    ],
)
def test_each_has_the_form_of_what_it_stands_for_and_differs_by_resource(token: str, path: str, form: str) -> None:
    first, again, other = (make(token, seed) for seed in ("one", "one", "two"))

    assert re.fullmatch(form, str(at(first.outputs, path)))
    assert path in first.made_up
    assert at(again.outputs, path) == at(first.outputs, path)
    assert at(other.outputs, path) != at(first.outputs, path)


def test_the_key_of_a_service_account_can_be_read_as_its_file() -> None:
    made_up = make("gcp:serviceaccount/key:Key", serviceAccountId="a").outputs["privateKey"]

    content = json.loads(base64.b64decode(made_up))
    assert (content["type"], content["project_id"]) == ("service_account", "demo-x")
    assert content["client_email"].endswith("@demo-x.iam.gserviceaccount.com")


def test_where_it_stands_is_told_and_is_no_placeholder() -> None:
    cache, cluster = (types.get(each) for each in ("gcp:redis/instance:Instance", "gcp:alloydb/cluster:Cluster"))
    assert cache
    assert cluster
    place = {"project": "demo-x", "region": "us-central1", "zone": "us-central1-a"}

    found = [generate(each, {"name": "a"}, place, seed="one", number="1") for each in (cache, cluster)]

    assert found[0].outputs["locationId"] == "us-central1-a"
    assert found[1].outputs["deletionPolicy"] == "DELETE"
    assert {"locationId", "deletionPolicy"} & {path for each in found for path in each.made_up} == set()


@pytest.mark.parametrize(
    ("token", "known", "id_"),
    [
        ("gcp:container/nodePool:NodePool", {"cluster": "c", "location": "l", "name": "n"}, r"demo-x/l/c/n"),
        ("gcp:logging/organizationSink:OrganizationSink", {"orgId": "7", "name": "s"}, "organizations/7/sinks/s"),
        ("gcp:logging/folderSink:FolderSink", {"folder": "folders/7", "name": "s"}, "folders/7/sinks/s"),
        (
            "gcp:folder/organizationPolicy:OrganizationPolicy",
            {"folder": "folders/7", "constraint": "constraints/compute.x"},
            "folders/7/constraints/compute.x",
        ),
        ("gcp:organizations/iAMCustomRole:IAMCustomRole", {"orgId": "7", "roleId": "r"}, "organizations/7/roles/r"),
        (
            "gcp:compute/backendBucketSignedUrlKey:BackendBucketSignedUrlKey",
            {"backendBucket": "b", "name": "k"},
            "projects/demo-x/global/backendBuckets/b/k",
        ),
        ("gcp:monitoring/dashboard:Dashboard", {}, r"projects/demo-x/dashboards/[0-9a-f]{12}"),
    ],
)
def test_an_id_is_made_of_what_the_type_calls_its_parents(token: str, known: dict[str, str], id_: str) -> None:
    found = make(token, **known)

    assert re.fullmatch(id_, found.id)
    type_ = types.get(token)
    assert type_
    assert found.outputs.keys() - known.keys() - {"project"} <= type_.inputs.keys() | type_.outputs.keys()


def test_what_follows_from_the_inputs_is_no_placeholder() -> None:
    network = make("gcp:compute/network:Network", name="main")
    connector = make("gcp:vpcaccess/connector:Connector", name="main", region="us-central1")

    assert network.outputs["selfLink"] == ("https://www.googleapis.com/compute/v1/projects/demo-x/global/networks/main")
    assert connector.id == "projects/demo-x/locations/us-central1/connectors/main"
    assert {"selfLink", "name", "project"} & (network.made_up.keys() | connector.made_up.keys()) == set()


def test_an_id_stands_in_the_providers_project_also_where_the_type_has_none() -> None:
    connection = types.get("gcp:servicenetworking/connection:Connection")
    assert connection

    found = generate(connection, {"network": "n", "service": "s"}, {"project": "demo-y"}, seed="one", number="1")

    assert found.id == "projects/demo-y/global/networks/n:s"
    assert "project" not in found.outputs


def test_an_id_that_google_gives_is_a_placeholder() -> None:
    channel = make("gcp:monitoring/notificationChannel:NotificationChannel")

    assert re.fullmatch(r"projects/demo-x/notificationChannels/[0-9a-f]{12}", channel.id)
    assert channel.made_up["name"] == channel.id


def test_what_google_decides_inside_of_what_is_declared_is_filled_in_and_the_declaration_untouched() -> None:
    interfaces: list[dict[str, Any]] = [{"network": "default"}]
    instance = make("gcp:compute/instance:Instance", name="vm", zone="us-central1-a", networkInterfaces=interfaces)

    assert instance.outputs["networkInterfaces"][0]["networkIp"].startswith("198.1")
    assert interfaces == [{"network": "default"}]


def test_what_google_decides_as_a_whole_is_not_filled_in_by_halves() -> None:
    """Objects and lists inside of what is declared."""
    check = make("gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig", httpCheck={"path": "/"})

    assert set(map(type, check.outputs["httpCheck"].values())) <= {str, int, bool}


def test_an_id_is_read_back_into_what_it_was_made_of() -> None:
    """Every format that is made of single segments."""
    for type_ in EVERY:
        names = ids.properties(type_)
        if not names or ids.is_grant(type_) or len(set(names)) < len(names):
            continue
        values = {name: f"v{at}" for at, name in enumerate(names)}
        if "/" not in (ids.format_of(type_) or "") and len(names) > 1:
            continue
        assert ids.locate(type_, ids.fill(type_, values, "")) == values, type_.token
