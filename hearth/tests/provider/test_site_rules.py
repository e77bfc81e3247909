"""What a site's release may hold."""

from typing import Any

import pytest

from hearth.plugin.kinds import UNKNOWN
from hearth.provider.site_rules import caching_faults, config_faults, file_faults, service_faults

HASH = "0" * 64
RUN = {"run": {"serviceId": "web", "region": "us-central1"}}
SERVICE = "projects/demo-shop/locations/us-central1/services/web"


@pytest.mark.parametrize(
    "path", ["/style.css", "/a b/é%?#[.css", "/.well-known/assetlinks.json", "/a.b/c", "/404.html", "/a/__/b"]
)
def test_ordinary_paths_are_taken(path: str) -> None:
    assert list(file_faults({path: HASH})) == []


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("style.css", "begins with /"),
        ("/", "begins with /"),
        ("", "begins with /"),
        ("/../secret", "`..`"),
        ("/a//b", "empty segment"),
        ("/a/", "empty segment"),
        ("/a/./b", "`.`"),
        ("/.git/config", "'.git' begins with a dot"),
        ("/.env", "'.env' begins with a dot"),
        ("/a/.well-known/x", "'.well-known' begins with a dot"),
        ("/.well-known/.git/config", "'.git' begins with a dot"),
        ("/__/firebase/init.json", "Hosting reserves /__/"),
    ],
)
def test_paths_that_leak_or_cannot_be_reached_are_refused(path: str, words: str) -> None:
    (fault,) = file_faults({path: HASH})

    assert fault.property == f'files["{path}"]' if path != "" else 'files[""]'
    assert words in fault.reason


@pytest.mark.parametrize("value", ["", "abc", HASH.upper().replace("0", "A"), 3, None, f"md5:{HASH}"])
def test_a_file_is_known_by_its_sha256(value: object) -> None:
    (fault,) = file_faults({"/a": value})

    assert "SHA-256" in fault.reason


@pytest.mark.parametrize("files", [UNKNOWN, {}, {"/a": UNKNOWN}, {"/a": f"gzip:{HASH}"}])
def test_files_may_be_unknown_none_or_as_an_import_found_them(files: object) -> None:
    assert list(file_faults(files)) == []


@pytest.mark.parametrize("caching", [UNKNOWN, {}, {"plain": "no-cache"}, {"digested": UNKNOWN, "plain": "no-cache"}])
def test_caching_may_be_unknown_or_left_to_hosting(caching: object) -> None:
    assert list(caching_faults(caching)) == []


@pytest.mark.parametrize(
    ("caching", "property", "words"),
    [
        ("no-cache", "caching", "must map digested and plain"),
        ({"hashed": "no-cache"}, "caching.hashed", "the names are digested, plain"),
        ({"plain": ""}, "caching.plain", "in one line"),
        ({"plain": "no-cache\r\nX: y"}, "caching.plain", "in one line"),
        ({"plain": 3600}, "caching.plain", "in one line"),
    ],
)
def test_caching_that_is_none_is_refused(caching: object, property: str, words: str) -> None:
    (fault,) = caching_faults(caching)

    assert fault.property == property
    assert words in fault.reason


def test_every_faulty_file_is_named() -> None:
    assert [fault.property for fault in file_faults({"/.a": HASH, "/b": "x", "/c": HASH})] == [
        'files["/.a"]',
        'files["/b"]',
    ]


@pytest.mark.parametrize(
    "config",
    [
        UNKNOWN,
        {},
        {"rewrites": UNKNOWN, "cleanUrls": UNKNOWN},
        {"rewrites": [UNKNOWN, {"glob": "**", "run": UNKNOWN}]},
        {
            "rewrites": [{"glob": "**", **RUN}, {"regex": "^/a$", "path": "/b"}],
            "redirects": [{"glob": "/old", "location": "/new", "statusCode": 301}],
            "headers": [{"glob": "**", "headers": {"X-Frame-Options": "DENY"}}],
            "cleanUrls": False,
            "trailingSlashBehavior": "REMOVE",
            "appAssociation": "NONE",
            "i18n": {"root": "/i18n"},
        },
    ],
)
def test_every_form_of_the_api_is_taken(config: object) -> None:
    assert list(config_faults(config)) == []


@pytest.mark.parametrize(
    ("config", "property", "words"),
    [
        ([], "config", "must be a ServingConfig"),
        ({"rewrite": []}, "config.rewrite", "is not a section"),
        ({"rewrites": {}}, "config.rewrites", "must be a list of rules"),
        ({"rewrites": ["**"]}, "config.rewrites[0]", "must be a rule"),
        ({"rewrites": [{"source": "**", **RUN}]}, "config.rewrites[0]", "`source` is firebase.json's"),
        ({"rewrites": [{"glob": "**", "regex": ".*", **RUN}]}, "config.rewrites[0]", "not both"),
        ({"rewrites": [{"glob": "**"}]}, "config.rewrites[0]", "exactly one of path, function, run"),
        ({"rewrites": [{"glob": "**", "path": "/a", **RUN}]}, "config.rewrites[0]", "exactly one of"),
        ({"rewrites": [{"glob": "**", "run": {}}]}, "config.rewrites[0].run.serviceId", "required"),
        (
            {"rewrites": [{"glob": "**", "run": {"serviceId": SERVICE}}]},
            "config.rewrites[0].run.serviceId",
            "short name",
        ),
        ({"redirects": [{"glob": "/a", "location": "/b"}]}, "config.redirects[0].statusCode", "300 to 399"),
        ({"redirects": [{"glob": "/a", "statusCode": 301}]}, "config.redirects[0].location", "required"),
        ({"headers": [{"glob": "/a", "headers": [{"key": "A"}]}]}, "config.headers[0].headers", "must map"),
        ({"cleanUrls": "yes"}, "config.cleanUrls", "true or false"),
        ({"trailingSlashBehavior": False}, "config.trailingSlashBehavior", "ADD or REMOVE"),
        ({"i18n": {}}, "config.i18n", "root"),
    ],
)
def test_a_config_that_hosting_would_refuse_is_refused_first(config: Any, property: str, words: str) -> None:
    (fault,) = config_faults(config)

    assert fault.property == property
    assert words in fault.reason


@pytest.mark.parametrize(
    "service",
    [None, UNKNOWN, {"name": SERVICE, "image": UNKNOWN, "template": UNKNOWN}, {"name": UNKNOWN, "image": "a@sha256:b"}],
)
def test_a_service_is_optional_and_may_be_unknown(service: object) -> None:
    assert list(service_faults(service)) == []


@pytest.mark.parametrize(
    ("service", "property"),
    [
        ("web", "service"),
        ({"name": "web", "image": "a"}, "service.name"),
        ({"name": SERVICE}, "service.image"),
        ({"name": SERVICE, "image": "a", "revision": "r"}, "service.revision"),
    ],
)
def test_a_faulty_service_is_named(service: object, property: str) -> None:
    assert [fault.property for fault in service_faults(service)] == [property]
