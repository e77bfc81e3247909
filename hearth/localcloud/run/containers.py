"""What Cloud Run demands of a container, be it a service's or a job's; messages are Google's where they are known."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from hearth.localcloud.errors import ApiError
from hearth.localcloud.run.launch import DATA_VARIABLE, IDENTITY_VARIABLE

_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_CPU = re.compile(r"(?P<milli>\d+)m|(?P<whole>\d+(?:\.\d+)?)")
_MEMORY = re.compile(r"\d+(?:\.\d+)?(?:Ki|Mi|Gi|k|M|G)?")


def violation(path: str, why: str) -> ApiError:
    """The refusal of a value; `path` is whole: `service.template.timeout`."""
    return ApiError(400, f"Violation in {path}: {why}.")


def complete(path: str, template: Mapping[str, Any], reserved: Iterable[str]) -> dict[str, Any]:
    """The template of one task or instance with the limits of its one container filled in.

    `path` is the template's, `reserved` are names of variables that Cloud Run itself sets. Raises ApiError (400).
    """
    containers = template.get("containers", [])
    if len(containers) != 1:
        raise violation(
            f"{path}.containers",
            f"must have exactly one container, got {len(containers)}; the local cloud does not play sidecars",
        )
    where, container = f"{path}.containers[0]", dict(containers[0])
    if not container.get("image"):
        raise violation(f"{where}.image", "must be set")
    _check_env(f"{where}.env", container.get("env", []), reserved)
    _check_mounts(path, template)
    container["resources"] = _resources(where, container)
    return {**template, "containers": [container]}


def seconds(path: str, text: str, most: int) -> str:
    """A time limit in whole seconds, from 1 to `most`. Raises ApiError (400)."""
    found = re.fullmatch(r"(\d+)(?:\.0+)?s", text)
    if not found or not 1 <= int(found[1]) <= most:
        raise violation(path, f"{text!r} must be within 1s and {most}s")
    return f"{found[1]}s"


def _resources(path: str, container: Mapping[str, Any]) -> dict[str, Any]:
    resources = dict(container.get("resources", {}))
    limits = resources["limits"] = {"cpu": "1000m", "memory": "512Mi"} | resources.get("limits", {})
    path = f"{path}.resources.limits"
    if unknown := sorted(set(limits) - {"cpu", "memory"}):
        raise violation(path, f"{', '.join(unknown)}: the local cloud knows cpu and memory")
    if not _CPU.fullmatch(limits["cpu"]) or not cpus(limits["cpu"]):
        raise violation(f"{path}.cpu", f"{limits['cpu']!r} must be a number of CPUs, such as 1 or 1000m")
    if not _MEMORY.fullmatch(limits["memory"]):
        raise violation(f"{path}.memory", f"{limits['memory']!r} must be a quantity of bytes, such as 512Mi")
    return resources


def cpus(text: str) -> float:
    """`1500m` as 1.5; 0 for what is no number of CPUs."""
    found = _CPU.fullmatch(text)
    if not found:
        return 0
    return int(found["milli"]) / 1000 if found["milli"] else float(found["whole"])


def _check_mounts(path: str, template: Mapping[str, Any]) -> None:
    volumes = {volume.get("name") for volume in template.get("volumes", [])}
    for at, mount in enumerate(template["containers"][0].get("volumeMounts", [])):
        if mount.get("name") not in volumes:
            raise violation(
                f"{path}.containers[0].volume_mounts[{at}].name",
                f"{mount.get('name')!r} is not the name of a volume in volumes",
            )
        if not str(mount.get("mountPath", "")).startswith("/"):
            raise violation(f"{path}.containers[0].volume_mounts[{at}].mount_path", "must be an absolute path")


def _check_env(path: str, env: list[dict[str, Any]], reserved: Iterable[str]) -> None:
    names = [entry.get("name", "") for entry in env]
    if taken := sorted(set(names) & {*reserved, DATA_VARIABLE, IDENTITY_VARIABLE}):
        raise violation(
            path,
            f"The following reserved env names were provided: {', '.join(taken)}. "
            "These values are automatically set by the system.",
        )
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise violation(path, f"Duplicate environment variables: {', '.join(twice)}")
    for at, entry in enumerate(env):
        if not _ENV_NAME.fullmatch(entry.get("name", "")):
            raise violation(
                f"{path}[{at}].name", f"{entry.get('name')!r} is not a valid name for an environment variable"
            )
        reference = entry.get("valueSource", {}).get("secretKeyRef")
        if "valueSource" in entry and ("value" in entry or not reference or not reference.get("secret")):
            raise violation(f"{path}[{at}]", "must have either a value or a valueSource that names a secret")
