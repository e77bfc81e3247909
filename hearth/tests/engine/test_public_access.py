"""The two ways of letting everybody call the service, changed one into the other while somebody calls it."""

import contextlib
import threading
from collections import Counter
from collections.abc import Iterator

from hearth.tests.engine.deployment import Deployment

SERVICE = "gcp:cloudrunv2/service:Service"
GRANT = "gcp:cloudrunv2/serviceIamMember:ServiceIamMember"
FILE = "Pulumi.local.yaml"
KEY = "  app:environment: development\n"


@contextlib.contextmanager
def calling(deployment: Deployment) -> Iterator[Counter[int]]:
    """Calls the service all the time, without a pause; how often it gave which status."""
    answers: Counter[int] = Counter()
    over = threading.Event()

    def call() -> None:
        while not over.is_set():
            answers[deployment.get("/health/live", deployment.service).status_code] += 1

    thread = threading.Thread(target=call)
    thread.start()
    try:
        yield answers
    finally:
        over.set()
        thread.join()


def test_each_change_shows_in_the_preview_and_refuses_nobody(edited: Deployment) -> None:
    own = edited.root / FILE
    shipped = own.read_text(encoding="utf-8")

    for way, grant in (("invoker-check-off", "delete"), ("iam", "create")):
        own.write_text(shipped.replace(KEY, f"{KEY}  app:publicAccess: {way}\n"), encoding="utf-8")
        changes = edited.changes()
        with calling(edited) as answers:
            edited.up()

        assert changes[GRANT]["op"] == grant
        assert "invokerIamDisabled" in changes[SERVICE]
        assert set(answers) == {200}, answers
    own.write_text(shipped, encoding="utf-8")
