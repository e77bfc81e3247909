"""Properties that exclude or need each other are told before anything is deployed."""

from collections.abc import Mapping
from typing import Any

import pytest

from hearth.catalog import choices, types
from hearth.plugin.kinds import UNKNOWN

SECRET = "gcp:secretmanager/secret:Secret"
VERSION = "gcp:secretmanager/secretVersion:SecretVersion"
PROVIDER = "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider"
SERVER = "gcp:sql/databaseInstance:DatabaseInstance"
CONNECTOR = "gcp:vpcaccess/connector:Connector"
USER = "gcp:sql/user:User"


@pytest.mark.parametrize(
    ("type_", "inputs", "fault"),
    [
        (VERSION, {}, "secretData: one of secretData, secretDataWo is required"),
        (VERSION, {"secretData": "s"}, None),
        (VERSION, {"secretData": UNKNOWN}, None),
        (
            VERSION,
            {"secretData": "s", "secretDataWo": "s"},
            "secretDataWo: it excludes secretData, which is there, too",
        ),
        (SECRET, {"replication": {"auto": {}}}, None),
        (SECRET, {"replication": UNKNOWN}, None),
        (SECRET, {"replication": {}}, "replication: one of auto, userManaged is required"),
        (
            SECRET,
            {"replication": {"auto": {}, "userManaged": {}}},
            "replication.userManaged: it excludes auto, which is there, too",
        ),
        (PROVIDER, {"oidc": {}, "saml": {}}, "saml: it excludes oidc, which is there, too"),
        (USER, {"password": "p"}, None),
        (USER, {"passwordWo": "p"}, "passwordWoVersion: required where passwordWo is there"),
        (USER, {"passwordWoVersion": 1}, "passwordWo: required where passwordWoVersion is there"),
        (SERVER, {"settings": {"ipConfiguration": {}}}, None),  # a default comes in
        (
            SERVER,
            {"settings": {"locationPreference": {"secondaryZone": "b"}}},
            "settings.locationPreference: one of followGaeApplication, zone is required",
        ),
        (CONNECTOR, {"subnet": {"name": "s"}}, None),
        (CONNECTOR, {"subnet": UNKNOWN}, None),
        (CONNECTOR, {}, "network: one of network, subnet.name is required"),
        (
            CONNECTOR,
            {"subnet": {"name": "s"}, "ipCidrRange": "10.8.0.0/28"},
            "network: required where ipCidrRange is there",
        ),
        (SERVER, {"settings": {"insightsConfig": {}}}, "settings.insightsConfig: it must not be empty"),
        (SERVER, {"settings": {"insightsConfig": {"queryInsightsEnabled": False}}}, None),
    ],
)
def test_what_is_missing_or_too_much_is_a_fault(type_: str, inputs: Mapping[str, Any], fault: str | None) -> None:
    known = types.get(type_)
    assert known

    assert list(choices.faults(type_, inputs, known.defaults)) == ([] if fault is None else [fault])
