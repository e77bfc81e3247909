"""The service's security headers and firebase.json's, by the edge's own rules: it takes them for files and answers."""

import pytest
from multidict import CIMultiDict

from flask_hearth.auth import pages
from flask_hearth.headers import CSP, SECURITY
from hearth import project
from hearth.hosting import hosting_config
from hearth.localcloud.hosting.headers import apply_rules, read_header_rule

ROOT = project.root()


@pytest.mark.parametrize(
    "path", ["/", "/style.css", "/items/new", "/nowhere", "/sign-in/x", "/sign-in.js", "/sign-out"]
)
def test_hosting_gives_files_the_same_security_headers_as_the_service_gives_its_answers(path: str) -> None:
    """Hosting sets its own over the service's: where the two differed, the page's would be lost."""
    assert set_by_hosting(path) == SECURITY


def test_hosting_leaves_the_sign_in_page_the_policy_that_lets_it_ask_google() -> None:
    assert set_by_hosting(pages.PATH) == {name: value for name, value in SECURITY.items() if name != CSP}


def set_by_hosting(path: str) -> dict[str, str]:
    section = hosting_config.read(ROOT / "firebase.json").serving(service="web", region="us-central1")
    headers: CIMultiDict[str] = CIMultiDict()
    apply_rules(map(read_header_rule, section["headers"]), path, headers)
    return {name: value for name, value in headers.items() if name in SECURITY}
