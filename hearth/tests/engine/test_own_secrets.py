"""A secret of the app's own, from `pulumi config set` to the running service: rotated, taken back, and told to nobody.

On a second stack with a passphrase of its own, beside stack `local`, whose passphrase everybody knows and whose
secrets are in `.env`.
"""

import base64
import json
import re
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import pytest

from hearth.localcloud.commands import variables
from hearth.localcloud.store import FILE
from hearth.tests.engine.deployment import APP, SECONDS, Deployment, copied

STACK = "second"
NAME = "second"
CANARIES = {
    "SHORT": "Kx7#Qz",
    "LONG": "canary-" + "0123456789abcdef" * 512,
    "LINES": "-----BEGIN CANARY-----\nfirst canary line\n\n\tthird canary line\n-----END CANARY-----\n",
    "QUOTED": 'ca"na\'ry \\ $HOME `x` "two"',
    "SWITCH": "true",
    "DIGITS": "00012345678901234567890",
}
ROTATED = "rotated-canary-4711"
SERVICE = "gcp:cloudrunv2/service:Service"
VERSION = "gcp:secretmanager/secretVersion:SecretVersion"


class Second:
    """The stack `second` of a deployment."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.said: list[str] = []
        own = variables.environment(deployment.checkout, deployment.ports, Deployment._clean())
        self.environment = own | {"PULUMI_CONFIG_PASSPHRASE": "of our own", "PULUMI_STACK": STACK}

    def pulumi(self, *arguments: str, given: str | None = None, code: int = 0) -> str:
        done = subprocess.run(
            [self.deployment.checkout.programs / "pulumi", "--non-interactive", *arguments],
            cwd=self.deployment.root,
            env=self.environment,
            input=given or "",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        self.said.append(done.stdout)
        assert done.returncode == code, done.stdout
        return done.stdout

    def set_secret(self, name: str, value: str) -> None:
        """As docs/variables.md has it."""
        self.pulumi("config", "set", "--secret", "--raw", "--path", f"app:secrets.{name}", given=value)

    def up(self, code: int = 0) -> str:
        return self.pulumi("up", "--yes", "--diff", code=code)

    def state(self) -> dict[str, Any]:
        exported: dict[str, Any] = json.loads(self.pulumi("stack", "export"))
        self.said.pop()
        return exported

    def variables(self) -> dict[str, str]:
        """What the instances of the service that runs were given, PORT excepted."""
        revision = self.service()["latestReadyRevision"].rpartition("/")[2]
        self.deployment.get("/health/live", base=self.pulumi("stack", "output", "serviceUrl").strip())
        for pid in self.deployment.processes():
            environ = psutil.Process(pid).environ()
            if environ.get("K_REVISION") == revision:
                return environ
        raise AssertionError(f"no instance of {revision} runs")

    def service(self) -> dict[str, Any]:
        (found,) = [each["outputs"] for each in self.state()["deployment"]["resources"] if each["type"] == SERVICE]
        assert isinstance(found, dict)
        return found

    def references(self, name: str) -> set[str]:
        """Numbers of the version that service and job refer to."""
        return {
            each["valueSource"]["secretKeyRef"]["version"]
            for each in _environments(self.state()["deployment"]["resources"])
            if each["name"] == name
        }

    def versions(self, name: str) -> dict[str, str]:
        """State by number, of all versions there ever were."""
        prefix = f"secretmanager/projects/demo-second/secrets/{NAME}-{name}/versions/"
        return {
            each["name"].rpartition("/")[2]: each["state"]
            for document, each in _records(self.deployment)
            if document.startswith(prefix)
        }


def _environments(resources: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for each in resources:
        template = each.get("outputs", {}).get("template")
        if not isinstance(template, dict):
            continue
        for container in [*template.get("containers", []), *template.get("template", {}).get("containers", [])]:
            yield from container.get("envs", [])


def _records(deployment: Deployment) -> Iterator[tuple[str, dict[str, Any]]]:
    with sqlite3.connect(deployment.checkout.cloud / FILE) as store:
        for name, body in store.execute("SELECT name, body FROM documents").fetchall():
            yield name, json.loads(body)
    store.close()


def forms(text: str) -> set[str]:
    """A text as it may be written: as it is, a line alone, in JSON once and twice, in an address, in base64."""
    lines = {line.strip() for line in text.splitlines() if len(line.strip()) > 5}
    once = json.dumps(text)[1:-1]
    encoded = base64.b64encode(text.encode()).decode().rstrip("=")
    return {text, once, json.dumps(once)[1:-1], quote(text), encoded[: len(encoded) // 4 * 4], *lines}


def holding(deployment: Deployment, canary: str) -> set[str]:
    """Files, and documents of the local cloud, in which a canary is; but for what Secret Manager itself keeps."""
    wanted = {each.encode() for each in forms(canary)}
    found = set()
    for folder in (deployment.checkout.local, deployment.root):
        for file in folder.rglob("*") if folder != deployment.root else folder.glob("*"):
            if file.is_file() and not file.is_symlink() and file.name not in {".env", FILE, f"{FILE}-wal"}:
                content = file.read_bytes()
                found |= {str(file.relative_to(deployment.root)) for each in wanted if each in content}
    for name, body in _records(deployment):
        payload = re.fullmatch(r"secretmanager/.*/versions/\d+", name)
        text = json.dumps({key: value for key, value in body.items() if not (payload and key == "_data")}).encode()
        found |= {name for each in wanted if each in text}
    return found


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Second]:
    """Brought up with every canary, beside stack `local`."""
    with copied(tmp_path_factory.mktemp("second") / "checkout") as deployment:
        (deployment.root / ".env").write_text(
            'FROM_FILE="of the file,\nin two lines"\nLOG_LEVEL=warning\n', encoding="utf-8"
        )
        deployment.up()
        own = (deployment.root / "Pulumi.local.yaml").read_text(encoding="utf-8")
        own = re.sub(r"^encryptionsalt: .*\n", "", own, flags=re.MULTILINE).replace("demo-hearth", "demo-second")
        own = own.replace(f"app:name: {APP}", f"app:name: {NAME}")
        (deployment.root / f"Pulumi.{STACK}.yaml").write_text(own, encoding="utf-8")
        stack = Second(deployment)
        stack.pulumi("stack", "init", STACK)
        for name, value in CANARIES.items():
            stack.set_secret(name, value)
        stack.pulumi("config", "set", "--path", "--type", "string", "app:env.PLAIN", "--", "true")
        stack.up()
        yield stack


def test_the_service_gets_each_value_to_the_letter(second: Second) -> None:
    found = second.variables()

    assert {name: found.get(name) for name in CANARIES} == CANARIES
    assert found["PLAIN"] == "true"
    assert "FROM_FILE" not in found, "that file belongs to the stack whose passphrase everybody knows"
    assert second.pulumi("preview", "--expect-no-changes")


def test_stack_local_gets_the_variables_of_the_file_beside(second: Second) -> None:
    deployment = second.deployment
    deployment.get("/health/live", base=deployment.service)
    environments = [psutil.Process(pid).environ() for pid in deployment.processes()]
    found = [each for each in environments if each.get("K_SERVICE") == APP]

    assert found
    assert {each["FROM_FILE"] for each in found} == {"of the file,\nin two lines"}
    assert {each["LOG_LEVEL"] for each in found} == {"info"}, "the stack's own: that line is for `make serve`"


def test_a_new_value_is_a_new_version_and_revision_and_the_old_version_stays_until_the_next(second: Second) -> None:
    before, revision = second.references("QUOTED"), second.service()["latestReadyRevision"]
    second.set_secret("QUOTED", ROTATED)
    output = second.up()
    after = second.references("QUOTED")

    assert second.variables()["QUOTED"] == ROTATED
    assert second.service()["latestReadyRevision"] != revision
    assert len(before) == len(after) == 1
    assert before != after, "of service and job alike"
    assert {second.versions("QUOTED")[number] for number in before | after} == {"ENABLED"}
    assert ROTATED not in output

    # The way back is to the version that is still there.
    second.set_secret("QUOTED", CANARIES["QUOTED"])
    second.up()
    assert second.variables()["QUOTED"] == CANARIES["QUOTED"]
    assert second.references("QUOTED") == before
    assert {second.versions("QUOTED")[number] for number in before | after} == {"ENABLED"}

    second.set_secret("QUOTED", f"{ROTATED}-again")
    second.up()
    assert [second.versions("QUOTED")[number] for number in (*before, *after)] == ["ENABLED", "DESTROYED"]


def test_no_canary_is_in_state_logs_records_or_output(second: Second) -> None:
    for name, canary in {**CANARIES, "ROTATED": ROTATED}.items():
        if name == "SWITCH":
            continue
        said = [output for output in second.said for each in forms(canary) if each in output]
        assert (name, said, holding(second.deployment, canary)) == (name, [], set())
    assert not [each for each in forms(CANARIES["LONG"]) if each in json.dumps(second.state())]


def test_a_canary_would_be_found(second: Second, tmp_path: Path) -> None:
    file = second.deployment.checkout.local / "found.json"
    for form in forms(CANARIES["LINES"]):
        file.write_text(form, encoding="utf-8")
        assert holding(second.deployment, CANARIES["LINES"]) == {".local/found.json"}
    file.unlink()


def test_a_value_in_clear_beside_encrypted_ones_is_refused_and_told_to_nobody(second: Second) -> None:
    second.pulumi("config", "set", "--plaintext", "--path", "app:secrets.OPEN", "open-canary-4711")
    output = second.pulumi("preview", code=1)
    second.pulumi("config", "rm", "--path", "app:secrets.OPEN")

    assert "app:secrets = 'OPEN'" in output
    assert "in plain text in the stack file" in output
    assert "open-canary-4711" not in output


def test_where_everybody_knows_the_passphrase_a_secret_is_refused(second: Second) -> None:
    deployment = second.deployment
    set_ = deployment.pulumi("config", "set", "--secret", "--path", "app:secrets.MINE", "x", "--stack", "local")
    refused = deployment.make("up")
    deployment.pulumi("config", "rm", "--path", "app:secrets.MINE", "--stack", "local")

    assert set_.returncode == 0
    assert refused.returncode != 0
    assert "write MINE=... into .env" in refused.stdout
