"""Public keys: fetched once, kept as long as allowed, asked for anew at a bounded rate, kept through an outage."""

import threading

import pytest

from flask_hearth.auth.keys import (
    EARLY,
    PAUSE_SECONDS,
    Answer,
    KeysUnavailableError,
    PublicKeys,
    UnknownKeyError,
    fetch,
)
from flask_hearth.testing.processes import PATIENCE
from flask_hearth.testing.raw_server import NO_HTTP, answering
from flask_hearth.tests.auth.token_issuer import KeyServer, SigningKey, key_set

HOUR = 3600


class Google:
    """Answers with these keys, or not at all; the clock stands until it is put forward."""

    def __init__(self, *keys: SigningKey, **headers: str) -> None:
        self.keys: tuple[SigningKey, ...] = keys
        self.headers = headers or {"cache-control": f"public, max-age={HOUR}"}
        self.body: bytes | None = None
        self.down = False
        self.asked = 0
        self.clock = 1000.0

    def fetch(self, _: str) -> Answer:
        self.asked += 1
        if self.down:
            raise OSError("no route to host")
        return Answer(body=self.body if self.body is not None else key_set(*self.keys), headers=self.headers)

    def cache(self) -> PublicKeys:
        return PublicKeys("https://keys.example", self.fetch, lambda: self.clock)


def test_keys_are_fetched_once_and_kept(signing_key: SigningKey) -> None:
    google = Google(signing_key)
    keys = google.cache()

    assert {keys.find("first").key_id for _ in range(5)} == {"first"}
    assert google.asked == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache-control": "public, max-age=3600, must-revalidate"}, HOUR),
        ({"cache-control": "public, max-age=3600", "age": "1800"}, HOUR / 2),
        ({"cache-control": "Max-Age=3600"}, HOUR),
        ({"cache-control": "s-maxage=9999"}, 300),
        ({"cache-control": "no-store"}, 300),
        ({"cache-control": "max-age=soon"}, 300),
        ({}, HOUR),
        ({"cache-control": "max-age=0"}, 60),
        ({"cache-control": "max-age=999999999"}, 86400),
        ({"cache-control": "max-age=3600", "age": "٣"}, HOUR),
    ],
)
def test_keys_are_kept_as_long_as_their_headers_say_within_bounds(
    signing_key: SigningKey, headers: dict[str, str], seconds: float
) -> None:
    google = Google(signing_key, **headers)
    keys = google.cache()
    keys.find("first")
    google.down = True
    google.clock += seconds - 1
    keys.find("first")
    google.clock += 2

    with pytest.raises(KeysUnavailableError):
        keys.find("first")


def test_a_key_that_has_been_published_since_is_found_at_once(signing_key: SigningKey, other_key: SigningKey) -> None:
    google = Google(signing_key)
    keys = google.cache()
    keys.find("first")
    google.keys = (signing_key, other_key)
    google.clock += PAUSE_SECONDS

    assert keys.find("second").key_id == "second"
    assert keys.find("first").key_id == "first"
    assert google.asked == 2


def test_a_key_that_is_withdrawn_is_forgotten_with_the_next_fetch(
    signing_key: SigningKey, other_key: SigningKey
) -> None:
    google = Google(signing_key)
    keys = google.cache()
    keys.find("first")
    google.keys = (other_key,)
    google.clock += EARLY * HOUR

    with pytest.raises(UnknownKeyError):
        keys.find("first")


def test_made_up_keys_make_us_ask_no_more_than_once_in_a_pause(signing_key: SigningKey) -> None:
    google = Google(signing_key)
    keys = google.cache()
    for number in range(100):
        with pytest.raises(UnknownKeyError):
            keys.find(f"made up {number}")

    assert google.asked == 1
    google.clock += PAUSE_SECONDS
    with pytest.raises(UnknownKeyError):
        keys.find("made up")
    assert google.asked == 2


def test_an_outage_is_outlasted_while_the_keys_hold_and_not_asked_about_at_will(signing_key: SigningKey) -> None:
    google = Google(signing_key)
    keys = google.cache()
    keys.find("first")
    google.down = True
    google.clock += EARLY * HOUR
    for _ in range(100):
        keys.find("first")
    assert google.asked == 2

    google.clock += (1 - EARLY) * HOUR
    with pytest.raises(KeysUnavailableError):
        keys.find("first")
    google.down = False
    google.clock += PAUSE_SECONDS
    assert keys.find("first").key_id == "first"


def test_with_nothing_kept_and_nobody_answering_it_can_not_be_told(signing_key: SigningKey) -> None:
    google = Google(signing_key)
    google.down = True
    keys = google.cache()
    for _ in range(100):
        with pytest.raises(KeysUnavailableError):
            keys.find("first")

    assert google.asked == 1


def test_during_an_outage_an_unknown_key_may_be_a_new_one(signing_key: SigningKey) -> None:
    google = Google(signing_key)
    keys = google.cache()
    keys.find("first")
    google.down = True
    google.clock += PAUSE_SECONDS

    with pytest.raises(KeysUnavailableError):
        keys.find("second")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"keys": {}}',
        b'{"keys": []}',
        b'{"keys": [1]}',
        b'{"keys": [{"kty": "RSA"}]}',
        b'{"keys": [{"kty": "RSA", "kid": "first", "n": "AQAB"}]}',
        b'{"keys": [{"kty": "oct", "kid": "first", "k": "c2VjcmV0"}]}',
        b"[" * 100_000,
        b"\xff",
    ],
)
def test_an_answer_that_is_no_key_set_counts_as_none(signing_key: SigningKey, body: bytes) -> None:
    google = Google(signing_key)
    keys = google.cache()
    keys.find("first")
    google.body = body
    google.clock += EARLY * HOUR

    assert keys.find("first").key_id == "first"
    assert google.asked == 2


def test_who_has_a_usable_key_does_not_wait_for_new_ones(signing_key: SigningKey) -> None:
    google = Google(signing_key)
    entered, leave = threading.Event(), threading.Event()

    def slow(url: str) -> Answer:
        answer = google.fetch(url)
        if google.asked > 1:
            entered.set()
            assert leave.wait(PATIENCE)
        return answer

    keys = PublicKeys("https://keys.example", slow, lambda: google.clock)
    keys.find("first")
    google.clock += EARLY * HOUR
    asking = threading.Thread(target=keys.find, args=("first",))
    asking.start()
    try:
        assert entered.wait(PATIENCE)
        assert keys.find("first").key_id == "first"
    finally:
        leave.set()
        asking.join(PATIENCE)
    assert google.asked == 2


@pytest.mark.parametrize("raw", NO_HTTP)
def test_what_is_no_http_counts_as_no_answer(raw: bytes) -> None:
    with answering(raw) as origin, pytest.raises(KeysUnavailableError):
        PublicKeys(f"{origin}/").find("first")


def test_keys_come_over_http(issuer: KeyServer) -> None:
    answer = fetch(f"{issuer.origin}/")

    assert b"first" in answer.body
    assert answer.headers["cache-control"].startswith("public, max-age=20000")
    issuer.down = True
    with pytest.raises(OSError, match="500"):
        fetch(f"{issuer.origin}/")
