"""Which regular expressions are taken, and that those mean what RE2 means by them."""

import pytest

from hearth.localcloud.hosting.re2 import compile_regex


@pytest.mark.parametrize(
    ("regex", "path", "matches"),
    [
        ("^/assets/.*", "/assets/x", True),
        ("^/assets/.*", "/x/assets/y", False),
        ("assets", "/x/assets/y", True),
        ("^/(?P<slug>[^/]+)$", "/a", True),
        ("^/(?<slug>[^/]+)$", "/a", True),
        (r"^/a\z", "/a", True),
        # RE2's $ is the end of the text; Python's would also match before the line feed.
        ("^/a$", "/a\n", False),
        ("(?i)^/A", "/a", True),
        ("^/(?:a|b)", "/b", True),
        ("^/a{2,3}$", "/aaa", True),
        ("^/a+?b*?$", "/aab", True),
        (r"^/[\d.]+$", "/1.2", True),
        ("^/[]a]$", "/]", True),
        ("^/[^]a]$", "/b", True),
        ("^/[[a]$", "/[", True),
        (r"^/\.\$$", "/.$", True),
        ("^/[$]$", "/$", True),
    ],
)
def test_a_regex_is_searched_for_in_the_path(regex: str, path: str, matches: bool) -> None:  # noqa: FBT001
    assert (compile_regex(regex).search(path) is not None) is matches


@pytest.mark.parametrize(
    ("regex", "why"),
    [
        ("", "can't be empty"),
        ("a" * 2049, "2049 characters"),
        ("(", "not a regular expression"),
        ("a(?=b)", "lookaround"),
        ("a(?!b)", "lookaround"),
        ("(?<=a)b", "lookaround"),
        ("(?<!a)b", "lookaround"),
        ("(?>a)", "RE2 has no"),
        ("(?#x)", "RE2 has no"),
        ("(?P<a>x)(?P=a)", "RE2 has no"),
        (r"(a)\1", "back references"),
        ("a++", "quantifier after a quantifier"),
        ("a*+", "quantifier after a quantifier"),
        ("a{2}+", "quantifier after a quantifier"),
        ("a{1001}", "at most 1000"),
        (r"a\Z", r"RE2 has no \\Z"),
        (r"\pL", "Unicode classes"),
        (r"\Qa\E", "one by one"),
        ("[[:alpha:]]", "POSIX classes"),
    ],
)
def test_a_regex_that_would_not_deploy_or_not_run_is_refused(regex: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        compile_regex(regex)
