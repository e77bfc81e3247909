"""Pages of every store: nothing is skipped or shown twice, whatever happens between two of them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from flask_hearth.stores.interface import Page, Position, Store, position
from flask_hearth.tests.stores.samples import SAMPLES, Clock, fields


def make(store: Store, *names: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: store.create(SAMPLES, name, fields(title=name)), names))


def pages(store: Store, limit: int) -> Iterator[Page]:
    after = None
    while True:
        page = store.page(SAMPLES, limit=limit, after=after)
        yield page
        if not page.more:
            return
        after = end(page)


def end(page: Page) -> Position:
    return position(page.records[-1])


def ids(*found: Page) -> list[str]:
    return [record.id for page in found for record in page.records]


def test_nothing_is_an_empty_page(empty: Store) -> None:
    assert empty.page(SAMPLES, limit=10) == Page(records=[], more=False)
    assert empty.count(SAMPLES) == 0
    assert type(empty.count(SAMPLES)) is int


def test_the_oldest_comes_first(empty: Store, clock: Clock) -> None:
    clock.stop()
    for name in ("c", "a", "b"):
        make(empty, name)
        clock.advance(0.000001)

    assert ids(empty.page(SAMPLES, limit=10)) == ["c", "a", "b"]


@pytest.mark.parametrize(("limit", "sizes"), [(1, [1, 1, 1, 1, 1, 1]), (2, [2, 2, 2]), (4, [4, 2]), (6, [6]), (7, [6])])
def test_a_page_tells_whether_there_are_more(empty: Store, limit: int, sizes: list[int]) -> None:
    make(empty, *"abcdef")

    assert [len(page.records) for page in pages(empty, limit)] == sizes


def test_objects_of_the_same_moment_are_all_seen_once(empty: Store, clock: Clock) -> None:
    """An import gives many the same time; a cursor of times alone would jump over the rest of them."""
    clock.stop()
    names = [f"{number:03}" for number in range(60)]
    make(empty, *names[:40])
    clock.advance(1)
    make(empty, *names[40:])

    assert ids(*pages(empty, 7)) == names
    assert empty.count(SAMPLES) == 60


def test_inserts_and_deletes_between_pages_shift_nothing(empty: Store, clock: Clock) -> None:
    clock.stop()
    make(empty, "a", "b", "c", "d", "e", "f")
    first = empty.page(SAMPLES, limit=3)

    # Before the position, at it, and after it; also the object that it was taken from.
    empty.delete(SAMPLES, "a", expected=None)
    empty.delete(SAMPLES, "c", expected=None)
    empty.delete(SAMPLES, "e", expected=None)
    make(empty, "aa", "dd")
    clock.advance(1)
    make(empty, "0")

    assert ids(first) == ["a", "b", "c"]
    assert ids(empty.page(SAMPLES, limit=10, after=end(first))) == ["d", "dd", "f", "0"]


def test_ids_are_in_order_of_their_bytes(empty: Store, clock: Clock) -> None:
    """The same on every store; a language's order would put a before B."""
    clock.stop()
    make(empty, "a", "B", "_", "-", "1", "aa", "é")

    assert ids(*pages(empty, 2)) == ["-", "1", "B", "_", "a", "aa", "é"]


def test_an_offset_skips_and_may_lead_past_the_end(empty: Store, clock: Clock) -> None:
    clock.stop()
    make(empty, *"abcdef")
    first = empty.page(SAMPLES, limit=2)

    assert ids(empty.page(SAMPLES, limit=2, offset=3)) == ["d", "e"]
    assert ids(empty.page(SAMPLES, limit=9, after=end(first), offset=1)) == ["d", "e", "f"]
    assert empty.page(SAMPLES, limit=2, offset=4).more is False
    assert empty.page(SAMPLES, limit=2, offset=100) == Page(records=[], more=False)


@pytest.mark.parametrize(
    ("before", "limit", "found"),
    [
        ("d", 2, (["b", "c"], True)),
        ("d", 3, (["a", "b", "c"], False)),
        ("d", 9, (["a", "b", "c"], False)),
        ("a", 2, ([], False)),
    ],
)
def test_the_page_before_an_object_ends_just_before_it(
    empty: Store, clock: Clock, before: str, limit: int, found: tuple[list[str], bool]
) -> None:
    """Oldest first as every page; all of one moment, so that ids alone decide."""
    clock.stop()
    make(empty, *"abcdef")
    record = empty.get(SAMPLES, before)

    page = empty.page(SAMPLES, limit=limit, before=position(record))

    assert (ids(page), page.more) == found


def test_back_is_the_way_that_led_forth(empty: Store, clock: Clock) -> None:
    for name in "abcdefgh":
        make(empty, name)
        clock.advance(1)
    forth = list(pages(empty, 3))
    back = [forth[-1]]

    while (first := back[-1].records[0]).id != "a":
        back.append(empty.page(SAMPLES, limit=3, before=position(first)))

    assert [ids(page) for page in back] == [ids(page) for page in reversed(forth)]
