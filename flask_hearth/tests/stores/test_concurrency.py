"""Many writers of one object."""

from concurrent.futures import ThreadPoolExecutor

from flask_hearth.stores.interface import ExistsError, Store, VersionError
from flask_hearth.tests.stores.samples import SAMPLES, fields

WRITERS = 8
TIMES = 5


def test_forty_increments_with_expected_version_and_retry_all_land(store: Store) -> None:
    store.create(SAMPLES, "counter", fields(count=0))

    def increment(_: int) -> int:
        retries = 0
        while True:
            found = store.get(SAMPLES, "counter")
            changed = {**found.fields, "count": found.fields["count"] + 1}
            try:
                store.replace(SAMPLES, "counter", changed, expected=found.version)
            except VersionError:
                retries += 1
            else:
                return retries

    with ThreadPoolExecutor(WRITERS) as pool:
        retries = list(pool.map(increment, range(WRITERS * TIMES)))

    assert store.get(SAMPLES, "counter").fields["count"] == WRITERS * TIMES
    assert sum(retries) > 0, "they never met, so this has shown nothing"


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
