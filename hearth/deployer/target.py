"""What a stack file says about the place it deploys to.

Only the few keys that a check needs, as text: the program's own settings (`infra/settings.py`) refuse a
placeholder project, and a check has to work before it was replaced.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from hearth import stack_file
from hearth.facts.names import PROJECT_ID

_CHOICES = {
    "app:auth": "none",
    "app:clientEdits": "false",
    "app:database": "firestore",
    "app:firestoreDatabase": "(default)",
    "app:publicAccess": "iam",
    "app:schedules": "{}",
    "app:secretReplication": "automatic",
    "app:taskQueue": "",
}
"""Defaults, as in `infra/settings.py`."""


class BadTarget(Exception):
    """The stack file can't be used; the text says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Target:
    stack: str
    project: str
    choices: Mapping[str, str]
    """What the stack says, or is taken to say, for each key that decides on a role or a policy."""
    delivers: bool
    """Whether a repository's CI may deploy it."""
    secrets_provider: str
    """As `pulumi stack init --secrets-provider` wrote it; empty for a passphrase or Pulumi Cloud."""
    backend: str
    """URL of the state's backend; empty where the shell or `pulumi login` decides."""


def read(root: Path, stack: str, backend: str) -> Target:
    """Read `Pulumi.STACK.yaml`. `backend` is PULUMI_BACKEND_URL or ''. Raises BadTarget."""
    path = root / f"Pulumi.{stack}.yaml"
    known = sorted(found.name.split(".")[1] for found in root.glob("Pulumi.*.yaml"))
    if not path.is_file():
        raise BadTarget(f"There is no {path.name}. Stacks here: {', '.join(known) or 'none'}. Name one with --stack.")
    contents = _mapping(path)
    config = contents.get("config")
    config = stack_file.project_wide(root) | dict(config if isinstance(config, Mapping) else {})
    project = str(config.get("gcp:project", ""))
    if not PROJECT_ID.fullmatch(project) or project.startswith("demo-"):
        raise BadTarget(
            f"gcp:project in {path.name} is {project!r}, which is not a project on Google Cloud. "
            f"Put in yours: pulumi config set gcp:project YOUR-PROJECT -s {stack} "
            "(and gcp:billingProject, if the file has it)."
        )
    project_file = _mapping(root / "Pulumi.yaml")
    declared = project_file.get("backend")
    declared_url = str(declared.get("url", "")) if isinstance(declared, Mapping) else ""
    return Target(
        stack=stack,
        project=project,
        choices={key: _text(config.get(key, default)) for key, default in _CHOICES.items()},
        delivers=bool(config.get("app:deliveryRepository")),
        secrets_provider=str(contents.get("secretsprovider", "")),
        backend=backend or declared_url,
    )


def _text(value: object) -> str:
    """As Pulumi's command line writes it, which puts quotes around a true."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _mapping(path: Path) -> Mapping[str, Any]:
    try:
        contents = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise BadTarget(f"{path.name} can't be read: {error}") from error
    if not isinstance(contents, Mapping):
        raise BadTarget(f"{path.name} holds no settings.")
    return contents
