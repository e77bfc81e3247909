"""Numbers, lists and texts that Google's provider refuses are told before anything is deployed."""

from collections.abc import Mapping
from typing import Any

import pytest

from hearth.catalog import limits
from hearth.plugin.kinds import UNKNOWN

SERVER = "gcp:sql/databaseInstance:DatabaseInstance"
KEY = "gcp:kms/cryptoKey:CryptoKey"
BUCKET = "gcp:storage/bucket:Bucket"
SUBNETWORK = "gcp:compute/subnetwork:Subnetwork"


def window(**values: Any) -> Mapping[str, Any]:
    return {"settings": {"maintenanceWindow": values}}


@pytest.mark.parametrize(
    ("type_", "inputs", "fault"),
    [
        (SERVER, window(day=7), None),
        (SERVER, window(day=8), "settings.maintenanceWindow.day: 1 to 7 was expected"),
        (SERVER, window(day=UNKNOWN), None),
        (SERVER, {"settings": UNKNOWN}, None),
        (KEY, {"rotationPeriod": "7776000s"}, None),
        (KEY, {"rotationPeriod": "24h"}, None),
        (KEY, {"rotationPeriod": ""}, None),
        (KEY, {"rotationPeriod": "3600s"}, "rotationPeriod: at least 86400 was expected in seconds (90s)"),
        (KEY, {"rotationPeriod": "90 days"}, "rotationPeriod: at least 86400 was expected in seconds (90s)"),
        (BUCKET, {"customPlacementConfig": {"dataLocations": ["A", "B"]}}, None),
        (
            BUCKET,
            {"customPlacementConfig": {"dataLocations": ["A"]}},
            "customPlacementConfig.dataLocations: a list of 2 was expected, not of 1",
        ),
        (SUBNETWORK, {"name": "web", "ipCidrRange": "10.0.0.0/24"}, None),
        (
            SUBNETWORK,
            {"secondaryIpRanges": [{"rangeName": "pods"}, {"rangeName": "Pods"}]},
            "secondaryIpRanges[1].rangeName: a text like pods was expected ([a-z]([-a-z0-9]{0,61}[a-z0-9])?)",
        ),
        ("gcp:pubsub/topic:Topic", {"name": "A b"}, None),
    ],
)
def test_what_is_out_of_bounds_is_a_fault(type_: str, inputs: Mapping[str, Any], fault: str | None) -> None:
    assert list(limits.faults(type_, inputs)) == ([] if fault is None else [fault])
