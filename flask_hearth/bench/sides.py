"""The two sides, each as the commands and the environment that it is deployed with."""

import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import flask_hearth
from flask_hearth.bench import peer as peers
from flask_hearth.testing import sample

PACKAGES = Path(flask_hearth.__file__).resolve().parents[1]
"""The folder that this package lies in, in which every process here finds it."""

_SAMPLE = Path(sample.__file__).parent
_PEER = Path(peers.__file__).parent
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
    kept: str = "items"
    """What it has a list of."""

    @property
    def path(self) -> str:
        """Of that list."""
        return f"/api/v1/{self.kept}"


# What the tutorial's deploy command sets.
_PEERS_SIZE = {"GUNICORN_WORKERS": "2", "GUNICORN_THREADS": "4"}


def hearth(url: str, services: Mapping[str, str]) -> Side:
    """The sample app as an image runs it and a stack sets it, with nothing set that has a default."""
    return Side(
        "Hearth",
        (*_GUNICORN, str(_SAMPLE / "gunicorn.conf.py"), "flask_hearth.testing.sample:create_app()"),
        PACKAGES,
        {"APP_ENV": "production", "SECRET_KEY": secrets.token_urlsafe(32), "DATABASE_URL": url, **_base(services)},
        "/health/ready",
    )


def peer(url: str, services: Mapping[str, str]) -> Side:
    """The peer as its tutorial deploys it."""
    return Side(
        "peer",
        (*_GUNICORN, str(_PEER / "gunicorn.conf.py"), "flask_hearth.bench.peer.app:create_app()"),
        PACKAGES,
        {**_PEERS_SIZE, "DATABASE_URL": url, **_base(services)},
        "/health",
    )


def hearth_sized_as_peer(url: str, services: Mapping[str, str]) -> Side:
    """The service with as many processes and threads as the peer: what the sizes alone do."""
    ours = hearth(url, services)
    return replace(ours, name="Hearth, sized as the peer", environ={**ours.environ, **_PEERS_SIZE})


def _base(services: Mapping[str, str]) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "PYTHONPATH": str(PACKAGES),
        **services,
    }
