"""Long-running operations: names, polling, ends, and what becomes of them when their process is killed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hearth.catalog.apis import ARTIFACT_REGISTRY, CLOUD_BUILD, CLOUD_RUN, FIREBASE
from hearth.localcloud import operations
from hearth.localcloud.errors import ApiError
from hearth.localcloud.store import Store
from hearth.tests.localcloud.running import LocalCloud, in_thread

PLACE = "projects/demo-test/locations/us-central1"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "state.db")
    yield store
    store.close()


@pytest.mark.parametrize(
    ("parent", "name"),
    [
        (PLACE, f"{PLACE}/operations/1"),
        ("", "operations/1"),
        ("operations/build/demo-test", "operations/build/demo-test/1"),
    ],
)
def test_names_are_those_of_the_api(store: Store, parent: str, name: str) -> None:
    assert operations.start(store, "run", parent, {}, id="1") == name


def test_an_operation_is_polled_to_its_good_end(local: LocalCloud) -> None:
    name = local.in_loop(lambda cloud: operations.start(cloud.store, "run", PLACE, {"@type": "made"}))
    assert local.call("GET", CLOUD_RUN, name) == {"name": name, "metadata": {"@type": "made"}, "done": False}

    local.in_loop(lambda cloud: operations.finish(cloud.store, name, {"uri": "http://here"}))

    answer = {"name": name, "metadata": {"@type": "made"}, "done": True, "response": {"uri": "http://here"}}
    assert local.call("GET", CLOUD_RUN, name) == answer


def test_a_failed_operation_carries_the_error_as_a_status(local: LocalCloud) -> None:
    name = local.in_loop(lambda cloud: operations.start(cloud.store, "run", PLACE, {}))

    local.in_loop(
        lambda cloud: operations.fail(cloud.store, name, ApiError(400, "probe failed", "FAILED_PRECONDITION"))
    )

    answer = local.call("GET", CLOUD_RUN, name)
    assert (answer["done"], answer["error"]) == (True, {"code": 9, "message": "probe failed"})
    assert "response" not in answer


@pytest.mark.parametrize(
    ("api", "parent"), [(FIREBASE, ""), (CLOUD_BUILD, "operations/build/demo-test"), (ARTIFACT_REGISTRY, PLACE)]
)
def test_every_api_serves_its_operations(local: LocalCloud, api: object, parent: str) -> None:
    name = local.in_loop(lambda cloud: operations.start(cloud.store, api.prefix, parent, {}))  # type: ignore[attr-defined]

    assert local.call("GET", api, name)["name"] == name  # type: ignore[arg-type]


def test_an_unknown_operation_is_not_found(local: LocalCloud, store: Store) -> None:
    local.call("GET", CLOUD_RUN, f"{PLACE}/operations/none", status=404)
    with pytest.raises(LookupError, match="none"):
        operations.finish(store, "operations/none", {})


def test_an_operation_of_one_api_is_not_anothers(local: LocalCloud) -> None:
    name = local.in_loop(lambda cloud: operations.start(cloud.store, "run", PLACE, {}))

    local.call("GET", ARTIFACT_REGISTRY, name, status=404)


def test_what_a_killed_process_left_under_way_is_aborted_and_the_rest_is_kept(tmp_path: Path) -> None:
    """A client that polls on after the restart gets an end, not a 404 and not an endless wait."""
    store = Store(tmp_path / "state.db")
    under_way = operations.start(store, "run", PLACE, {"step": 1})
    done = operations.completed(store, "run", PLACE, {}, {"uri": "http://here"})
    store.close()

    with in_thread(tmp_path) as local:
        local.enable()
        aborted = local.call("GET", CLOUD_RUN, under_way)
        assert (aborted["done"], aborted["error"]["code"]) == (True, 10)
        assert "Run the same request again" in aborted["error"]["message"]
        assert local.call("GET", CLOUD_RUN, done["name"]) == done
