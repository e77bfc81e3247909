"""Versions made of other ones."""

from pathlib import Path
from typing import Any

import pytest

from hearth.tests.localcloud.hosting.stage import PROJECT, SITE, TO_WEB, staged

PARENT = f"projects/{PROJECT}/sites/{SITE}"
OTHER = f"projects/{PROJECT}/sites/demo-other"


@pytest.mark.parametrize("status", ["FINALIZED", "CREATED"])
async def test_a_clone_has_files_and_rules_of_its_source(tmp_path: Path, status: str) -> None:
    async with staged(tmp_path) as stage:
        config = {"rewrites": [TO_WEB]}
        source = await stage.deploy({"/a": b"1"}, config)
        await stage.ok("POST", f"projects/{PROJECT}/sites?siteId=demo-other", {})
        body = {"sourceVersion": source, "finalize": status == "FINALIZED"}
        operation = await stage.ok("POST", f"{OTHER}/versions:clone", body)

        made = operation["response"]
        assert (operation["done"], made["name"].startswith(f"{OTHER}/versions/")) == (True, True)
        assert (made["status"], made["config"]) == (status, config)
        if status == "CREATED":
            await stage.ok("PATCH", made["name"], {"status": "FINALIZED"})
        await stage.ok("POST", f"{OTHER}/releases?versionName={made['name']}", {})
        assert (await stage.get("/a", host="demo-other.localhost")).text == "1"
        counts = [(await stage.ok("GET", name))["fileCount"] for name in (source, made["name"])]
        assert counts == ["1", "1"]


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ({}, 400, "sites/SITE_ID/versions/VERSION_ID"),
        ({"sourceVersion": "1"}, 400, "sites/SITE_ID/versions/VERSION_ID"),
        ({"sourceVersion": "sites/none/versions/1"}, 404, "sites/none"),
        ({"sourceVersion": f"{PARENT}/versions/none"}, 404, "versions/none"),
        ({"sourceVersion": "OPEN"}, 400, "is CREATED"),
        ({"sourceVersion": "DONE", "exclude": {"regexes": ["x"]}}, 501, "all files of a version"),
    ],
)
async def test_what_can_not_be_cloned_is_refused(tmp_path: Path, body: dict[str, Any], code: int, words: str) -> None:
    async with staged(tmp_path) as stage:
        names = {
            "DONE": await stage.deploy({"/a": b"1"}),
            "OPEN": (await stage.ok("POST", f"{PARENT}/versions", {}))["name"],
        }
        body = {key: names.get(value, value) if isinstance(value, str) else value for key, value in body.items()}
        refused = await stage.api("POST", f"{PARENT}/versions:clone", body)

        assert (refused.status, words in refused.text) == (code, True), refused.text
        assert len((await stage.ok("GET", f"{PARENT}/versions"))["versions"]) == 2
