"""What a version's config may say: validation, and redirects and header rules as tables."""

from typing import Any

import pytest
from multidict import CIMultiDict

from hearth.localcloud.errors import ApiError
from hearth.localcloud.hosting.config import RunTarget, read_config
from hearth.localcloud.hosting.headers import apply_rules
from hearth.localcloud.hosting.redirects import read_redirect


@pytest.mark.parametrize(
    ("config", "code", "words"),
    [
        ([], 400, "an object was expected"),
        ({"rewrite": []}, 400, "Unknown name \"rewrite\" at 'version.config': Cannot find field."),
        ({"rewrites": {}}, 400, "rewrites: a list was expected"),
        ({"rewrites": ["**"]}, 400, "rewrites[0]: an object was expected"),
        ({"rewrites": [{"path": "/x"}]}, 400, "rewrites[0]: exactly one of glob and regex is needed, not neither"),
        ({"rewrites": [{"glob": "a", "regex": "b", "path": "/x"}]}, 400, "not glob and regex"),
        ({"rewrites": [{"glob": 7, "path": "/x"}]}, 400, "glob must be a string, not 7"),
        ({"rewrites": [{"glob": "/@(a", "path": "/x"}]}, 400, "without its )"),
        ({"rewrites": [{"regex": "a(?=b)", "path": "/x"}]}, 400, "lookaround"),
        ({"rewrites": [{"glob": "**"}]}, 400, "not none"),
        ({"rewrites": [{"glob": "**", "path": "/x", "run": {}}]}, 400, "not path and run"),
        ({"rewrites": [{"glob": "**", "path": "x"}]}, 400, "must start with a slash, not 'x'"),
        ({"rewrites": [{"glob": "**", "destination": "/x"}]}, 400, "there is no field destination"),
        ({"rewrites": [{"glob": "**", "run": {}}]}, 400, "short name"),
        ({"rewrites": [{"glob": "**", "run": "web"}]}, 400, "run must be an object"),
        ({"rewrites": [{"glob": "**", "run": {"serviceId": "projects/p/services/web"}}]}, 400, "short name"),
        ({"rewrites": [{"glob": "**", "run": {"serviceId": "web", "region": "mars"}}]}, 400, "`mars` is not supported"),
        ({"rewrites": [{"glob": "**", "run": {"serviceId": "web", "tag": "A"}}]}, 400, "run.tag"),
        ({"rewrites": [{"glob": "**", "run": {"serviceId": "web", "pinTag": True}}]}, 400, 'Unknown name "pinTag"'),
        ({"rewrites": [{"glob": "**", "function": "f"}]}, 501, "no Cloud Functions"),
        ({"rewrites": [{"glob": "**", "dynamicLinks": True}]}, 400, "shut down"),
        ({"redirects": [{"glob": "/a", "location": "/b", "statusCode": 200}]}, 400, "300 to 399, not 200"),
        ({"redirects": [{"glob": "/a", "location": "/b", "statusCode": "301"}]}, 400, "300 to 399"),
        ({"redirects": [{"glob": "/a", "statusCode": 301}]}, 400, "location is required"),
        ({"redirects": [{"glob": "/a", "location": "/b\r\nX: y"}]}, 400, "control characters"),
        ({"redirects": [{"glob": "/a/:id", "location": "/b/:name"}]}, 400, "uses :name, which the source pattern"),
        ({"redirects": [{"glob": "/a", "location": "/b", "type": 301}]}, 400, "there is no field type"),
        ({"headers": [{"glob": "**"}]}, 400, "headers is required"),
        ({"headers": [{"glob": "**", "headers": {"a b": "c"}}]}, 400, "'a b' is not a header name"),
        ({"headers": [{"glob": "**", "headers": {"a": "b\nc"}}]}, 400, "one line of text"),
        ({"headers": [{"glob": "**", "headers": {"a": 1}}]}, 400, "one line of text, not 1"),
        ({"headers": [{"glob": "**", "headers": {"Content-Length": "1"}}]}, 400, "controls how the response is sent"),
        ({"cleanUrls": "yes"}, 400, "true or false was expected, not 'yes'"),
        ({"trailingSlashBehavior": "KEEP"}, 400, "ADD or REMOVE was expected, not 'KEEP'"),
        ({"appAssociation": "SOME"}, 400, "AUTO or NONE"),
        ({"i18n": {"root": "/l"}}, 501, "content by language"),
    ],
)
def test_a_config_that_could_not_be_served_is_refused(config: Any, code: int, words: str) -> None:
    with pytest.raises(ApiError) as refused:
        read_config(config)

    assert refused.value.code == code
    assert words in refused.value.message


def test_a_rewrite_without_a_region_goes_to_us_central1() -> None:
    """As the API defines it."""
    config = read_config({"rewrites": [{"glob": "/a", "path": "/x.html"}, {"glob": "**", "run": {"serviceId": "web"}}]})

    assert config.rewrite("/b") == RunTarget("web", "us-central1")
    assert config.rewrite("/a") == "/x.html"
    assert RunTarget("web", "us-central1").name("p") == "projects/p/locations/us-central1/services/web"


def test_a_slashless_glob_matches_for_headers_and_not_for_rewrites() -> None:
    """As in the official emulator; `**` works for both."""
    config = read_config({"rewrites": [{"glob": "*.js", "path": "/x"}], "headers": [{"glob": "*.js", "headers": {}}]})

    assert config.rewrite("/a.js") is None
    assert config.headers[0].pattern.match("/a.js") is not None


@pytest.mark.parametrize(
    ("rule", "path", "query", "location"),
    [
        ({"glob": "/old/:id", "location": "/new/:id"}, "/old/7", "", "/new/7"),
        ({"glob": "/old/:id", "location": "/new/:id"}, "/old/7", "a=1&b", "/new/7?a=1&b"),
        ({"glob": "/a", "location": "/b?c=d"}, "/a", "e=f", "/b?c=d&e=f"),
        ({"glob": "/blog/:p*", "location": "https://b.example:8080/:p"}, "/blog/x/y", "", "https://b.example:8080/x/y"),
        ({"glob": "/blog/:p*", "location": "/n/:p*"}, "/blog/x/y", "", "/n/x/y"),
        ({"glob": "/blog/:p*", "location": "/n/:p"}, "/blog", "", "/n/"),
        ({"regex": "^/b/(?P<slug>[^/]+)$", "location": "/p/:slug"}, "/b/x", "", "/p/x"),
        ({"regex": "^/b/([^/]+)/(.*)", "location": "/:2/:1"}, "/b/x/y", "", "/y/x"),
        ({"glob": "/u/:name", "location": "/v/:name"}, "/u/é?#\r\n x", "", "/v/%C3%A9%3F%23%0D%0A%20x"),
        ({"glob": "/a", "location": "/é b%20"}, "/a", "", "/%C3%A9%20b%20"),
        ({"glob": "old", "location": "/new"}, "/old", "", "/new"),
        ({"glob": "/old/:id", "location": "/new/:id"}, "/else", "", None),
    ],
)
def test_a_redirect_leads_to(rule: dict[str, Any], path: str, query: str, location: str | None) -> None:
    assert read_redirect(rule).target(path, query) == location


def test_a_redirect_without_a_status_is_a_301() -> None:
    """The Firebase CLI leaves it out where firebase.json has no `type`."""
    assert read_redirect({"glob": "/a", "location": "/b"}).status == 301
    assert read_redirect({"glob": "/a", "location": "/b", "statusCode": 307}).status == 307


def test_every_matching_header_rule_applies_and_a_later_one_wins() -> None:
    config = read_config(
        {
            "headers": [
                {"glob": "**", "headers": {"A": "1", "B": "1"}},
                {"glob": "**/*.js", "headers": {"b": "2"}},
                {"regex": "^/x", "headers": {"C": "3"}},
            ]
        }
    )
    headers = CIMultiDict({"a": "own", "D": "own"})

    apply_rules(config.headers, "/a.js", headers)

    assert sorted(headers.items()) == [("A", "1"), ("D", "own"), ("b", "2")]
