"""What is measured of pages are the pages that their lines name."""

from flask_hearth.bench.paging import FEW, LIMIT, PAGES, SIZES, fill
from flask_hearth.stores.interface import OLDEST_FIRST
from flask_hearth.tests.api.memory_store import MemoryStore


def test_each_page_is_a_full_one_from_the_place_that_it_is_named_by() -> None:
    store = MemoryStore()
    fill(store, SIZES[FEW], range(FEW))
    seen = {}

    for asked in PAGES:
        page = asked.of(store, FEW)()
        seen[asked.what] = [int(record.fields["number"]) for record in page.records]
        assert page.more == (asked.place != "last")
        # The order that the collection was filled in, or that of open ones from the end.
        step = 1 if asked.query is OLDEST_FIRST else -2
        begin = seen[asked.what][0]
        assert seen[asked.what] == list(range(begin, begin + step * LIMIT, step))

    assert {what: numbers[0] for what, numbers in seen.items()} == {
        "first page, oldest first": 0,
        "middle page, oldest first": 50,
        "last page, oldest first": 80,
        "first page, filtered and sorted": 98,
        "middle page, filtered and sorted": 48,
        "last page, filtered and sorted": 38,
        "last page by its number": 80,
    }
