"""Sites, their config and custom domains over REST."""

from pathlib import Path

import pytest

from hearth.tests.localcloud.hosting.stage import PROJECT, SITE, staged

SITES = f"projects/{PROJECT}/sites"


async def test_the_first_site_is_the_default_one_at_localhost(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        first = await stage.ok("GET", f"{SITES}/{SITE}")
        second = await stage.ok("POST", f"{SITES}?siteId=demo-docs", {"labels": {"a": "b"}, "appId": "1:2:web:3"})
        edge = stage.cloud.ports.edge

        assert first == {"name": f"{SITES}/{SITE}", "type": "DEFAULT_SITE", "defaultUrl": f"http://localhost:{edge}"}
        assert second == {
            "name": f"{SITES}/demo-docs",
            "type": "USER_SITE",
            "appId": "1:2:web:3",
            "labels": {"a": "b"},
            "defaultUrl": f"http://demo-docs.localhost:{edge}",
        }
        assert {site["name"] for site in (await stage.ok("GET", SITES))["sites"]} == {first["name"], second["name"]}


@pytest.mark.parametrize("address", [f"sites/{SITE}", f"projects/{PROJECT}/sites/{SITE}", f"projects/-/sites/{SITE}"])
async def test_a_site_has_three_addresses_and_one_name(tmp_path: Path, address: str) -> None:
    async with staged(tmp_path) as stage:
        version = await stage.ok("POST", f"{address}/versions", {})

        assert (await stage.ok("GET", address))["name"] == f"{SITES}/{SITE}"
        assert version["name"].startswith(f"{SITES}/{SITE}/versions/")


@pytest.mark.parametrize(
    ("query", "body", "code", "words"),
    [
        ("", {}, 400, "Invalid siteId ''"),
        ("siteId=Web", {}, 400, "Invalid siteId 'Web'"),
        ("siteId=a.b", {}, 400, "lower-case letters, digits and hyphens"),
        (f"siteId={'a' * 31}", {}, 400, "1 to 30"),
        (f"siteId={SITE}", {}, 409, "already exists"),
        ("siteId=demo-x", {"color": "red"}, 400, 'Unknown name "color"'),
        ("siteId=demo-x", {"labels": {"a": 1}}, 400, "site.labels"),
        ("siteId=demo-x", {"appId": 1}, 400, "app_id"),
        ("siteId=demo-x", [], 400, "an object was expected"),
    ],
)
async def test_a_site_that_can_not_be_is_refused(
    tmp_path: Path, query: str, body: object, code: int, words: str
) -> None:
    async with staged(tmp_path) as stage:
        refused = await stage.api("POST", f"{SITES}?{query}", body)

        assert refused.status == refused.json()["error"]["code"] == code
        assert words in refused.json()["error"]["message"]
        assert len((await stage.ok("GET", SITES))["sites"]) == 1


@pytest.mark.parametrize("body", [b"{", b"[" * 100_000, b"\xff"])
async def test_a_body_that_is_no_json_is_refused(tmp_path: Path, body: bytes) -> None:
    async with staged(tmp_path) as stage:
        refused = await stage.api("POST", f"{SITES}?siteId=demo-x", data=body)

        assert refused.status == 400
        assert "Invalid JSON payload" in refused.json()["error"]["message"]


async def test_site_ids_are_unique_over_all_projects(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.cloud.store.put("firebase/projects/demo-other", {})
        refused = await stage.api("POST", f"projects/demo-other/sites?siteId={SITE}", {})

        assert refused.status == 400
        assert f"`{SITE}` is reserved by another project; try something like" in refused.text
        assert (await stage.api("GET", f"projects/demo-other/sites/{SITE}")).status == 404


async def test_a_site_needs_firebase_in_its_project(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        refused = await stage.api("POST", "projects/demo-none/sites?siteId=demo-none", {})

        assert refused.status == 404
        assert "Firebase has not been added to project 'demo-none'" in refused.text


async def test_validate_only_makes_nothing(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.ok("POST", f"{SITES}?siteId=demo-x&validateOnly=true", {})

        assert (await stage.api("GET", f"{SITES}/demo-x")).status == 404


async def test_the_default_site_stays_and_others_go_with_all_they_have(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.ok("POST", f"{SITES}?siteId=demo-docs", {})
        await stage.deploy({"/index.html": b"docs"}, site="demo-docs")
        kept = await stage.api("DELETE", f"{SITES}/{SITE}")
        await stage.ok("DELETE", f"{SITES}/demo-docs")

        assert (kept.status, kept.json()["error"]["status"]) == (400, "FAILED_PRECONDITION")
        assert (await stage.get("/", host="demo-docs.localhost")).status == 404
        assert stage.cloud.store.below(f"firebasehosting/{SITES}/demo-docs") == []
        await stage.ok("POST", f"{SITES}?siteId=demo-docs", {})
        assert await stage.ok("GET", f"{SITES}/demo-docs/versions") == {}


async def test_a_patch_changes_what_its_mask_names(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.ok("PATCH", f"{SITES}/{SITE}", {"appId": "1", "labels": {"a": "b"}})
        changed = await stage.ok("PATCH", f"{SITES}/{SITE}?updateMask=labels", {"appId": "2"})
        refused = await stage.api("PATCH", f"{SITES}/{SITE}?updateMask=type", {"type": "USER_SITE"})

        assert changed["appId"] == "1"
        assert "labels" not in changed
        assert (refused.status, "Invalid field path 'type'" in refused.text) == (400, True)


async def test_the_config_keeps_what_it_is_told(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        name = f"{SITES}/{SITE}/config"

        assert await stage.ok("GET", name) == {"name": name}
        await stage.ok("PATCH", name, {"maxVersions": 3, "cloudLoggingEnabled": True})
        assert await stage.ok("GET", name) == {"name": name, "maxVersions": "3", "cloudLoggingEnabled": True}
        await stage.ok("PATCH", f"{name}?updateMask=maxVersions", {})
        assert await stage.ok("GET", name) == {"name": name, "cloudLoggingEnabled": True}
        for bad in ({"maxVersions": 0}, {"maxVersions": "x"}, {"maxVersions": True}, {"cloudLoggingEnabled": 1}):
            assert (await stage.api("PATCH", name, bad)).status == 400


async def test_lists_come_in_pages(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        for number in range(3):
            await stage.ok("POST", f"{SITES}?siteId=demo-{number}", {})
        first = await stage.ok("GET", f"{SITES}?pageSize=3")
        second = await stage.ok("GET", f"{SITES}?pageSize=3&pageToken={first['nextPageToken']}")

        assert [len(first["sites"]), len(second["sites"])] == [3, 1]
        assert "nextPageToken" not in second
        assert (await stage.api("GET", f"{SITES}?pageSize=-1")).status == 400
        assert (await stage.api("GET", f"{SITES}?pageToken=x")).status == 400


async def test_a_custom_domain_is_made_changed_and_deleted_by_operations(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        parent = f"{SITES}/{SITE}/customDomains"
        made = await stage.ok("POST", f"{parent}?customDomainId=www.example.com", {"certPreference": "GROUPED"})
        assert made["done"] is True
        assert made["name"].startswith(f"{parent}/www.example.com/operations/")
        assert made["response"]["name"] == f"{parent}/www.example.com"

        found = await stage.ok("GET", f"{parent}/www.example.com")
        assert (found["hostState"], found["certPreference"]) == ("HOST_ACTIVE", "GROUPED")
        assert [each["name"] for each in (await stage.ok("GET", parent))["customDomains"]] == [found["name"]]

        changed = await stage.ok("PATCH", f"{parent}/www.example.com", {"redirectTarget": "example.com"})
        assert changed["response"]["redirectTarget"] == "example.com"
        assert changed["response"]["etag"] != found["etag"]

        assert (await stage.api("POST", f"{parent}?customDomainId=www.example.com", {})).status == 409
        assert (await stage.ok("DELETE", f"{parent}/www.example.com"))["done"] is True
        assert (await stage.api("GET", f"{parent}/www.example.com")).status == 404


@pytest.mark.parametrize(
    "domain", ["", "localhost", "a_b.com", "A.com", "-a.com", "a.com.", "1.2.3.4", f"{'a' * 64}.com"]
)
async def test_a_custom_domain_has_to_be_a_domain(tmp_path: Path, domain: str) -> None:
    async with staged(tmp_path) as stage:
        refused = await stage.api("POST", f"{SITES}/{SITE}/customDomains?customDomainId={domain}", {})

        words = "a domain such as www.example.com" if domain else "customDomainId is required"
        assert (refused.status, words in refused.text) == (400, True)
