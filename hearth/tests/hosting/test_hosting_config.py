"""firebase.json as Hosting's API takes it. The expected side follows what the Firebase CLI sends."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from hearth.hosting import hosting_config

USUAL = {"public": "static", "ignore": ["**/.*", "**/node_modules/**"]}


def serving(tmp_path: Path, section: Mapping[str, Any]) -> dict[str, Any]:
    return read(tmp_path, {"hosting": {**USUAL, **section}}).serving(service="shop", region="europe-west1")


def read(tmp_path: Path, document: object) -> hosting_config.HostingConfig:
    path = tmp_path / "firebase.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return hosting_config.read(path)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ({}, {}),
        (
            {"rewrites": [{"source": "**", "run": {"serviceId": "x", "region": "y"}}]},
            {"rewrites": [{"glob": "**", "run": {"serviceId": "shop", "region": "europe-west1"}}]},
        ),
        (
            {"rewrites": [{"regex": "^/a$", "destination": "/a.html"}, {"glob": "/b", "destination": "/b.html"}]},
            {"rewrites": [{"regex": "^/a$", "path": "/a.html"}, {"glob": "/b", "path": "/b.html"}]},
        ),
        (
            {
                "redirects": [
                    {"source": "/a", "destination": "/b", "type": 302},
                    {"source": "/o", "destination": "/n"},
                ]
            },
            {
                "redirects": [
                    {"glob": "/a", "location": "/b", "statusCode": 302},
                    {"glob": "/o", "location": "/n", "statusCode": 301},
                ]
            },
        ),
        (
            {"headers": [{"source": "**", "headers": [{"key": "A", "value": "1"}, {"key": "A", "value": "2"}]}]},
            {"headers": [{"glob": "**", "headers": {"A": "2"}}]},
        ),
        ({"headers": [{"source": "**", "headers": []}]}, {"headers": [{"glob": "**", "headers": {}}]}),
        (
            {"cleanUrls": False, "trailingSlash": False, "appAssociation": "NONE", "i18n": {"root": "/i"}},
            {"cleanUrls": False, "trailingSlashBehavior": "REMOVE", "appAssociation": "NONE", "i18n": {"root": "/i"}},
        ),
        ({"trailingSlash": True}, {"trailingSlashBehavior": "ADD"}),
    ],
)
def test_a_section_becomes_the_apis_configuration(
    tmp_path: Path, written: Mapping[str, Any], sent: Mapping[str, Any]
) -> None:
    assert serving(tmp_path, written) == sent


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("{", "not JSON"),
        ("[]", "exactly one site"),
        ({}, "exactly one site"),
        ({"hosting": [USUAL]}, "a stack for each"),
        ({"hosting": {**USUAL, "site": "other"}}, "hosting.site"),
        ({"hosting": {**USUAL, "predeploy": "make"}}, "hosting.predeploy"),
        ({"hosting": {"ignore": USUAL["ignore"]}}, "hosting.public"),
        ({"hosting": {**USUAL, "ignore": ["firebase.json"]}}, "exactly that list"),
        ({"hosting": {"public": "static"}}, "hosting.ignore is None"),
        ({"hosting": {**USUAL, "rewrites": {}}}, "a list of objects"),
        ({"hosting": {**USUAL, "rewrites": [{"destination": "/a"}]}}, "rewrites[0]: exactly one of"),
        ({"hosting": {**USUAL, "rewrites": [{"source": "a", "regex": "b", "destination": "/a"}]}}, "exactly one of"),
        ({"hosting": {**USUAL, "rewrites": [{"source": "a", "function": "f"}]}}, "not to ['function']"),
        ({"hosting": {**USUAL, "rewrites": [{"source": "a", "run": {}, "destination": "/a"}]}}, "a rewrite goes to"),
        ({"hosting": {**USUAL, "rewrites": [{"source": "a", "run": {"serviceId": "web", "pinTag": True}}]}}, "pinTag"),
        ({"hosting": {**USUAL, "rewrites": [{"source": "a", "run": "web"}]}}, "serviceId and region"),
        ({"hosting": {**USUAL, "redirects": [{"source": "a", "destination": "/", "type": 200}]}}, "got 200"),
        ({"hosting": {**USUAL, "redirects": [{"source": "a"}]}}, "needs a destination"),
        ({"hosting": {**USUAL, "headers": [{"source": "a", "headers": {"A": "1"}}]}}, "headers is a list of"),
    ],
)
def test_what_would_be_released_otherwise_than_meant_is_refused(tmp_path: Path, document: object, said: str) -> None:
    with pytest.raises(hosting_config.HostingConfigError) as caught:
        read(tmp_path, document)

    assert said in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(hosting_config.HostingConfigError, match=r"firebase\.json is missing"):
        hosting_config.read(tmp_path / "firebase.json")


@pytest.mark.parametrize(
    ("rewrite", "to_service"), [({"run": {"serviceId": "x"}}, True), ({"destination": "/a.html"}, False)]
)
def test_it_knows_whether_hosting_calls_the_service(
    tmp_path: Path,
    rewrite: Mapping[str, Any],
    to_service: bool,  # noqa: FBT001 - a column of the table
) -> None:
    config = read(tmp_path, {"hosting": {**USUAL, "rewrites": [{"source": "**", **rewrite}]}})

    assert config.rewrites_to_service is to_service
