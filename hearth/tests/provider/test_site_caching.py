"""Cache-Control of files: by rules that no answer of the service can come under."""

import re
from typing import Any

import pytest

from flask_hearth.staticfiles import names
from hearth.provider.site_caching import with_caching, without_caching

CACHING = {"digested": "public, immutable", "plain": "no-cache"}
STYLE, OTHER = "a" * 64, "b" * 64
TWIN = names.add_digest("/style.css", STYLE)
RULE = {"glob": "**", "headers": {"X-Content-Type-Options": "nosniff"}}


def kept(config: Any, path: str) -> str | None:
    """By Hosting's order: a later rule that fits wins."""
    found = None
    for rule in config.get("headers", []):
        if "Cache-Control" in rule["headers"] and re.search(rule.get("regex", "$.^"), path):
            found = rule["headers"]["Cache-Control"]
    return found


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/style.css", "no-cache"),
        (TWIN, "public, immutable"),
        ("/a(b)*[c]+.css", "no-cache"),
        # Whatever else is asked for, the service answers, and says itself how long that may be kept.
        (names.add_digest("/style.css", OTHER), None),
        ("/", None),
        ("/styleXcss", None),
        ("/x/style.css", None),
        ("/style.css/x", None),
    ],
)
def test_a_rule_is_for_a_file_of_the_release_alone(path: str, value: str | None) -> None:
    files = {"/style.css": STYLE, TWIN: STYLE, "/a(b)*[c]+.css": OTHER}

    assert kept(with_caching({}, files, CACHING), path) == value


def test_a_name_by_a_content_that_the_file_does_not_have_is_not_kept() -> None:
    assert kept(with_caching({}, {TWIN: OTHER}, CACHING), TWIN) == "no-cache"


@pytest.mark.parametrize(
    ("file", "clean_urls", "asked"),
    [
        ("/index.html", False, ["/", "/index.html"]),
        ("/docs/index.html", False, ["/docs", "/docs/", "/docs/index.html"]),
        ("/about.html", True, ["/about", "/about.html"]),
        ("/about.html", False, ["/about.html"]),
    ],
)
def test_a_page_is_asked_for_by_all_its_names(file: str, *, clean_urls: bool, asked: list[str]) -> None:
    config = with_caching({"cleanUrls": clean_urls}, {file: STYLE}, CACHING)

    assert [path for path in ("/", "/about", *asked) if kept(config, path)] == [
        path for path in ("/", "/about", *asked) if path in asked
    ]


def test_what_firebase_json_says_of_a_file_wins() -> None:
    own = {"regex": "^/fonts/", "headers": {"Cache-Control": "public, max-age=60"}}

    assert kept(with_caching({"headers": [own]}, {"/fonts/a.woff2": STYLE}, CACHING), "/fonts/a.woff2") == (
        "public, max-age=60"
    )


@pytest.mark.parametrize("config", [{}, {"headers": [RULE]}, {"headers": [RULE, RULE], "cleanUrls": True}])
@pytest.mark.parametrize("caching", [{}, CACHING, {"plain": "no-cache"}])
def test_the_rules_are_taken_out_again(config: dict[str, Any], caching: dict[str, str]) -> None:
    files = {"/style.css": STYLE, TWIN: STYLE, "/about.html": OTHER}

    assert without_caching(with_caching(config, files, caching), files) == (config, caching)


def test_no_caching_is_no_rule() -> None:
    assert with_caching({"headers": [RULE]}, {"/style.css": STYLE}, {}) == {"headers": [RULE]}
    assert with_caching({}, {}, CACHING) == {}


def test_many_files_make_several_rules_of_bounded_length() -> None:
    files = {f"/images/picture-{number}.png": STYLE for number in range(500)}
    config = with_caching({}, files, CACHING)

    assert all(kept(config, path) == "no-cache" for path in files)
    assert len(config["headers"]) > 1
    assert max(len(rule["regex"]) for rule in config["headers"]) < 1100
    assert without_caching(config, files) == ({}, {"plain": "no-cache"})
