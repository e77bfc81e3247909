"""The page for people and the same for commands."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from hearth.catalog.apis import FIREBASE
from hearth.localcloud import console
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.console.page import render
from hearth.tests.localcloud.console import deployed
from hearth.tests.localcloud.console.deployed import FAILED, SERVICE
from hearth.tests.localcloud.running import LocalCloud

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def shown(local: LocalCloud, *put: Callable[[Cloud], object]) -> str:
    """The page's main part."""
    for each in put:
        local.in_loop(each)

    return local.session.get(local.origin + console.LIVE).text


def test_status_tells_what_serves_and_what_failed(local: LocalCloud) -> None:
    (service,) = local.in_loop(deployed.put_service)["services"]

    assert (service["name"], service["url"], service["public"]) == (SERVICE, "http://localhost:8080", False)
    assert (service["state"], service["serving"]) == ("failed", "web-1")
    assert [(each["name"], each["state"]) for each in service["revisions"]] == [("web-2", "failed"), ("web-1", "ready")]
    assert service["instances"] == [{"pid": 77, "revision": "web-1", "started": "1970-01-01T00:00:01.000000Z"}]


def test_status_tells_how_the_latest_execution_of_a_job_ended(local: LocalCloud) -> None:
    found = local.in_loop(deployed.put_jobs)
    failed, idle = found["jobs"]

    assert (failed["state"], failed["execution"]) == ("failed", "migrate-1")
    assert (failed["started"], failed["ended"]) == ("2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z")
    assert failed["message"] == FAILED["message"]
    assert (idle["state"], idle["execution"], idle["message"]) == ("never run", "", "")
    assert [each["pid"] for each in found["services"][0]["instances"]] == [77]


def test_status_shows_a_site_from_its_project_on(local: LocalCloud) -> None:
    local.call("POST", FIREBASE, "projects/demo-test:addFirebase", {})

    (site,) = local.session.get(f"{local.origin}/_local/status").json()["sites"]

    assert site["name"] == "projects/demo-test/sites/demo-test"
    assert site["url"] == f"http://localhost:{local.ports.edge}"
    assert (site["release"], site["version"]) == ("", "")


def test_status_names_secrets_with_their_versions_from_the_newest_on(local: LocalCloud) -> None:
    local.in_loop(deployed.put_secret)

    (secret,) = local.session.get(f"{local.origin}/_local/status").json()["secrets"]

    assert secret["name"] == deployed.SECRET
    assert [each["number"] for each in secret["versions"]] == list(range(11, 0, -1))
    assert secret["versions"][0] == {"number": 11, "state": "enabled", "created": "2026-01-11"}


def test_the_page_is_valid_without_anything_to_show(local: LocalCloud) -> None:
    answer = local.session.get(f"{local.origin}/")

    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "<code>make up</code> deploys" in answer.text
    assert str(local.root / "data") in answer.text


def test_all_that_a_person_asks_for_is_on_the_page_without_its_script(local: LocalCloud) -> None:
    local.in_loop(deployed.put_all)

    page = local.session.get(f"{local.origin}/").text

    heads = re.findall("<h2>(.*?)</h2>", page)
    assert heads == [
        *("Addresses", "Service web", "Job migrate", "Job migrates"),
        *("Databases", "Last requests", "Secrets", "Kept, not played", "Folders"),
    ]
    assert shown(local) in page


def test_what_services_write_is_shown_and_never_run(local: LocalCloud) -> None:
    page = shown(local, deployed.put_all)

    # Whoever had written a tag would have written an attribute or an address.
    assert {tag for tag, _ in Tags(page).found} == {
        *("section", "h2", "h3", "p", "table", "thead", "tbody", "tr", "th", "td"),
        *("a", "code", "time", "span", "ol", "li"),
    }
    assert {name for _, attrs in Tags(page).found for name in attrs} == {
        *("id", "class", "scope", "href", "title", "datetime"),
    }
    # Of the service, and of the job.
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt; never listened") == 2
    assert r"\x1b[31m\u202ederised\x00" in page
    assert not set("\x1b\u202e\x00") & set(page)


def test_a_long_line_is_cut_and_says_so(local: LocalCloud) -> None:
    page = shown(local, deployed.put_jobs, lambda cloud: deployed.write(cloud, "jobs/migrate.log", "x" * 9999))

    assert f"<li>{'x' * 600}…</li>" in page


def test_lines_and_requests_are_in_their_order(local: LocalCloud) -> None:
    """Of a log the latest last, as in a terminal; of requests the latest first."""
    page = shown(local, deployed.put_all)

    assert page.index("derised") < page.index("INFO &lt;b&gt;started&lt;/b&gt;")
    assert page.index("/longlong") < page.index("/items/%3Cscript%3E")


def test_of_secrets_and_of_what_is_kept_no_value_is_told(local: LocalCloud) -> None:
    local.in_loop(deployed.put_all)

    answers = [local.session.get(local.origin + path).text for path in ("/", console.LIVE, "/_local/status")]

    assert all("session-key" in answer for answer in answers)
    assert "projects/demo-x/topics/&lt;t&gt;" in answers[0]
    assert not [answer for answer in answers if deployed.CANARY in answer]


def test_only_addresses_become_links(local: LocalCloud) -> None:
    state = local.in_loop(deployed.put_service)
    state["services"][0]["url"] = "javascript:alert(1)"

    page = local.in_loop(lambda cloud: render(cloud, state))

    assert "javascript:alert(1)" in page
    assert not [attrs for tag, attrs in Tags(page).found if tag == "a" and "javascript" in str(attrs["href"])]


def test_every_section_has_an_id_of_its_own(local: LocalCloud) -> None:
    """By which the script knows whether there are others."""
    page = shown(local, deployed.put_all)

    ids = [attrs["id"] for _, attrs in Tags(page).found if "id" in attrs]

    assert len(ids) == len(set(ids)) == 9


@pytest.mark.parametrize("path", ["/", console.LIVE, "/_local/console.js", "/_local/console.css"])
def test_the_page_loads_what_is_its_own_and_may_not_be_framed(local: LocalCloud, path: str) -> None:
    headers = local.session.get(local.origin + path).headers

    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_an_address_without_anything_is_a_page_for_a_browser(local: LocalCloud) -> None:
    answer = local.session.get(f"{local.origin}/<script>alert(1)</script>", headers=HTML)

    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "<h1>Not found</h1>" in answer.text
    assert "GET /&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("method", "headers"), [("GET", {}), ("POST", HTML)])
def test_an_address_without_anything_is_json_for_a_client(
    local: LocalCloud, method: str, headers: dict[str, str]
) -> None:
    answer = local.session.request(method, f"{local.origin}/nothing", headers=headers)

    assert (answer.status_code, answer.json()["error"]["status"]) == (404, "NOT_FOUND")


def test_an_open_page_does_not_fill_the_log(local: LocalCloud) -> None:
    shown(local)
    local.session.get(f"{local.origin}/_local/health")

    log = (local.root / "logs" / "cloud.log").read_text(encoding="utf-8")
    assert "GET /_local/health 200" in log
    assert console.LIVE not in log
