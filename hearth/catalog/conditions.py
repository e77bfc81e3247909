"""Changes that replace a resource or not by the values that they go from and to, as Google's Terraform provider has it.

Its schema calls such a property changeable; code beside the schema decides (`CustomizeDiff` of each type's
`resource_*.go`). All were read there, but for the version of Redis, which was not checked. Left out: a BigQuery table's
`schema`, of which that code compares every column, and a switchover of Cloud SQL, which is told from several properties
at once.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

Values = Mapping[str, Any]
Condition = Callable[[Any, Any], bool]


def _smaller(before: Any, after: Any) -> bool:
    return isinstance(before, int) and isinstance(after, int) and after < before


def _not_wider(before: Any, after: Any) -> bool:
    """A range can be expanded, which means that all of the old one is in the new one."""
    try:
        old, new = (ipaddress.ip_network(each, strict=False) for each in (before, after))
    except ValueError:
        return False
    return old.version != new.version or not int(new[0]) <= int(old[0]) <= int(old[-1]) <= int(new[-1])


def _older(before: Any, after: Any) -> bool:
    old, new = ([int(part) for part in re.findall(r"\d+", str(each))] for each in (before, after))
    return bool(old and new) and new < old


def _unlocked(before: Any, after: Any) -> bool:
    return before is True and not after


def _not_appended(before: Any, after: Any) -> bool:
    """Statements that were executed can't be taken back; more can be executed."""
    return before is not None and after != before


def _removed(before: Any, after: Any) -> bool:
    return bool(before) and not after


def _changed(_before: Any, _after: Any) -> bool:
    return True


_CONDITIONS: Final[Mapping[tuple[str, str], Condition]] = {
    ("gcp:compute/disk:Disk", "size"): _smaller,
    ("gcp:compute/regionDisk:RegionDisk", "size"): _smaller,
    ("gcp:compute/subnetwork:Subnetwork", "ipCidrRange"): _not_wider,
    ("gcp:redis/instance:Instance", "redisVersion"): _older,
    ("gcp:spanner/database:Database", "ddls"): _not_appended,
    ("gcp:sql/databaseInstance:DatabaseInstance", "masterInstanceName"): _changed,
    ("gcp:sql/databaseInstance:DatabaseInstance", "replicaConfiguration.cascadableReplica"): _changed,
    ("gcp:sql/databaseInstance:DatabaseInstance", "settings.autoUpgradeEnabled"): _unlocked,
    ("gcp:sql/databaseInstance:DatabaseInstance", "settings.diskSize"): _smaller,
    ("gcp:sql/databaseInstance:DatabaseInstance", "settings.ipConfiguration.privateNetwork"): _removed,
    ("gcp:storage/bucket:Bucket", "retentionPolicy.isLocked"): _unlocked,
}
"""By type and path."""


def _grows_by_itself(before: Any, after: Any, inputs: Values) -> bool:
    """A disk that Google has made larger than declared stays so."""
    return _smaller(before, after) and (inputs.get("settings") or {}).get("diskAutoresize") is not False


def _scales_by_itself(_before: Any, _after: Any, inputs: Values) -> bool:
    return bool(((inputs.get("settings") or {}).get("readPoolAutoScaleConfig") or {}).get("enabled"))


_OVERRULED: Final[Mapping[tuple[str, str], Callable[[Any, Any, Values], bool]]] = {
    ("gcp:sql/databaseInstance:DatabaseInstance", "nodeCount"): _scales_by_itself,
    ("gcp:sql/databaseInstance:DatabaseInstance", "settings.diskSize"): _grows_by_itself,
}


def replaces(type: str, path: str, before: Any, after: Any) -> bool:
    """Whether a change at a path, which has no list places, replaces the resource because of its values.

    `before` and `after` are what is declared, of a list one item each; None where nothing is.
    """
    condition = _CONDITIONS.get((type, path))
    return condition is not None and condition(before, after)


def overruled(type: str, path: str, before: Any, after: Any, inputs: Values) -> bool:
    """Whether a change at a path is none, because another property among the new `inputs` decides on it."""
    overrules = _OVERRULED.get((type, path))
    return overrules is not None and overrules(before, after, inputs)
