"""How a stack's instances are sized and what they are told, for a container that stands for one of them."""

import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from infra.rules.capacity import mebibytes
from infra.settings import Settings, fields
from infra.web_service import SPARE_THREADS
from tools.image.errors import ImageError
from tools.preview import stack_file
from tools.preview.errors import PreviewError

DATABASE = "sqlite:////data/trial.sqlite3"
"""In the trial's folder. A stack's own database is not in its image, and not on this machine."""


@dataclass(frozen=True)
class Instance:
    """One instance of a stack's service."""

    stack: str
    memory: int
    """Bytes."""
    concurrency: int
    env: dict[str, str]


def of_stack(root: Path, stack: str) -> Instance:
    """From the stack's file; keys that it leaves out have their defaults. Raises ImageError."""
    file = root / f"Pulumi.{stack}.yaml"
    if not file.is_file():
        there = ", ".join(sorted(each.name.split(".")[1] for each in root.glob("Pulumi.*.yaml")))
        raise ImageError(f"There is no stack {stack!r} to take the memory limit from; there are {there}. STACK=NAME")
    try:
        config = stack_file.read(file).get("config") or {}
        # Only what sizes an instance: the rest is asked of the engine's own configuration, and may be encrypted.
        sizes = {key: config[key] for key in fields() if key in config and isinstance(config[key], str)}
        settings = Settings.model_validate(sizes)
    except (PreviewError, ValidationError) as error:
        raise ImageError(f"{file.name}: {error}") from None
    memory = mebibytes(settings.memory)
    if memory is None:
        raise ImageError(
            f"app:memory of {file.name} is {settings.memory!r}, no whole number of Mi or Gi such as 512Mi."
        )
    env = {
        "APP_ENV": settings.environment,
        # The trial writes through the API, and has no user of the stack's project.
        "AUTH": "none",
        "LOG_LEVEL": settings.log_level,
        "DATABASE_URL": DATABASE,
        "SECRET_KEY": secrets.token_urlsafe(32),
        "GUNICORN_THREADS": str(settings.concurrency + SPARE_THREADS),
        "GUNICORN_WORKERS": str(max(1, int(settings.cpu))),
        # Cloud Run sets these itself; the service is stricter where they are.
        "K_SERVICE": settings.names.service,
        "K_REVISION": f"{settings.names.service}-00001-abc",
        "K_CONFIGURATION": settings.names.service,
    }
    return Instance(stack=stack, memory=memory * 1024**2, concurrency=settings.concurrency, env=env)


def free_port() -> int:
    """A TCP port that was free a moment ago, and not the one that images take for granted."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found
