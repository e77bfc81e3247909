"""Names by content: made, read back, and never mistaken."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_hearth.staticfiles import names

DIGEST = "0123456789abcdef" * 4
OTHER = "fedcba9876543210" * 4
MARK = DIGEST[:16]


@pytest.mark.parametrize(
    ("plain", "digested"),
    [
        ("/style.css", f"/style.{MARK}.css"),
        ("/css/style.min.css", f"/css/style.min.{MARK}.css"),
        ("/LICENSE", f"/LICENSE.{MARK}"),
        ("/a.b/LICENSE", f"/a.b/LICENSE.{MARK}"),
        ("/a b#?%é.png", f"/a b#?%é.{MARK}.png"),
        ("/ends-with-a-dot.", f"/ends-with-a-dot.{MARK}."),
        (f"/bundle.{OTHER[:16]}.js", f"/bundle.{OTHER[:16]}.{MARK}.js"),
        (f"/blob.{OTHER[:16]}", f"/blob.{MARK}.{OTHER[:16]}"),
    ],
)
def test_the_digest_stands_before_the_suffix_and_is_taken_out_again(plain: str, digested: str) -> None:
    assert names.add_digest(plain, DIGEST) == digested
    assert names.remove_digest(digested) == plain
    assert names.has_digest(digested, DIGEST)
    assert not names.has_digest(digested, OTHER)


SEGMENT = st.text(st.characters(exclude_characters="/", exclude_categories=["Cs"]), min_size=1).filter(
    lambda text: text[0] != "."
)


@given(st.lists(SEGMENT, min_size=1).map(lambda parts: "/" + "/".join(parts)), st.binary())
def test_whatever_a_file_is_called_its_plain_name_comes_back(path: str, content: bytes) -> None:
    digest = hashlib.sha256(content).hexdigest()

    assert names.remove_digest(names.add_digest(path, digest)) == path
    assert names.has_digest(names.add_digest(path, digest), digest)


@pytest.mark.parametrize(
    "path",
    [
        "/style.css",
        f"/style.{MARK[:-1]}.css",
        f"/style.{MARK}0.css",
        f"/style.{MARK.upper()}.css",
        f"/style-{MARK}.css",
        f"/{MARK}.css",
        f"/style.{MARK}/x.css",
    ],
)
def test_a_name_that_only_looks_similar_is_a_plain_one(path: str) -> None:
    assert names.remove_digest(path) is None
    assert not names.has_digest(path, DIGEST)


def test_two_files_of_the_same_content_have_a_twin_each() -> None:
    assert names.twins({"/a.css": DIGEST, "/b.css": DIGEST}) == {f"/a.{MARK}.css": DIGEST, f"/b.{MARK}.css": DIGEST}


@pytest.mark.parametrize(
    "path",
    [
        "/404.html",
        "/about/INDEX.HTML",
        "/robots.txt",
        "/favicon.ico",
        "/sw.js",
        "/app.js.map",
        "/.well-known/security.txt",
    ],
)
def test_a_file_that_others_ask_for_by_its_name_has_no_twin(path: str) -> None:
    assert names.twins({path: DIGEST}) == {}


def test_a_name_fixed_by_convention_is_so_at_the_root_alone() -> None:
    assert names.twins({"/docs/robots.txt": DIGEST}) == {f"/docs/robots.{MARK}.txt": DIGEST}


def test_a_file_already_named_by_its_content_is_its_own_twin() -> None:
    assert names.twins({f"/style.{MARK}.css": DIGEST}) == {}


def test_a_file_named_by_a_content_that_it_does_not_have_is_a_plain_one() -> None:
    named = f"/style.{MARK}.css"

    assert names.twins({named: OTHER}) == {names.add_digest(named, OTHER): OTHER}


def test_a_file_in_the_place_of_anothers_twin_is_refused() -> None:
    with pytest.raises(names.ClashError, match=f"/style.{MARK}.css has the name that /style.css gets"):
        names.twins({"/style.css": DIGEST, f"/style.{MARK}.css": OTHER})


def test_the_twin_itself_may_lie_beside_its_file() -> None:
    assert names.twins({"/style.css": DIGEST, f"/style.{MARK}.css": DIGEST}) == {f"/style.{MARK}.css": DIGEST}
