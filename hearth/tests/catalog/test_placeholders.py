"""What is made up for outputs that only Google computes: of the right form, for every type, and known again."""

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
    ],
)
def test_each_has_the_form_of_what_it_stands_for_and_differs_by_resource(token: str, path: str, form: str) -> None:
    first, again, other = (make(token, seed) for seed in ("one", "one", "two"))

    assert re.fullmatch(form, str(at(first.outputs, path)))
    assert path in first.made_up
    assert at(again.outputs, path) == at(first.outputs, path)
    assert at(other.outputs, path) != at(first.outputs, path)


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
