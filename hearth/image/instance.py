"""How a stack's instances are sized, probed and told things, for a container that stands for one of them.

Read off what the stack's program declares. What is only told on Google Cloud (its database, its secrets, its users) is
replaced, as none of it is in the image or on this machine.
"""

import secrets
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi

from hearth import project
from hearth.errors import HearthError
from hearth.facts.cloud_run import mebibytes
from hearth.image.errors import ImageError
from hearth.testing import stacks
from hearth.testing.recorder import Stack

DATABASE = "sqlite:////data/trial.sqlite3"
"""In the trial's folder."""

_SERVICE = "gcp:cloudrunv2/service:Service"
_JOB = "gcp:cloudrunv2/job:Job"
_IMAGE = "hearth:build:Image"
_MIGRATION_COMMAND = "app:migrationCommand"


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One instance of a stack's service."""

    stack: str
    memory: int
    """Bytes."""
    concurrency: int
    dockerfile: str
    """Of the image, relative to the project."""
    ready: str
    """Path of the startup probe; empty for one that asks for the port."""
    live: str
    """Path of the liveness probe; empty where there is none."""
    migration: tuple[str, ...]
    """The command that migrates the database; empty where there is none."""
    env: Mapping[str, str]


def of_stack(root: Path, stack: str) -> Instance:
    """Of the stack's program, run with the stack's file. Raises ImageError."""
    file = root / f"Pulumi.{stack}.yaml"
    if not file.is_file():
        there = ", ".join(sorted(each.name.split(".")[1] for each in root.glob("Pulumi.*.yaml")))
        raise ImageError(f"There is no stack {stack!r} to take the memory limit from; there are {there}. STACK=NAME")
    try:
        config, table = stacks.configuration(file), project.Table.read(root)
        declared = stacks.run_with(config, stack, project.program(root), root)
        return of_declared(stack, declared, table, config.get(_MIGRATION_COMMAND, table.migrate))
    except (HearthError, pulumi.RunError) as error:
        raise ImageError(f"{file.name}: {error}") from None


def of_declared(stack: str, declared: Stack, table: project.Table, migrate: str) -> Instance:
    """From the stack's resources; the table and `migrate` are for one that builds no image, or has no job to migrate.

    Raises ImageError.
    """
    services = declared.of_type(_SERVICE)
    if len(services) != 1:
        raise ImageError(f"Stack {stack} declares {len(services)} Cloud Run services, and one is what can be tried.")
    template, name = services[0].inputs["template"], str(services[0].inputs["name"])
    (container,) = template["containers"]
    images = [image.inputs["dockerfile"] for image in declared.of_type(_IMAGE)]
    jobs = [job.inputs["template"]["template"]["containers"][0] for job in declared.of_type(_JOB)]
    told = {each["name"]: str(each["value"]) for each in container.get("envs", ()) if "value" in each}
    # In place of what Secret Manager holds, so that an app that can't do without starts.
    made_up = {each["name"]: secrets.token_urlsafe(32) for each in container.get("envs", ()) if "value" not in each}
    return Instance(
        stack=stack,
        memory=_bytes(str(container["resources"]["limits"]["memory"])),
        concurrency=int(template["maxInstanceRequestConcurrency"]),
        dockerfile=str(images[0]) if images else table.dockerfile,
        ready=_path(container, "startupProbe"),
        live=_path(container, "livenessProbe"),
        migration=tuple([*jobs[0]["commands"], *jobs[0].get("args", ())] if jobs else shlex.split(migrate)),
        env={
            **made_up,
            **told,
            # The trial writes through the API, and has no user of the stack's project.
            "AUTH": "none",
            "DATABASE_URL": DATABASE,
            "SECRET_KEY": secrets.token_urlsafe(32),
            # Cloud Run sets these itself; the service is stricter where they are.
            "K_SERVICE": name,
            "K_REVISION": f"{name}-00001-abc",
            "K_CONFIGURATION": name,
        },
    )


def _bytes(memory: str) -> int:
    size = mebibytes(memory)
    if size is None:
        raise ImageError(f"The service's memory is {memory!r}, no whole number of Mi or Gi such as 512Mi.")
    return size * 1024**2


def _path(container: Mapping[str, Any], probe: str) -> str:
    return str(container.get(probe, {}).get("httpGet", {}).get("path", ""))
