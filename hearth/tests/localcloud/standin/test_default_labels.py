"""The provider's `defaultLabels`: on every resource that has labels, and followed when they change.

As Google's provider has them: a program's own come first, and they show in `pulumiLabels` and `effectiveLabels` alone.
"""

from collections.abc import Callable

import pytest

from hearth.catalog.functions import GET_CLIENT_CONFIG
from hearth.localcloud.standin.provider import StandIn
from hearth.plugin.kinds import UNKNOWN, Values
from hearth.tests.localcloud.standin.conftest import FakeGoogle, Stack

REPOSITORY = "gcp:artifactregistry/repository:Repository"
BUCKET = "gcp:storage/bucket:Bucket"
NAMED: Values = {"repositoryId": "web", "format": "DOCKER"}
MARK = {"goog-pulumi-provisioned": "true"}
Make = Callable[[str], Stack]


def with_labels(provider: StandIn, **labels: str) -> None:
    provider.configure({"project": "demo-x", "region": "us-central1", "defaultLabels": labels})


def test_a_program_is_told_of_them_where_it_asks_how_the_provider_is_set(provider: StandIn) -> None:
    with_labels(provider, team="blue")

    assert provider.invoke(GET_CLIENT_CONFIG, {})["defaultLabels"] == {"team": "blue"}


def test_they_come_under_the_programs_own(provider: StandIn, stack: Make, google: FakeGoogle) -> None:
    with_labels(provider, team="blue", tier="any")
    repository = stack(REPOSITORY)
    own = {**NAMED, "labels": {"tier": "own"}}

    repository.up(own)

    on_it = {**MARK, "team": "blue", "tier": "own"}
    (made,) = [body for _, body in google.sent("POST")]
    assert made["labels"] == on_it
    assert [repository.outputs[name] for name in ("labels", "pulumiLabels", "effectiveLabels")] == [
        {"tier": "own"},
        on_it,
        on_it,
    ]
    assert repository.up(own) == set()
    assert repository.refresh()
    assert repository.up(own) == set()


@pytest.mark.parametrize(("type", "inputs"), [(REPOSITORY, NAMED), (BUCKET, {"name": "demo-b", "location": "EU"})])
def test_a_change_of_them_changes_what_has_them(
    provider: StandIn, stack: Make, google: FakeGoogle, type: str, inputs: Values
) -> None:
    """One that goes is taken off, also where leaving it out would keep it; what others set stays."""
    with_labels(provider, team="blue", gone="1")
    found = stack(type)
    found.up(inputs)
    (document,) = [each for name, each in google.documents.items() if "operations" not in name]
    document["labels"]["theirs"] = "2"
    found.refresh()
    with_labels(provider, team="red", new="1")

    changed = found.up(inputs)

    assert changed == {"pulumiLabels.team", "pulumiLabels.gone", "pulumiLabels.new"}
    (document,) = [each for name, each in google.documents.items() if "operations" not in name]
    assert document["labels"] == {**MARK, "theirs": "2", "team": "red", "new": "1"}
    assert found.outputs["pulumiLabels"] == {**MARK, "team": "red", "new": "1"}
    assert found.up(inputs) == set()


def test_a_label_of_the_programs_that_goes_gives_way_to_the_default(provider: StandIn, stack: Make) -> None:
    with_labels(provider, tier="any")
    repository = stack(REPOSITORY)
    repository.up({**NAMED, "labels": {"tier": "own"}})

    assert repository.up(NAMED) == {"labels"}
    assert repository.outputs["effectiveLabels"] == {**MARK, "tier": "any"}


def test_an_import_declares_none_of_them(provider: StandIn, stack: Make) -> None:
    with_labels(provider, team="blue")
    repository = stack(REPOSITORY)
    repository.up({**NAMED, "labels": {"own": "1"}})

    imported = repository.kind.read(repository.context, repository.id, None, None)

    assert imported.inputs["labels"] == {"own": "1"}


def test_where_labels_are_not_known_yet_nothing_is_said_of_them(provider: StandIn, stack: Make) -> None:
    with_labels(provider, team="blue")
    repository = stack(REPOSITORY)
    repository.up(NAMED)
    with_labels(provider, team="red")

    assert repository.diff({**repository.inputs, "labels": UNKNOWN}).changed == {"labels"}
