"""The CDN's cache by itself: what is kept, for whom, how long and how much."""

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from hearth.localcloud.hosting.cache import Cache, lifetime
from hearth.localcloud.hosting.reply import Incoming, Reply


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def asks(target: str = "/", method: str = "GET", host: str = "localhost", **headers: str) -> Incoming:
    sent = CIMultiDictProxy(CIMultiDict({name.replace("_", "-"): value for name, value in headers.items()}))
    return Incoming(method, host, target, target, "", sent, "127.0.0.1")


def answers(body: bytes = b"x", **headers: str) -> Reply:
    return Reply(200, CIMultiDict({name.replace("_", "-"): value for name, value in headers.items()}), body)


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (200, {"Cache-Control": "public, max-age=60"}, 60),
        (200, {"Cache-Control": "public, max-age=60, s-maxage=600"}, 600),
        (200, {"Cache-Control": "Public, S-MaxAge=600, max-age=60"}, 600),
        (200, {"Cache-Control": 'public, max-age="60"'}, 60),
        (200, {"Cache-Control": "public, s-maxage=0, max-age=60"}, 0),
        (200, {"Cache-Control": "max-age=60, s-maxage=60"}, 0),
        (200, {"Cache-Control": "private, public, max-age=60"}, 0),
        (200, {"Cache-Control": "public, no-store, max-age=60"}, 0),
        (200, {"Cache-Control": "public, no-cache, max-age=60"}, 0),
        (200, {"Cache-Control": "public"}, 0),
        (200, {"Cache-Control": "public, max-age=soon"}, 0),
        (200, {"Cache-Control": "public, max-age=-1"}, 0),
        (200, {}, 0),
        (200, {"Cache-Control": "public, max-age=60", "Set-Cookie": "a=b"}, 0),
        (301, {"Cache-Control": "public, max-age=60"}, 60),
        (206, {"Cache-Control": "public, max-age=60"}, 0),
        (500, {"Cache-Control": "public, max-age=60"}, 0),
        (404, {}, 600),
        (404, {"Cache-Control": "no-store"}, 0),
        (404, {"Cache-Control": "public, max-age=5"}, 5),
        (404, {"Expires": "0"}, 0),
        (404, {"Set-Cookie": "a=b"}, 0),
    ],
)
def test_an_answer_may_be_kept_for(status: int, headers: dict[str, str], seconds: float) -> None:
    """Nothing without `public`; s-maxage over max-age; a 404 that says nothing for ten minutes."""
    assert lifetime(status, CIMultiDict(headers)) == seconds


def test_an_entry_ages_and_ends() -> None:
    clock = Clock()
    cache = Cache(clock=clock)
    assert cache.store("s", 0, asks(), answers(ETag='"1"'), 60)

    clock.now += 59.5
    hit = cache.find("s", asks())
    assert hit is not None
    assert (hit.body, hit.hits, hit.headers["Age"], hit.headers["ETag"]) == (b"x", 1, "59", '"1"')
    hit.headers["X-Cache"] = "HIT"
    assert (again := cache.find("s", asks())) is not None
    assert (again.hits, sorted(again.headers)) == (2, ["Age", "ETag"])

    clock.now += 0.5
    assert cache.find("s", asks()) is None


@pytest.mark.parametrize(
    "other",
    [
        asks("/b"),
        asks("/?q=1"),
        asks(host="other.localhost"),
        asks(Cookie="__session=1"),
        asks(Authorization="Bearer x"),
        asks(Accept_Encoding="gzip"),
        asks(Accept_Language="de"),
    ],
)
def test_an_entry_answers_only_the_same_request(other: Incoming) -> None:
    cache = Cache()
    cache.store("s", 0, asks(), answers(Vary="Accept-Language, cookie"), 60)

    assert cache.find("s", other) is None
    assert cache.find("t", asks()) is None
    assert cache.find("s", asks()) is not None


@pytest.mark.parametrize(
    "same", [asks(method="HEAD"), asks(Cookie="a=b; c=d"), asks(User_Agent="x"), asks(host="LOCALHOST")]
)
def test_what_the_answer_does_not_depend_on_does_not_matter(same: Incoming) -> None:
    """Of the cookies only __session reaches the service."""
    cache = Cache()
    cache.store("s", 0, asks(), answers(), 60)

    assert cache.find("s", same) is not None


def test_variants_of_one_address_are_kept_beside_each_other() -> None:
    cache = Cache()
    for language in ("de", "fr"):
        cache.store("s", 0, asks(Accept_Language=language), answers(language.encode(), Vary="Accept-Language"), 60)

    found = [cache.find("s", asks(Accept_Language=language)) for language in ("de", "fr", "it")]

    assert [hit and hit.body for hit in found] == [b"de", b"fr", None]


def test_a_newer_answer_replaces_the_older() -> None:
    cache = Cache()
    cache.store("s", 0, asks(), answers(b"old"), 60)
    held = cache.bytes
    cache.store("s", 0, asks(), answers(b"new"), 60)

    assert (hit := cache.find("s", asks())) is not None
    assert hit.body == b"new"
    assert cache.bytes == held


@pytest.mark.parametrize(
    ("incoming", "reply", "seconds"),
    [
        (asks(method="HEAD"), answers(), 60),
        (asks(method="POST"), answers(), 60),
        (asks(), answers(Vary="*"), 60),
        (asks(), answers(), 0),
    ],
)
def test_some_answers_are_never_kept(incoming: Incoming, reply: Reply, seconds: float) -> None:
    cache = Cache()

    assert not cache.store("s", 0, incoming, reply, seconds)
    assert cache.bytes == 0


def test_a_purge_is_of_one_site() -> None:
    cache = Cache()
    cache.store("s", 0, asks(), answers(), 60)
    cache.store("t", 0, asks(), answers(), 60)

    cache.purge("s")

    assert cache.find("s", asks()) is None
    assert cache.find("t", asks()) is not None


def test_an_answer_that_was_asked_for_before_a_purge_is_not_kept_after_it() -> None:
    cache = Cache()
    before = cache.generation("s")
    cache.purge("s")

    assert not cache.store("s", before, asks(), answers(), 60)
    assert cache.find("s", asks()) is None
    assert cache.store("s", cache.generation("s"), asks(), answers(), 60)


def test_what_was_used_longest_ago_makes_room() -> None:
    cache = Cache(most_bytes=40_000)
    for path in ("/a", "/b", "/c"):
        cache.store("s", 0, asks(path), answers(b"x" * 10_000), 60)
    cache.find("s", asks("/a"))

    cache.store("s", 0, asks("/d"), answers(b"x" * 10_000), 60)

    assert [path for path in ("/a", "/b", "/c", "/d") if cache.find("s", asks(path))] == ["/a", "/c", "/d"]
    assert 30_000 < cache.bytes <= 40_000


def test_memory_stays_bounded_whatever_the_visitors_send() -> None:
    """Variants, long addresses and large answers all count."""
    cache = Cache(most_bytes=200_000)
    for number in range(300):
        cache.store("s", 0, asks(f"/{number}{'x' * 1000}"), answers(), 60)
        cache.store("s", 0, asks("/v", Accept_Language=str(number)), answers(Vary="Accept-Language"), 60)

    assert not cache.store("s", 0, asks("/large"), answers(b"x" * 200_000), 60)
    assert 0 < cache.bytes <= 200_000
    kept = [number for number in range(300) if cache.find("s", asks("/v", Accept_Language=str(number)))]
    assert kept == list(range(284, 300))
