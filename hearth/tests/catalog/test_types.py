"""The catalog finds faults at any depth, and tells what a change does or that nobody knows."""

import re
from importlib.metadata import version
from typing import Any

import pytest

from hearth.catalog import types
from hearth.catalog.corrections import Autoname
from hearth.catalog.shapes import paths
from hearth.catalog.types import ResourceType

SERVICE = "gcp:cloudrunv2/service:Service"
FIELD = "gcp:firestore/field:Field"
SNOOZE = "gcp:monitoring/snooze:Snooze"
"""Newer than what is known of replacement."""


def known(token: str) -> ResourceType:
    found = types.get(token)
    assert found
    return found


@pytest.mark.parametrize(
    ("inputs", "faults"),
    [
        pytest.param({"location": "us-central1", "template": {}}, [], id="none"),
        pytest.param({"template": {}}, ["location: required, and missing"], id="required"),
        pytest.param(
            {"location": "x", "template": {}, "invokerIamDisable": True, "qwertz": 1},
            [
                "invokerIamDisable: no such property; did you mean invokerIamDisabled?",
                "qwertz: no such property",
            ],
            id="misspelt",
        ),
        pytest.param(
            {"location": "x", "template": {"containers": [{"image": "i"}, {"imgae": "i"}]}},
            [
                "template.containers[1].imgae: no such property; did you mean image?",
                "template.containers[1].image: required, and missing",
            ],
            id="nested-in-a-list",
        ),
        pytest.param(
            {"location": "x", "template": {"containers": {"image": "i"}}},
            ["template.containers: a list was expected"],
            id="object-for-a-list",
        ),
        pytest.param({"location": "x", "template": "t"}, ["template: an object was expected"], id="text-for-an-object"),
        pytest.param(
            {"location": "x", "template": {"timeout": 60}},
            ["template.timeout: a text was expected, not int"],
            id="number-for-a-text",
        ),
        pytest.param(
            {"location": "x", "template": {}, "deletionProtection": 1},
            ["deletionProtection: true or false was expected, not int"],
            id="number-for-a-bool",
        ),
        pytest.param({"location": "x", "template": {}, "labels": {"any": "thing"}}, [], id="free-keys"),
        pytest.param({"location": "x", "template": object()}, [], id="not-known-yet"),
        pytest.param({"location": None, "template": {}}, ["location: required, and missing"], id="none-is-missing"),
    ],
)
def test_faults_are_named_by_path(inputs: dict[str, Any], faults: list[str]) -> None:
    assert known(SERVICE).faults(inputs) == faults


def test_an_asset_is_legal_where_the_sdk_takes_one() -> None:
    objects = known("gcp:storage/bucketObject:BucketObject")

    assert objects.inputs["source"] == "asset"
    assert objects.faults({"bucket": "b", "source": object()}) == []


@pytest.mark.parametrize(
    ("token", "path", "replaces"),
    [
        (SERVICE, "location", True),
        (SERVICE, "template.containers[0].image", False),
        (FIELD, "ttlConfig", False),
        (FIELD, "ttlConfig.expirationOffset", True),
        ("gcp:sql/databaseInstance:DatabaseInstance", "settings.collation", True),
        ("gcp:projects/iAMMember:IAMMember", "condition.title", True),
        ("gcp:compute/instance:Instance", 'labels["a.b"]', False),
        # The provider's schema does not tell of these two types.
        ("gcp:storage/notification:Notification", "payloadFormat", True),
        ("gcp:apigee/keystoresAliasesKeyCertFile:KeystoresAliasesKeyCertFile", "alias", True),
        ("gcp:apigee/keystoresAliasesKeyCertFile:KeystoresAliasesKeyCertFile", "cert", False),
    ],
)
def test_what_replaces_is_known_at_any_depth(token: str, path: str, *, replaces: bool) -> None:
    assert known(token).replaces(path) is replaces
    assert not known(token).replacement_unknown(path)


def test_where_nobody_knows_it_is_said_and_counts_as_a_replacement() -> None:
    snooze = known(SNOOZE)

    assert snooze.replacement_unknown("displayName")
    assert snooze.replaces("displayName")


def test_of_a_known_type_a_newer_property_alone_is_unknown() -> None:
    newer = {token: row for token in types.tokens() if (row := known(token)).unknown and "" not in row.unknown}

    assert newer
    for row in newer.values():
        assert all(row.replacement_unknown(path) for path in row.unknown)
        assert not any(row.replacement_unknown(path) for path in row.required - row.unknown)


@pytest.mark.parametrize(
    ("token", "near"),
    [
        ("gcp:pubsub/topic:Topik", "gcp:pubsub/topic:Topic"),
        ("gcp:sql/instance:Instance", "gcp:sql/databaseInstance:DatabaseInstance"),
        ("gcp:pubsup/topic:Topic", "gcp:pubsub/topic:Topic"),
        ("gcp:x/y:Z", None),
    ],
)
def test_a_type_that_does_not_exist_is_told_with_the_nearest(token: str, near: str | None) -> None:
    assert types.get(token) is None
    assert types.nearest(token) == near
    assert ("Did you mean" in types.no_such_type(token)) is bool(near)


def test_the_table_is_of_the_installed_sdk() -> None:
    assert types.table_version() == version(types.PACKAGE)
    assert types.outdated() is None


def test_a_table_of_another_sdk_says_so_where_it_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes on with what it knows, and a property that it doesn't know may be a newer one."""
    monkeypatch.setattr(types, "version", lambda _: "99.0.0")

    assert "python -m hearth catalog" in str(types.outdated())
    assert "99.0.0 is installed" in types.no_such_type("gcp:pubsub/topic:Topik")
    first, *more = known(SERVICE).faults({"location": "x", "template": {}, "brandNew": 1, "newer": 1})
    assert re.match(r"brandNew: no such property.*99\.0\.0 is installed.*python -m hearth catalog", first)
    assert more == ["newer: no such property"], "said once"


def test_every_row_speaks_only_of_properties_it_has() -> None:
    for token in types.tokens():
        row = known(token)
        places = set(paths(row.shape))
        assert not row.outputs_only & row.inputs.keys(), token
        assert row.computed <= row.inputs.keys() | row.outputs_only, token
        assert row.autonames.keys() | row.implied.keys() <= row.inputs.keys(), token
        assert {*row.replace, *row.kept, *row.sets, *row.defaults, *row.values, *row.unknown} <= {*places, ""}, token


@pytest.mark.parametrize(
    ("token", "names"),
    [
        ("gcp:pubsub/topic:Topic", {"name": Autoname()}),
        ("gcp:compute/network:Network", {"name": Autoname(most=63, lower=True)}),
        ("gcp:serviceaccount/account:Account", {"accountId": Autoname(most=30)}),
        ("gcp:organizations/project:Project", {"name": Autoname(random=0), "projectId": Autoname(most=30, lower=True)}),
        # Its name is that of the record itself.
        ("gcp:dns/recordSet:RecordSet", {}),
        ("gcp:projects/service:Service", {}),
    ],
)
def test_the_names_that_are_made_up_are_known_with_their_form(token: str, names: dict[str, Autoname]) -> None:
    assert known(token).autonames == names


@pytest.mark.parametrize(
    ("token", "inputs", "fault"),
    [
        (SERVICE, {"location": "x", "template": {}, "ingress": "ALL"}, "ingress: one of INGRESS_TRAFFIC_ALL, "),
        (
            "gcp:artifactregistry/repository:Repository",
            {"format": "DOCKER", "repositoryId": "r", "cleanupPolicies": [{"id": "a", "action": "DROP"}]},
            "cleanupPolicies[0].action: one of DELETE, KEEP was expected, not DROP",
        ),
    ],
)
def test_a_value_that_the_provider_would_not_take_is_a_fault(token: str, inputs: dict[str, Any], fault: str) -> None:
    (found,) = known(token).faults(inputs)

    assert found.startswith(fault)


def test_what_is_kept_when_it_is_left_out_is_known_at_any_depth() -> None:
    service = known(SERVICE)

    assert {"project", "scaling.maxInstanceCount", "template.timeout", "traffics"} <= service.kept
    assert not {"name", "deletionPolicy", "template.containers"} & service.kept
    assert service.implied == {"deletionPolicy": "DELETE"}
    assert service.defaults["template.containers.livenessProbe.failureThreshold"] == 3
