"""What visitors get through the edge: one set of security headers on everything, and tags that survive compression."""

import pytest
import requests

from flask_hearth.headers import SECURITY
from hearth.tests.engine.deployment import SECONDS, Deployment

ITEMS = "/api/v1/items"
# Production forces it on web.app, over whatever a site sets.
HSTS = "max-age=31556926; includeSubDomains; preload"
# About the answer, its way and its time, and nothing that a browser is to enforce.
OTHER = {
    *("Accept-Ranges", "Age", "Allow", "Cache-Control", "Connection", "Content-Encoding", "Content-Length"),
    *("Content-Type", "Date", "ETag", "Last-Modified", "Link", "Location", "Server", "Vary"),
    *("X-Cache", "X-Cache-Hits", "X-Request-ID", "X-Served-By", "X-Timer"),
}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/style.css", 200),
        ("/robots.txt", 200),
        ("/", 200),
        ("/items", 200),
        (ITEMS, 200),
        ("/api/v1/openapi.json", 200),
        (f"{ITEMS}/nothing", 404),
        (f"{ITEMS}?page=0", 422),
        ("/nowhere", 404),
    ],
)
def test_files_pages_answers_and_errors_carry_one_set_of_security_headers(
    deployed: Deployment, path: str, status: int
) -> None:
    answer = deployed.get(path)
    found = [(name, value) for name, value in answer.raw.headers.items() if name not in OTHER]

    assert answer.status_code == status
    assert sorted(found) == sorted({**SECURITY, "Strict-Transport-Security": HSTS}.items()), "each once"


def test_the_weak_tag_of_a_compressed_answer_is_good_for_a_change(deployed: Deployment) -> None:
    item = {"name": "Pen", "description": "blue " * 50, "quantity": 1}
    made = requests.post(deployed.site + ITEMS, json=item, timeout=SECONDS)
    address = deployed.site + made.headers["Location"]
    seen = requests.get(address, headers={"Accept-Encoding": "gzip"}, timeout=SECONDS)
    weak = {"If-Match": seen.headers["ETag"]}
    changed = requests.put(address, json={**item, "quantity": 2}, headers=weak, timeout=SECONDS)
    late = requests.put(address, json={**item, "quantity": 3}, headers=weak, timeout=SECONDS)

    assert seen.headers["Content-Encoding"] == "gzip"
    assert weak["If-Match"].startswith('W/"')
    assert (changed.status_code, late.status_code) == (200, 412)
    assert requests.get(address, timeout=SECONDS).json()["quantity"] == 2
    assert requests.delete(address, timeout=SECONDS).status_code == 204


def test_links_and_redirects_stay_on_the_address_that_was_asked_for(deployed: Deployment) -> None:
    for base in (deployed.site, deployed.service):
        for forged in ("evil.example", "localhost.evil.example"):
            sent = {"X-Forwarded-Host": forged, "Host": base.partition("://")[2]}
            made = requests.post(base + ITEMS, json={"name": "Pen"}, headers=sent, timeout=SECONDS)
            listed = requests.get(f"{base}{ITEMS}?per_page=1", headers=sent, timeout=SECONDS)
            removed = requests.delete(base + made.headers["Location"], headers=sent, timeout=SECONDS)

            assert made.headers["Location"].startswith(f"{ITEMS}/")
            assert "evil" not in listed.text + str(listed.headers) + str(made.headers)
            assert removed.status_code == 204
