"""The edge by its files: which answer comes, with which headers."""

import gzip
import hashlib
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from hearth.tests.localcloud.hosting.stage import PROJECT, SITE, TO_WEB, Told, always, digest, staged

CSS = b"p { margin: 0 }\n" * 500
FILES = {
    "/index.html": b"<h1>home</h1>",
    "/404.html": b"<h1>none</h1>",
    "/style.css": CSS,
    "/logo.png": b"\x89PNG" * 100,
    "/docs/page.html": b"page",
    "/a b/\u00e9%?#.txt": b"odd",
    "/__/x": b"reserved",
    "/empty.txt": b"",
}


async def test_a_file_has_productions_headers(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.deploy(FILES)
        answer = await stage.get("/style.css")

        assert (answer.status, answer.body) == (200, CSS)
        expected = {
            "Content-Type": "text/css; charset=utf-8",
            "Cache-Control": "max-age=3600",
            "ETag": f'"{digest(gzip.compress(CSS, mtime=0))}"',
            "Accept-Ranges": "bytes",
            "Vary": "x-fh-requested-host, accept-encoding",
            "Strict-Transport-Security": "max-age=31556926; includeSubDomains; preload",
            "X-Cache-Hits": "0",
            "Content-Length": str(len(CSS)),
        }
        assert {name: answer.headers[name] for name in expected} == expected
        assert re.fullmatch(r"S\d+\.\d+,VS0,VE\d+", answer.headers["X-Timer"])
        assert abs(datetime.now(UTC) - parsedate_to_datetime(answer.headers["Last-Modified"])) < timedelta(minutes=5)
        assert "X-Served-By" in answer.headers
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("accepts", "path", "zipped"),
    [
        ("gzip", "/style.css", True),
        ("br, gzip;q=0.5", "/style.css", True),
        ("*", "/style.css", True),
        ("gzip;q=0", "/style.css", False),
        ("*;q=0.0, br", "/style.css", False),
        ("identity", "/style.css", False),
        ("gzip", "/logo.png", False),
        ("gzip", "/empty.txt", True),
    ],
)
async def test_the_stored_gzip_is_served_to_who_takes_it(
    tmp_path: Path,
    accepts: str,
    path: str,
    zipped: bool,  # noqa: FBT001
) -> None:
    async with staged(tmp_path) as stage:
        await stage.deploy(FILES)
        answer = await stage.get(path, {"Accept-Encoding": accepts})

        assert answer.headers.get("Content-Encoding") == ("gzip" if zipped else None)
        assert (gzip.decompress(answer.body) if zipped else answer.body) == FILES[path]
        assert answer.headers["Content-Length"] == str(len(answer.body))
        assert answer.headers["ETag"].endswith('-gz"') is zipped


@pytest.mark.parametrize(
    ("path", "type"),
    [
        ("/a.html", "text/html; charset=utf-8"),
        ("/a.js", "text/javascript; charset=utf-8"),
        ("/a.mjs", "text/javascript; charset=utf-8"),
        ("/a.json", "application/json"),
        ("/a.svg", "image/svg+xml"),
        ("/a.woff2", "font/woff2"),
        ("/a.webp", "image/webp"),
        ("/a.wasm", "application/wasm"),
        ("/a.webmanifest", "application/manifest+json"),
        ("/A.PNG", "image/png"),
        ("/a.tar.gz", "application/gzip"),
        ("/a.unknown", "application/octet-stream"),
        ("/a", "application/octet-stream"),
    ],
)
async def test_the_extension_says_the_type_on_every_machine(tmp_path: Path, path: str, type: str) -> None:
    async with staged(tmp_path) as stage:
        await stage.deploy({path: b"x"})
        answer = await stage.get(path, {"Accept-Encoding": "identity"})

        assert (answer.headers["Content-Type"], answer.body) == (type, b"x")


@pytest.mark.parametrize(
    ("asked", "status", "part", "content_range"),
    [
        ("bytes=0-3", 206, CSS[:4], f"bytes 0-3/{len(CSS)}"),
        ("bytes=10-10", 206, CSS[10:11], f"bytes 10-10/{len(CSS)}"),
        ("bytes=-5", 206, CSS[-5:], f"bytes {len(CSS) - 5}-{len(CSS) - 1}/{len(CSS)}"),
        ("bytes=7990-", 206, CSS[7990:], f"bytes 7990-{len(CSS) - 1}/{len(CSS)}"),
        ("bytes=7990-99999", 206, CSS[7990:], f"bytes 7990-{len(CSS) - 1}/{len(CSS)}"),
        ("bytes=-99999", 206, CSS, f"bytes 0-{len(CSS) - 1}/{len(CSS)}"),
        (f"bytes={len(CSS)}-", 416, None, f"bytes */{len(CSS)}"),
        ("bytes=-0", 416, None, f"bytes */{len(CSS)}"),
        (f"bytes={'9' * 400}-", 416, None, f"bytes */{len(CSS)}"),
        ("bytes=5-2", 200, CSS, None),
        ("bytes=0-1,3-4", 200, CSS, None),
        ("lines=0-1", 200, CSS, None),
        ("bytes=-", 200, CSS, None),
    ],
)
async def test_one_range_of_a_file_is_served(
    tmp_path: Path, asked: str, status: int, part: bytes | None, content_range: str | None
) -> None:
    """Of what a browser sees, not of the stored gzip, whatever it accepts."""
    async with staged(tmp_path) as stage:
        await stage.deploy(FILES)
        answer = await stage.get("/style.css", {"Range": asked, "Accept-Encoding": "gzip"})

        assert (answer.status, answer.headers.get("Content-Range")) == (status, content_range)
        assert part is None or answer.body == part


async def test_a_range_counts_only_while_the_file_is_the_same(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.deploy(FILES)
        tag = (await stage.get("/style.css")).headers["ETag"]
        statuses = [
            (await stage.get("/style.css", {"Range": "bytes=0-1", "If-Range": value})).status for value in (tag, '"x"')
        ]

        assert statuses == [206, 200]


async def test_what_the_browser_has_already_is_not_sent_again(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.deploy(FILES)
        plain = (await stage.get("/style.css")).headers
        zipped = (await stage.get("/style.css", {"Accept-Encoding": "gzip"})).headers
        cases = [
            ({"If-None-Match": plain["ETag"]}, 304),
            ({"If-None-Match": f'"x", W/{plain["ETag"]}'}, 304),
            ({"If-None-Match": "*"}, 304),
            ({"If-None-Match": '"x"'}, 200),
            ({"If-None-Match": plain["ETag"], "Range": "bytes=0-1"}, 304),
            ({"If-None-Match": zipped["ETag"]}, 200),
            ({"If-None-Match": zipped["ETag"], "Accept-Encoding": "gzip"}, 304),
            ({"If-Modified-Since": plain["Last-Modified"]}, 304),
            ({"If-Modified-Since": "Sat, 01 Jan 2000 00:00:00 GMT"}, 200),
            ({"If-Modified-Since": "yesterday"}, 200),
            ({"If-None-Match": '"x"', "If-Modified-Since": plain["Last-Modified"]}, 200),
        ]

        assert [(await stage.get("/style.css", headers)).status for headers, _ in cases] == [each for _, each in cases]
        kept = await stage.get("/style.css", {"If-None-Match": plain["ETag"]})
        assert (kept.body, kept.headers["ETag"], kept.headers["Cache-Control"]) == (b"", plain["ETag"], "max-age=3600")
        assert "Content-Type" not in kept.headers


async def test_head_has_the_headers_of_get_and_no_body(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.deploy(FILES)
        for path in ("/style.css", "/nothing", "/__/firebase/init.json"):
            got, head = await stage.get(path), await stage.ask("HEAD", path)

            assert (head.status, head.body) == (got.status, b"")
            assert head.headers["Content-Length"] == got.headers["Content-Length"]


@pytest.mark.parametrize(
    "path", ["/a%20b/%C3%A9%25%3F%23.txt", "/a%20b/%c3%a9%25%3f%23.txt", "//a%20b///%C3%A9%25%3F%23.txt"]
)
async def test_odd_names_are_found_percent_encoded(tmp_path: Path, path: str) -> None:
    async with staged(tmp_path) as stage:
        await stage.deploy(FILES)

        assert (await stage.get(path)).text == "odd"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/../../../../etc/passwd", 404),
        ("/%2e%2e/%2e%2e/etc/passwd", 404),
        ("/..%2f..%2fetc%2fpasswd", 404),
        ("/docs/../style.css", 200),
        ("/docs/%2e%2e/style.css", 200),
        ("/x%00.css", 400),
        ("/%ff", 400),
        ("/%zz", 404),
    ],
)
async def test_no_path_leaves_the_site(tmp_path: Path, path: str, status: int) -> None:
    async with staged(tmp_path) as stage:
        await stage.deploy(FILES)
        answer = await stage.get(path)

        assert answer.status == status
        assert b"root:" not in answer.body


async def test_redirects_come_before_files_and_files_before_rewrites(tmp_path: Path) -> None:
    config = {
        "redirects": [{"glob": "/logo.png", "location": "/new.png", "statusCode": 302}],
        "rewrites": [{"glob": "/spa/**", "path": "/index.html"}, TO_WEB],
    }
    async with staged(tmp_path) as stage:
        await stage.deploy(FILES, config)
        moved = await stage.get("/logo.png?v=1")

        assert (moved.status, moved.headers["Location"]) == (302, "/new.png?v=1")
        assert (await stage.get("/style.css")).body == CSS
        assert (await stage.get("/spa/x/y")).text == "<h1>home</h1>"
        assert (await stage.get("/else")).text == "hello"


async def test_clean_urls_and_trailing_slashes(tmp_path: Path) -> None:
    """The table of paths is in test_files; here that the config reaches it and that queries are kept."""
    async with staged(tmp_path) as stage:
        await stage.deploy(FILES, {"cleanUrls": True, "trailingSlashBehavior": "REMOVE"})
        moved = await stage.get("/docs/page.html?x=1")

        assert (moved.status, moved.headers["Location"]) == (301, "/docs/page?x=1")
        assert (await stage.get("/docs/page")).text == "page"


async def test_a_redirect_to_a_folder_never_leads_to_another_host(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.deploy({"/evil.example/index.html": b"x"})

        assert (await stage.get("//evil.example")).headers["Location"] == "/evil.example/"


async def test_a_missing_page_is_the_versions_own_404_or_a_default_one(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.deploy(FILES)
        own = await stage.get("/nothing")
        await stage.deploy({"/a": b"1"})
        default = await stage.get("/nothing")

        assert (own.status, own.text) == (404, "<h1>none</h1>")
        assert (default.status, "Page Not Found" in default.text) == (404, True)
        assert default.headers["Cache-Control"] == "no-store"


async def test_header_rules_go_by_the_path_asked_for_and_by_that_of_the_404_page(tmp_path: Path) -> None:
    config = {
        "cleanUrls": True,
        "headers": [
            {"glob": "**", "headers": {"X-All": "1"}},
            {"glob": "/docs/page", "headers": {"X-Asked": "1"}},
            {"glob": "/docs/page.html", "headers": {"X-File": "1"}},
            {"glob": "404.html", "headers": {"Cache-Control": "max-age=300"}},
        ],
    }
    async with staged(tmp_path) as stage:
        await stage.deploy(FILES, config)
        page, moved, none = [await stage.get(path) for path in ("/docs/page", "/docs/page.html", "/nothing")]

        assert [each.headers["X-All"] for each in (page, moved, none)] == ["1"] * 3
        assert ("X-Asked" in page.headers, "X-File" in page.headers) == (True, False)
        assert ("X-Asked" in moved.headers, "X-File" in moved.headers) == (False, True)
        assert [each.headers["Cache-Control"] for each in (page, none)] == ["max-age=3600", "max-age=300"]


async def test_reserved_addresses_are_hostings_own(tmp_path: Path) -> None:
    """Before redirects, files and rewrites, as in production and unlike the official emulator."""
    config = {"rewrites": [TO_WEB], "redirects": [{"glob": "/__/**", "location": "/x", "statusCode": 301}]}
    async with staged(tmp_path) as stage:
        await stage.deploy(FILES, config)
        init = await stage.get("/__/firebase/init.json")

        assert init.json()["projectId"] == PROJECT
        assert [(await stage.get(path)).status for path in ("/__/x", "/__/none", "/__", "/%5f_/x")] == [404] * 4
        assert (await stage.ask("POST", "/__/firebase/init.json")).status == 405
        assert (await stage.get("/__x")).text == "hello"


async def test_files_answer_only_get_and_head(tmp_path: Path) -> None:
    """A rewrite that matches takes the other methods; production's choice is not documented."""
    async with staged(tmp_path) as stage:
        await stage.deploy(FILES, {"rewrites": [{"glob": "/spa", "path": "/index.html"}]})
        refused = [await stage.ask("POST", path, body=b"x") for path in ("/style.css", "/", "/spa")]
        missing = await stage.ask("DELETE", "/nothing")
        await stage.deploy(FILES, {"rewrites": [TO_WEB]})
        taken = await stage.ask("POST", "/style.css", body=b"x")

        assert [(each.status, each.headers["Allow"]) for each in refused] == [(405, "GET, HEAD")] * 3
        assert missing.status == 404
        assert taken.text == "hello"


@pytest.mark.parametrize(
    ("host", "body"),
    [
        ("localhost", "first"),
        ("LOCALHOST", "first"),
        ("127.0.0.1", "first"),
        ("[::1]", "first"),
        (f"{SITE}.localhost", "first"),
        ("demo-docs.localhost", "second"),
        ("other.localhost", None),
        ("demo-docs--pr-1.localhost", None),
        ("demo-docs", None),
        ("example.com", None),
        ("[", None),
    ],
)
async def test_the_host_says_which_site(tmp_path: Path, host: str, body: str | None) -> None:
    async with staged(tmp_path) as stage:
        await stage.ok("POST", f"projects/{PROJECT}/sites?siteId=demo-docs", {})
        await stage.deploy({"/a": b"first"})
        await stage.deploy({"/a": b"second"}, site="demo-docs")
        answer = await stage.get("/a", host=host)

        assert (answer.status, answer.text if answer.status == 200 else None) == (200 if body else 404, body)


async def test_a_large_file_comes_whole_and_in_ranges(tmp_path: Path) -> None:
    """Larger than any buffer on the way, and hardly compressible."""
    content = b"".join(hashlib.sha256(str(number).encode()).digest() for number in range(100_000))
    async with staged(tmp_path) as stage:
        await stage.deploy({"/large.bin": content, "/zeros.txt": bytes(5_000_000)})
        middle = await stage.get("/large.bin", {"Range": "bytes=1600000-1700000"})

        assert (await stage.get("/large.bin")).body == content
        assert middle.body == content[1_600_000:1_700_001]
        assert (await stage.get("/zeros.txt")).body == bytes(5_000_000)


async def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    async with staged(tmp_path, always(Told())) as stage:
        await stage.deploy(FILES, {"rewrites": [TO_WEB], "cleanUrls": True})
        before = await stage.get("/style.css")
    async with staged(tmp_path, always(Told())) as stage:
        after = await stage.get("/style.css")

        assert (after.body, after.headers["ETag"], after.headers["Last-Modified"]) == (
            before.body,
            before.headers["ETag"],
            before.headers["Last-Modified"],
        )
        assert (await stage.get("/docs/page")).text == "page"
        assert (await stage.get("/else")).text == "hello"


async def test_a_lost_blob_is_an_error_page_and_not_a_hang(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.deploy(FILES)
        (stage.cloud.blobs / digest(gzip.compress(CSS, mtime=0))).unlink()

        assert (await stage.get("/style.css")).status == 500
        assert (await stage.get("/logo.png")).status == 200


async def test_each_request_is_a_line_in_the_log_without_its_query(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.deploy(FILES, {"rewrites": [TO_WEB]})
        await stage.get("/style.css?token=secret", {"Cookie": "__session=secret"})
        await stage.ask("POST", "/a%20b", body=b"x")
        lines = (stage.cloud.logs / "edge.log").read_text(encoding="utf-8").splitlines()

        port = stage.cloud.ports.edge
        assert re.fullmatch(rf"\S+Z GET localhost:{port} /style.css 200 file MISS \d+B [\d.]+ms", lines[0])
        assert re.fullmatch(rf"\S+Z POST localhost:{port} /a%20b 200 web MISS \d+B [\d.]+ms", lines[1])
        assert len(lines) == 2
