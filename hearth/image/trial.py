"""The image at work: migrated, started, asked, loaded and stopped as Cloud Run does it."""

import http.client
import json
import re
import subprocess
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

from hearth.first_collection import Collection
from hearth.image import base
from hearth.image.container import Answer, Container
from hearth.image.contents import SHELLS
from hearth.image.engines import Engine, Sandbox
from hearth.image.instance import Instance
from hearth.image.rows import Row

KILL_SECONDS = 10
"""From SIGTERM to SIGKILL (Cloud Run, "Container runtime contract", lifecycle)."""

_ROUNDS = 3
_STYLE = re.compile(r'href="(/[^"]+\.css)"')
# Both generations of control groups, whichever the machine has.
BESIDE = """
import json, os
from pathlib import Path
def number(*names):
    for name in names:
        path = Path("/sys/fs/cgroup") / name
        if path.exists():
            return int(path.read_text()) if path.read_text().strip().isdigit() else None
def writes(path):
    try:
        Path(path, "written").write_text("x")
    except OSError:
        return False
    return True
status = dict(line.split(":", 1) for line in Path("/proc/1/status").read_text().splitlines())
print(json.dumps({
    "first": Path("/proc/1/cmdline").read_text().split("\\0")[:2],
    "uid": int(status["Uid"].split()[1]),
    "capabilities": int(status["CapEff"], 16),
    "limit": number("memory.max", "memory/memory.limit_in_bytes"),
    "peak": number("memory.peak", "memory/memory.max_usage_in_bytes"),
    "disk": writes(os.getcwd()) or writes("/var"),
    "tmp": writes("/tmp"),
}))
"""


def try_image(engine: Engine, image: str, instance: Instance, data: Path, kept: Collection) -> list[Row]:
    """Rows of everything tried. `data` is an empty folder for the database, `kept` goes there. Raises ImageError."""
    box = sandbox(instance, data)
    rows = [_unmigrated(engine, image, instance, box), migrate(engine, image, instance, box)]
    return rows + (_serve(engine, image, instance, box, kept) if rows[-1].holds else [])


def sandbox(instance: Instance, data: Path) -> Sandbox:
    """What every container of a trial runs in. `data` is an empty folder for a database."""
    # Whatever user the image runs as has to be able to write there.
    data.chmod(0o777)
    return Sandbox(memory=instance.memory, name=f"hearth-trial-{data.name}", env=instance.env, data=data)


def migrate(engine: Engine, image: str, instance: Instance, box: Sandbox) -> Row:
    """The instance's migration, with its last line."""
    done = subprocess.run(engine.run(image, instance.migration, box=box), capture_output=True, text=True, check=False)
    return Row("migrations", base.last_line(done.stdout + done.stderr), done.returncode == 0)


def _unmigrated(engine: Engine, image: str, instance: Instance, box: Sandbox) -> Row:
    with Container(engine, image, box) as container:
        container.first(instance.live, 200)
        ready = container.ask(instance.ready)
        return Row("before them", f"{instance.ready} answers {ready.status}: no requests yet", ready.status == 503)


def _serve(engine: Engine, image: str, instance: Instance, box: Sandbox, kept: Collection) -> list[Row]:
    with Container(engine, image, box) as container:
        took = container.first(instance.ready, 200)
        rows = [Row("start", f"{took * 1000:.0f} ms from `run` to the first 200, on PORT={container.port}")]
        rows += _requests(container, instance, kept)
        rows.append(_load(container, instance.concurrency, kept.path))
        rows += check_sandbox(json.loads(container.python(BESIDE)), instance)
        return rows + _stop(container, instance, kept)


def _requests(container: Container, instance: Instance, kept: Collection) -> list[Row]:
    health = [container.ask(path).status for path in ("/health", instance.live, instance.ready)]
    page, missing = container.ask("/"), container.ask(f"{kept.path}/not-there")
    linked = _STYLE.search(page.body)
    style = container.ask(linked[1] if linked else "/no-style-is-linked")
    made = container.ask(kept.path, "POST", kept.body)
    listed = container.ask(kept.path)
    return [
        Row("health", ", ".join(map(str, health)), set(health) == {200}),
        Row("page", f"/ answers {page.status} {page.kind}", (page.status, page.kind) == (200, "text/html")),
        Row(
            "static file",
            f"{linked[1] if linked else 'none'}, which the page links, answers {style.status} {style.kind}",
            (style.status, style.kind) == (200, "text/css"),
        ),
        Row("API", f"POST {made.status}, GET {listed.status}", _round_trip(made, listed, kept.name)),
        Row(
            "API's errors",
            f"{missing.status} {missing.kind}",
            (missing.status, missing.kind) == (404, "application/problem+json"),
        ),
    ]


def _round_trip(made: Answer, listed: Answer, name: str) -> bool:
    return (
        made.status == 201
        and listed.status == 200
        and made.json()["id"] in {each["id"] for each in listed.json()[name]}
    )


def _load(container: Container, concurrency: int, path: str) -> Row:
    """As many requests at a time as an instance is given, so that the peak of memory is one of work."""
    with ThreadPoolExecutor(concurrency) as pool:
        answers = list(pool.map(container.ask, ["/", path] * (concurrency * _ROUNDS // 2)))
    failed = [answer.status for answer in answers if answer.status != 200]
    said = f"{len(answers)} requests, {concurrency} at a time, {len(failed)} not answered with 200"
    return Row("load", said, not failed)


def check_sandbox(found: Mapping[str, Any], instance: Instance) -> list[Row]:
    """Of what a program beside the service found: whose process it is, and what it may do."""
    process = " ".join(Path(part).name for part in found["first"])
    used = f", at most {_mebibytes(found['peak'])} of it used" if found["peak"] else ""
    return [
        Row(
            "process 1",
            f"{process}, user {found['uid']}",
            # A shell as the first process passes no SIGTERM on.
            Path(found["first"][0]).name not in SHELLS and found["uid"] != 0,
        ),
        Row(
            "capabilities",
            f"{found['capabilities']:#x}" if found["capabilities"] else "none",
            not found["capabilities"],
        ),
        Row(
            "read-only disk, memory as /tmp",
            f"written to: {', '.join(path for path in ('disk', 'tmp') if found[path]) or 'neither'}",
            found["tmp"] and not found["disk"],
        ),
        Row(
            "memory",
            f"{_mebibytes(found['limit'])}, where stack {instance.stack} gives {_mebibytes(instance.memory)}{used}",
            found["limit"] == instance.memory,
        ),
    ]


def _stop(container: Container, instance: Instance, kept: Collection) -> list[Row]:
    """SIGTERM between the two halves of a request, which has to be answered all the same."""
    body = json.dumps(kept.body).encode()
    with closing(http.client.HTTPConnection("127.0.0.1", container.port, timeout=KILL_SECONDS)) as client:
        client.putrequest("POST", kept.path)
        client.putheader("Content-Type", "application/json")
        client.putheader("Content-Length", str(len(body)))
        client.endheaders(body[:1])
        # An answer to a later request says that this one has been taken up.
        container.ask(instance.live)
        asked = time.monotonic()
        container.terminate()
        client.send(body[1:])
        status = client.getresponse().status
    code = container.ended(KILL_SECONDS)
    took = time.monotonic() - asked
    lines = container.log.strip().splitlines()
    return [
        Row(
            "SIGTERM",
            f"{status} for the request in flight, exit code {code} after {took:.1f} s",
            (status, code) == (201, 0),
        ),
        Row("log", f"{len(lines)} lines, each JSON", bool(lines) and all(_is_json(line) for line in lines)),
    ]


def _is_json(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _mebibytes(size: int | None) -> str:
    return "no limit" if size is None else f"{size // 2**20} MiB"
