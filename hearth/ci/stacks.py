"""Which of the checkout's stacks are deployed to Google Cloud: all but those on a project of a local cloud."""

from pathlib import Path

from hearth import stack_file
from hearth.catalog.apis import LOCAL_PROJECT_PREFIX


def on_google(root: Path) -> list[str]:
    """Their names, from the files `Pulumi.NAME.yaml`, in order. Raises ProjectError for a file that is none."""
    found = []
    for path in sorted(root.glob("Pulumi.*.yaml")):
        project = str((stack_file.read(path).get("config") or {}).get("gcp:project", ""))
        if not project.startswith(LOCAL_PROJECT_PREFIX):
            found.append(path.name.removeprefix("Pulumi.").removesuffix(".yaml"))
    return found
