"""A site on a fake Hosting, the folder of its files, and the service behind it."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hearth.plugin.kinds import Context, Values
from hearth.provider.site_release import SiteRelease
from hearth.tests.provider.fake_clock import FakeClock
from hearth.tests.provider.fake_hosting import FakeHosting
from hearth.tests.provider.fake_server import FakeServer

ID = "projects/demo-shop/sites/demo-shop/channels/live"
SERVICE = "projects/demo-shop/locations/us-central1/services/web"
IMAGE = "us-central1-docker.pkg.dev/demo-shop/web/web@sha256:1"
CONFIG = {"rewrites": [{"glob": "**", "run": {"serviceId": "web", "region": "us-central1"}}]}


FIRST = {
    "/style.css": "body{margin:0}",
    "/404.html": "<title>Not found</title>",
    "/assets/copy.css": "body{margin:0}",
}
"""What the stage's folder holds at first."""


@dataclass
class Stage:
    """A folder of files, a site, and a service that is ready."""

    server: FakeServer
    hosting: FakeHosting
    kind: SiteRelease
    clock: FakeClock
    context: Context
    public: Path

    def service(self, **changes: Any) -> None:
        """What Cloud Run answers about the service."""
        ready = {
            "name": SERVICE,
            "template": {"containers": [{"image": "sidecar"}, {"image": IMAGE, "ports": [{"containerPort": 8080}]}]},
            "latestReadyRevision": f"{SERVICE}/revisions/web-00001",
            "latestCreatedRevision": f"{SERVICE}/revisions/web-00001",
            "terminalCondition": {"type": "Ready", "state": "CONDITION_SUCCEEDED"},
        }
        self.server.answer("GET", f"/run/v2/{SERVICE}", ready | changes)

    def inputs(self, **changes: Any) -> Values:
        """Inputs that declare the folder as it is now."""
        files = {
            f"/{file.relative_to(self.public).as_posix()}": hashlib.sha256(file.read_bytes()).hexdigest()
            for file in sorted(self.public.rglob("*"))
            if file.is_file()
        }
        service = {"name": SERVICE, "image": IMAGE, "template": "t1"}
        given = {"project": "demo-shop", "site": "demo-shop", "files": files, "config": CONFIG, "service": service}
        checked = self.kind.check(self.context, None, given | changes)
        assert not checked.failures
        return checked.inputs

    def create(self, **changes: Any) -> Values:
        return self.kind.create(self.context, self.inputs(**changes), preview=False).outputs

    def update(self, old: Values, **changes: Any) -> Values:
        return self.kind.update(self.context, ID, old, old, self.inputs(**changes), preview=False)

    @property
    def live(self) -> dict[str, str] | None:
        return self.hosting.live("demo-shop")
