"""The trial of an image whose app is not known: no document says what its API takes.

Tried is what holds of any service on Cloud Run: it comes up on PORT with a read-only disk, answers its probes, bears
as many requests at a time as an instance is given, and ends by SIGTERM in time. Left out is what only its owner knows,
such as what a page shows and how a line of its log looks; `hearth.image.trial` is for an app that Hearth knows more of.
"""

import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path

from hearth.image.container import Container
from hearth.image.engines import Engine, Sandbox
from hearth.image.instance import Instance
from hearth.image.rows import Row, all_passed
from hearth.image.trial import BESIDE, KILL_SECONDS, check_sandbox, migrate, sandbox

_FINE = range(HTTPStatus.OK, HTTPStatus.BAD_REQUEST)
"""As of a probe (Cloud Run, "Container health checks")."""


def attempt(engine: Engine, image: str, instance: Instance, data: Path) -> list[Row]:
    """Rows of everything tried. `data` is an empty folder for a database. Raises ImageError."""
    box = sandbox(instance, data)
    rows = [migrate(engine, image, instance, box)] if instance.migration else []
    return rows + (_served(engine, image, instance, box) if all_passed(rows) else [])


def _served(engine: Engine, image: str, instance: Instance, box: Sandbox) -> list[Row]:
    asked = tuple(path for path in (instance.ready, instance.live) if path) or ("/",)
    with Container(engine, image, box) as container:
        took = container.first(asked[0], *_FINE)
        rows = [Row("start", f"{took * 1000:.0f} ms from `run` to the first answer, on PORT={container.port}")]
        probed = [container.ask(path).status for path in asked]
        rows.append(Row("probes", answers(asked, probed), all(status in _FINE for status in probed)))
        page = container.ask("/")
        rows.append(Row("page", f"/ answers {page.status} {page.kind}", page.status < HTTPStatus.INTERNAL_SERVER_ERROR))
        rows.append(_load(container, instance.concurrency, asked[0]))
        rows += check_sandbox(json.loads(container.python(BESIDE)), instance)
        began = time.monotonic()
        container.terminate()
        code = container.ended(KILL_SECONDS)
        rows.append(Row("SIGTERM", f"exit code {code} after {time.monotonic() - began:.1f} s", code == 0))
    return rows


def _load(container: Container, concurrency: int, path: str) -> Row:
    with ThreadPoolExecutor(concurrency) as pool:
        given = [answer.status for answer in pool.map(container.ask, [path] * concurrency)]
    failed = [status for status in given if status not in _FINE]
    said = f"{len(given)} requests at a time, {len(failed)} not answered with 200 to 399"
    return Row("load", said, not failed)


def answers(paths: Sequence[str], statuses: Sequence[int]) -> str:
    """Each path with what it was answered with."""
    return ", ".join(f"{path} {status}" for path, status in zip(paths, statuses, strict=True))
