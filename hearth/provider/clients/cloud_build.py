"""Cloud Build v1: start, find and watch builds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hearth.catalog.apis import CLOUD_BUILD
from hearth.provider.clients.session import Body, Call, Session

RUNNING = frozenset({"PENDING", "QUEUED", "WORKING"})
SUCCESS = "SUCCESS"


@dataclass(frozen=True)
class Build:
    """What is read of a build (Cloud Build, "REST Resource: projects.builds")."""

    raw: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.raw.get("id", ""))

    @property
    def status(self) -> str:
        return str(self.raw.get("status", "STATUS_UNKNOWN"))

    @property
    def running(self) -> bool:
        return self.status in RUNNING

    @property
    def log_url(self) -> str:
        return str(self.raw.get("logUrl", ""))

    @property
    def failure_reason(self) -> str:
        """Why it failed, as the service tells it; empty when it does not."""
        detail = str(self.raw.get("statusDetail") or "").strip().rstrip(".")
        failure = str((self.raw.get("failureInfo") or {}).get("detail") or "").strip().rstrip(".")
        return detail if failure in detail else "; ".join(filter(None, (detail, failure)))

    @property
    def warnings(self) -> list[str]:
        """What it warned of, and went on."""
        return [str(each.get("text", "")) for each in self.raw.get("warnings") or []]

    @property
    def failure_type(self) -> str:
        return str((self.raw.get("failureInfo") or {}).get("type", ""))

    def digest(self, image: str) -> str | None:
        """The digest that `image` (with its tag) was pushed under."""
        for pushed in (self.raw.get("results") or {}).get("images") or []:
            if pushed.get("name") == image and pushed.get("digest"):
                return str(pushed["digest"])
        return None


class CloudBuild:
    """Builds of one project in one build region."""

    def __init__(self, session: Session, project: str, region: str) -> None:
        self._session = session
        self._project = project
        self._builds = f"projects/{project}/locations/{region}/builds"

    def with_tag(self, tag: str) -> list[Build]:
        """The newest builds that carry the tag, newest first."""
        found = self._call("GET", self._builds, "look for builds of this content", query={"filter": f'tags="{tag}"'})
        return [Build(each) for each in found.get("builds") or []]

    def start(self, build: Body) -> Build:
        """Start a build. Not repeated when no answer came: look for it by its tag first."""
        operation = self._call("POST", self._builds, "start the build", body=build)
        return Build((operation.get("metadata") or {}).get("build") or {})

    def get(self, id: str) -> Build:
        return Build(self._call("GET", f"{self._builds}/{id}", f"read the status of build {id}"))

    def _call(
        self, method: str, url: str, what: str, query: Mapping[str, str | int] | None = None, body: Body | None = None
    ) -> dict[str, Any]:
        return self._session.call(
            Call(api=CLOUD_BUILD, project=self._project, method=method, url=url, what=what, query=query, body=body)
        )
