"""Many writers of one object."""

import threading
from concurrent.futures import ThreadPoolExecutor

from flask_hearth.stores.interface import ExistsError, Store, VersionError
from flask_hearth.testing.processes import PATIENCE
from flask_hearth.tests.stores.samples import SAMPLES, fields

WRITERS = 8
TIMES = 5


def test_forty_increments_with_expected_version_and_retry_all_land(store: Store) -> None:
    """At the beginning all have read the same version, and from then on they meet as it happens."""
    store.create(SAMPLES, "counter", fields(count=0))
    all_have_read = threading.Barrier(WRITERS)

    def increment(*, waits: bool) -> int:
        retries = 0
        while True:
            found = store.get(SAMPLES, "counter")
            if waits and retries == 0:
                all_have_read.wait(PATIENCE)
            changed = {**found.fields, "count": found.fields["count"] + 1}
            try:
                store.replace(SAMPLES, "counter", changed, expected=found.version)
            except VersionError:
                retries += 1
            else:
                return retries

    def write(_: int) -> int:
        return sum(increment(waits=time == 0) for time in range(TIMES))

    with ThreadPoolExecutor(WRITERS) as pool:
        retries = list(pool.map(write, range(WRITERS)))

    assert store.get(SAMPLES, "counter").fields["count"] == WRITERS * TIMES
    assert sum(each > 0 for each in retries) >= WRITERS - 1


def test_of_concurrent_creations_of_one_id_one_succeeds(store: Store) -> None:
    def create(number: int) -> int | None:
        try:
            store.create(SAMPLES, "wanted", fields(count=number))
        except ExistsError:
            return None
        return number

    with ThreadPoolExecutor(WRITERS) as pool:
        (won,) = [number for number in pool.map(create, range(1, 17)) if number is not None]

    assert store.get(SAMPLES, "wanted").fields["count"] == won
