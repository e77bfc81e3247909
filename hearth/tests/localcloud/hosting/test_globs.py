"""Globs as a table. The first part was compared with minimatch 6.2.3, which the official emulator uses."""

import pytest

from hearth.localcloud.hosting.globs import compile_glob


@pytest.mark.parametrize(
    ("glob", "matching", "others"),
    [
        ("**", ["/", "/a", "/a/b.js"], ["/.well-known/x", "/a/.git/config"]),
        ("/.well-known/**", ["/.well-known/x", "/.well-known/a/b"], ["/.well-known/.x", "/a/.well-known/x"]),
        ("/foo/**", ["/foo/", "/foo/x", "/foo/x/y"], ["/foo", "/food", "/a/foo/x"]),
        ("/foo{,/**}", ["/foo", "/foo/x/y"], ["/food"]),
        ("/a/**/b", ["/a/b", "/a/x/b", "/a/x/y/b"], ["/ab", "/a/.x/b", "/a/b/c"]),
        ("**/b", ["/b", "/a/b", "/b/"], ["/b/a", "/ab"]),
        ("*", [], ["/", "/a"]),
        ("/*", ["/a", "/a.js", "/a/"], ["/", "/.a", "/a/b"]),
        ("/*.js", ["/a.js", "/a.b.js"], ["/a.css", "/.js", "/a/b.js"]),
        ("/**.js", ["/a.js"], ["/a/b.js"]),
        ("/?", ["/a"], ["/", "/ab", "/."]),
        ("/a?c", ["/abc"], ["/ac", "/a/c"]),
        ("**/*.@(css|js)", ["/a.css", "/x/y.js"], ["/a.html", "/js", "/a.jss"]),
        ("/*.{css,js}", ["/a.css", "/a.js"], ["/a.{css,js}", "/a.html"]),
        ("/{a,b/{c,d}}/x", ["/a/x", "/b/c/x", "/b/d/x"], ["/b/x", "/c/x"]),
        ("/{a}", ["/{a}"], ["/a"]),
        ("/a{b,c", ["/a{b,c"], ["/ab"]),
        ("/+(a|bc)", ["/a", "/abca"], ["/", "/ab", "/b"]),
        ("/*(a)b", ["/b", "/aab"], ["/a", "/cb"]),
        ("/?(a)b", ["/b", "/ab"], ["/aab"]),
        ("/!(a)", ["/b", "/ab"], ["/a", "/", "/b/c", "/.b"]),
        ("/a!(b)", ["/a", "/ac", "/abc"], ["/ab"]),
        ("/!(*.js)", ["/a", "/a.css"], ["/a.js"]),
        ("/!(a|b)/x", ["/c/x"], ["/a/x", "/b/x", "/x"]),
        ("!/@(js|css)/**", ["/", "/html/x", "/js"], ["/js/x", "/css/y/z"]),
        ("!!/a", ["/a"], ["/b"]),
        ("!(a)", ["/a", "/"], ["(a)"]),
        ("/[ab]", ["/a", "/b"], ["/c", "/ab"]),
        ("/[!a-c]", ["/d"], ["/b"]),
        ("/[^a]", ["/b"], ["/a", "/"]),
        ("/a[", ["/a["], ["/a"]),
        (r"/a\*b", ["/a*b"], ["/axb"]),
        ("/a.b", ["/a.b"], ["/axb"]),
        ("/a b+(é)", ["/a bé"], ["/a b"]),
        ("/@(.well-known|assets)/**", ["/.well-known/x", "/assets/x"], ["/.git/x"]),
        # minimatch 6 refuses `/a.js.js` here, as it reads the negation as "starts with"; bash does not.
        ("/!(a).js", ["/b.js", "/a.js.js"], ["/a.js"]),
    ],
)
def test_a_glob_matches(glob: str, matching: list[str], others: list[str]) -> None:
    compiled = compile_glob(glob)

    assert [path for path in matching if compiled.match(path) is None] == []
    assert [path for path in others if compiled.match(path) is not None] == []


@pytest.mark.parametrize(
    ("glob", "path", "captured"),
    [
        ("/old/:id", "/old/7", {"id": "7"}),
        ("/old/:id", "/old/7/", {"id": "7"}),
        ("/old/:id", "/old/7/8", None),
        ("/old/:id", "/old/", None),
        ("/:year/:month-:day", "/2024/05-06", {"year": "2024", "month": "05", "day": "06"}),
        ("/blog/:post*", "/blog/a/b/c", {"post": "a/b/c"}),
        ("/blog/:post*", "/blog/", {"post": ""}),
        ("/blog/:post*", "/blog", {}),
        ("/blog/:post*", "/blogs", None),
        ("/:any*/end", "/a/b/end", {"any": "a/b"}),
        ("/**/:file.html", "/a/b/x.html", {"file": "x"}),
        ("/a:b", "/ac", {"b": "c"}),
    ],
)
def test_a_redirects_glob_captures(glob: str, path: str, captured: dict[str, str] | None) -> None:
    assert compile_glob(glob, captures=True).match(path) == captured


def test_a_colon_is_text_where_nothing_is_captured() -> None:
    assert compile_glob("/a/:id").match("/a/:id") == {}
    assert compile_glob("/a/:id").match("/a/7") is None


@pytest.mark.parametrize(
    ("glob", "why"),
    [
        ("", "can't be empty"),
        ("!", "negates nothing"),
        ("/@(a/b|c)", "slash inside"),
        ("/@(a", "without its )"),
        ("/{1..9}", "brace ranges"),
        ("/" + "{a,b}" * 9, "more than 256"),
        ("/" + "a" * 2048, "2049 characters"),
        ("/x:rest*", "segment of its own"),
        ("/:a/:a", "can't be used"),
        ("/[z-a]", "can't be used"),
    ],
)
def test_a_glob_without_a_meaning_is_refused(glob: str, why: str) -> None:
    with pytest.raises(ValueError, match=why.replace(")", r"\)")):
        compile_glob(glob, captures=True)
