"""The Firebase CLI (15.34.2) at work: what it sent to a local cloud, sent again.

`firebase_cli.jsonl` holds its requests in order, each with the status that it got: deploy, a preview channel twice, a
site, a clone, a rollback by a clone within the site, the channel deleted, the site disabled. Ids that a run makes up
are VERSION-1 and so on.
"""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hearth.catalog.apis import FIREBASE, FIREBASE_HOSTING
from hearth.localcloud.cloud import Cloud
from hearth.tests.localcloud.running import LocalCloud, in_thread

PROJECT = "demo-hearth"
RECORDED = [json.loads(line) for line in (Path(__file__).parent / "firebase_cli.jsonl").read_text().splitlines()]
SCENARIOS = [each["scenario"] for each in RECORDED if "scenario" in each]
# In the order in which a run has them.
MADE_UP = re.compile(r"(?:VERSION|OPERATION)-\d+")


def scenario(name: str) -> Iterator[dict[str, Any]]:
    within = False
    for each in RECORDED:
        if "scenario" in each:
            within = each["scenario"] == name
        elif within:
            yield each


class Cli:
    """Sends recorded requests, with the ids that this cloud made up in place of the recorded ones."""

    def __init__(self, local: LocalCloud) -> None:
        self._local = local
        self._ids: dict[str, str] = {}

    def run(self, name: str) -> None:
        for recorded in scenario(name):
            text = MADE_UP.sub(lambda at: self._ids[at[0]], json.dumps(recorded))
            request = json.loads(text)
            content = base64.b64decode(request["base64"]) if "base64" in request else None
            answer = self._local.session.request(
                request["method"],
                self._local.origin + request["path"],
                json=request.get("body"),
                data=content,
                headers={"Content-Type": "application/json"} if content is None else {},
                timeout=10,
            )
            assert answer.status_code == request["status"], f"{request}: {answer.text}"
            self._remember(request, answer.json() if answer.text else {})

    def _remember(self, request: dict[str, Any], answer: dict[str, Any]) -> None:
        if request["path"].endswith("/versions") and request["method"] == "POST":
            self._keep("VERSION", answer["name"])
        if request["path"].endswith("/versions:clone"):
            self._keep("OPERATION", answer["name"])
            self._keep("VERSION", answer["response"]["name"])

    def _keep(self, kind: str, name: str) -> None:
        number = 1 + sum(each.startswith(kind) for each in self._ids)
        self._ids[f"{kind}-{number}"] = name.rpartition("/")[2]


@pytest.fixture
def local(tmp_path: Path) -> Iterator[LocalCloud]:
    """A project that has Hosting and a service, as stack local has it, and no Identity Platform."""

    def add_service(cloud: Cloud) -> None:
        service = {"uri": "http://127.0.0.1:8080", "traffic": []}
        cloud.store.put(f"run/projects/{PROJECT}/locations/us-central1/services/web", service)

    with in_thread(tmp_path / "cloud") as cloud:
        cloud.enable(PROJECT, FIREBASE, FIREBASE_HOSTING)
        cloud.call("POST", FIREBASE, f"projects/{PROJECT}:addFirebase", {})
        cloud.in_loop(add_service)
        yield cloud


def page(local: LocalCloud, host: str) -> str:
    """The front page at a host of the edge, or its status."""
    edge = f"127.0.0.1:{local.ports.edge}"
    answer = local.session.get(f"http://{edge}/", headers={"Host": f"{host}:{local.ports.edge}"}, timeout=10)
    return answer.text.strip() if answer.ok else str(answer.status_code)


def test_each_command_of_it_does_what_it_does_on_google(local: LocalCloud) -> None:
    cli = Cli(local)
    hosts = ("localhost", f"{PROJECT}--pr-7.localhost", "demo-other.localhost")
    seen = {}

    for name in SCENARIOS:
        cli.run(name)
        seen[name] = tuple(page(local, host) for host in hosts)

    one, two = "<h1>one</h1>", "<h1>two</h1>"
    assert seen == {
        "deploy": (one, "404", "404"),
        "preview": (one, two, "404"),
        "preview-again": (one, two, "404"),
        "site": (one, two, "404"),
        "clone": (one, two, two),
        "rollback": (two, two, two),
        "delete": (two, "404", two),
        "disable": ("404", "404", two),
    }


def test_a_deployment_where_hosting_is_off_is_told_so(tmp_path: Path) -> None:
    """Its own check can't tell: it asks for the API that is called as this machine."""
    with in_thread(tmp_path / "cloud") as fresh, pytest.raises(AssertionError, match="SERVICE_DISABLED"):
        Cli(fresh).run("deploy")
