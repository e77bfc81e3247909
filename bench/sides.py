"""The two sides, each as the commands and the environment that it is deployed with."""

import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tools.first_collection import Collection, first

ROOT = Path(__file__).resolve().parents[1]

_GUNICORN = (sys.executable, "-m", "gunicorn", "--config")


@dataclass(frozen=True)
class Side:
    """One of the two, on a database of its own."""

    name: str
    command: tuple[str, ...]
    folder: Path
    environ: Mapping[str, str]
    ready: str
    """A path that is answered with 200 once the side can do its work."""
    kept: Collection
    """What it has a list of."""


# What the tutorial's deploy command sets.
_PEERS_SIZE = {"GUNICORN_WORKERS": "2", "GUNICORN_THREADS": "4"}


def hearth(url: str, services: Mapping[str, str]) -> Side:
    """The service as the image runs it and a stack sets it, with nothing set that has a default."""
    return Side(
        "Hearth",
        (*_GUNICORN, "gunicorn.conf.py", "app:create_app()"),
        ROOT / "service",
        {"APP_ENV": "production", "SECRET_KEY": secrets.token_urlsafe(32), "DATABASE_URL": url, **_base(services)},
        "/health/ready",
        # Whatever the service declares: who clones it replaces the sample.
        first(ROOT),
    )


def peer(url: str, services: Mapping[str, str]) -> Side:
    """The peer as its tutorial deploys it."""
    return Side(
        "peer",
        (*_GUNICORN, "bench/peer/gunicorn.conf.py", "bench.peer.app:create_app()"),
        ROOT,
        {**_PEERS_SIZE, "DATABASE_URL": url, **_base(services)},
        "/health",
        Collection("items", "/api/v1/items", {}),
    )


def hearth_sized_as_peer(url: str, services: Mapping[str, str]) -> Side:
    """The service with as many processes and threads as the peer: what the sizes alone do."""
    ours = hearth(url, services)
    return replace(ours, name="Hearth, sized as the peer", environ={**ours.environ, **_PEERS_SIZE})


def _base(services: Mapping[str, str]) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **services}
