"""Another attempt at a service that did not come up is another template; the first one says nothing."""

from typing import Any

import pulumi
import pytest

from hearth.fingerprint import fingerprint
from hearth.testing.recorder import record
from infra.container import Container


@pytest.mark.parametrize(("attempt", "annotations"), [(1, None), (2, {"hearth/attempt": "2"})])
def test_only_a_further_attempt_is_told(attempt: int, annotations: dict[str, str] | None) -> None:
    container = Container(image="i", account="a", env={}, secrets={}, servers=[], attempt=attempt)

    def program() -> None:
        pulumi.export("annotations", container.annotations())

    assert record(program).outputs.get("annotations") == annotations


def test_what_is_none_leaves_the_fingerprint_as_it_was() -> None:
    """Otherwise each stack would run its migration and release its site again, for a template that is the same."""

    def program() -> None:
        nothing: pulumi.Output[Any] = pulumi.Output.from_input(None)
        pulumi.export("without", fingerprint({"image": "i", "env": [{"name": "A"}]}))
        pulumi.export("with", fingerprint({"image": "i", "env": [{"name": "A", "value": nothing}], "more": nothing}))
        pulumi.export("another", fingerprint({"image": "i", "env": [{"name": "A", "value": ""}]}))

    found = record(program).outputs

    assert found["with"] == found["without"] != found["another"]
