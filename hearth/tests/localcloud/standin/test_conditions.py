"""Changes that Google's provider makes in place or by a replacement, by the values that they go from and to."""

from typing import Any

import pytest

from hearth.catalog import types
from hearth.localcloud.standin.changes import difference
from hearth.plugin.kinds import UNKNOWN

SUBNETWORK = ("gcp:compute/subnetwork:Subnetwork", "ipCidrRange")
DISK = ("gcp:compute/disk:Disk", "size")
REGION_DISK = ("gcp:compute/regionDisk:RegionDisk", "size")
SERVER = ("gcp:sql/databaseInstance:DatabaseInstance", "settings.diskSize")
UPGRADED = ("gcp:sql/databaseInstance:DatabaseInstance", "settings.autoUpgradeEnabled")
MASTER = ("gcp:sql/databaseInstance:DatabaseInstance", "masterInstanceName")
PRIVATE = ("gcp:sql/databaseInstance:DatabaseInstance", "settings.ipConfiguration.privateNetwork")
REDIS = ("gcp:redis/instance:Instance", "redisVersion")
BUCKET = ("gcp:storage/bucket:Bucket", "retentionPolicy.isLocked")
SPANNER = ("gcp:spanner/database:Database", "ddls")


@pytest.mark.parametrize(
    ("where", "before", "after", "replaced"),
    [
        (SUBNETWORK, "10.0.1.0/24", "10.0.0.0/16", False),
        (SUBNETWORK, "10.0.0.0/16", "10.0.0.0/24", True),
        (SUBNETWORK, "10.0.0.0/24", "10.1.0.0/24", True),
        (SUBNETWORK, "10.0.0.0/24", "fd00::/64", True),
        (SUBNETWORK, "10.0.0.0/24", UNKNOWN, False),
        (DISK, 10, 20, False),
        (DISK, 20, 10, True),
        (REGION_DISK, 20, 10, True),
        (SERVER, 20, 30, False),
        (UPGRADED, None, True, False),
        (UPGRADED, True, False, True),
        (MASTER, None, "a", True),
        (MASTER, "a", "b", True),
        (PRIVATE, None, "projects/p/global/networks/a", False),
        (PRIVATE, "projects/p/global/networks/a", "projects/p/global/networks/b", False),
        (PRIVATE, "projects/p/global/networks/a", "", True),
        (REDIS, "REDIS_6_X", "REDIS_7_0", False),
        (REDIS, "REDIS_7_0", "REDIS_6_X", True),
        (REDIS, "REDIS_7_2", "REDIS_7_0", True),
        (BUCKET, False, True, False),
        (BUCKET, True, False, True),
        (SPANNER, ["CREATE a"], ["CREATE a", "CREATE b"], False),
        (SPANNER, ["CREATE a"], ["CREATE b"], True),
        (SPANNER, ["CREATE a", "CREATE b"], ["CREATE a"], True),
    ],
)
def test_it_is_replaced_only_if_the_change_can_not_be_made_in_place(
    where: tuple[str, str], before: Any, after: Any, *, replaced: bool
) -> None:
    token, path = where
    type_ = types.get(token)
    assert type_
    old, new = (nested(path, value) for value in (before, after))

    diff = difference(type_, old, old, new)

    assert len(diff.changed) == 1
    assert bool(diff.replace) is replaced


@pytest.mark.parametrize(
    ("before", "after", "replaced"),
    [
        ({"diskSize": 20, "diskAutoresize": True}, {"diskSize": 10, "diskAutoresize": True}, None),
        ({"diskSize": 20}, {"diskSize": 10}, None),
        ({"diskSize": 20, "diskAutoresize": False}, {"diskSize": 10, "diskAutoresize": False}, True),
    ],
)
def test_a_smaller_disk_replaces_a_server_only_if_the_disk_does_not_grow_by_itself(
    before: dict[str, Any], after: dict[str, Any], *, replaced: bool | None
) -> None:
    server = types.get(SERVER[0])
    assert server
    old, new = ({"settings": {"tier": "t", **settings}} for settings in (before, after))

    diff = difference(server, old, old, new)

    assert bool(diff.changed) is bool(replaced)
    assert bool(diff.replace) is bool(replaced)


def test_a_read_pool_that_scales_by_itself_keeps_its_nodes() -> None:
    server = types.get(SERVER[0])
    assert server
    scaled = {"settings": {"readPoolAutoScaleConfig": {"enabled": True}}}

    assert not difference(server, {**scaled, "nodeCount": 2}, {}, {**scaled, "nodeCount": 3}).changed
    assert difference(server, {"nodeCount": 2}, {"nodeCount": 2}, {"nodeCount": 3}).changed == {"nodeCount"}


def test_a_size_that_a_program_tells_for_the_first_time_replaces_nothing() -> None:
    """On the local cloud what it was until then is a placeholder."""
    disk = types.get(DISK[0])
    assert disk

    assert difference(disk, {}, {"size": 48_213}, {"size": 10}).replace == frozenset()


def nested(path: str, value: Any) -> dict[str, Any]:
    for step in reversed(path.split(".")):
        value = {step: value}
    return dict(value)
