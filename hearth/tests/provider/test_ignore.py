"""`.dockerignore` as Docker reads it."""

import pytest

from hearth.provider.ignore import IgnoreRules

ALLOW_LIST = "*\n!service\n!static/\nservice/tests\n**/__pycache__\n"


@pytest.mark.parametrize(
    ("patterns", "path", "left_out"),
    [
        # From Docker's reference: anchored at the root, `*` stays within a folder, `**` does not.
        ("temp", "temp/a.txt", True),
        ("temp", "deep/temp", False),
        ("*/temp*", "somedir/temporary.txt", True),
        ("*/temp*", "a/b/temporary.txt", False),
        ("*/*/temp*", "a/b/temporary.txt", True),
        ("temp?", "tempa", True),
        ("temp?", "temp", False),
        ("**/*.go", "a.go", True),
        ("**/*.go", "x/y/a.go", True),
        ("**/*.go", "x/a.goo", False),
        ("a/**", "a/b/c", True),
        ("a/**/z", "a/z", True),
        ("a/**/z", "a/b/c/z", True),
        ("*.md\n!README.md", "README.md", False),
        ("*.md\n!README.md", "OTHER.md", True),
        ("*.md\n!README*.md\nREADME-secret.md", "README-secret.md", True),
        ("*.md\nREADME-secret.md\n!README*.md", "README-secret.md", False),
        # Spelling of lines.
        ("# temp", "# temp", False),
        ("  temp  ", "temp", True),
        ("/temp/", "temp/a", True),
        ("\ufefftemp", "temp", True),
        ("./a/../temp", "temp", True),
        ("[a-c].txt", "b.txt", True),
        ("[^a-c].txt", "b.txt", False),
        ("[^a-c].txt", "d.txt", True),
        (r"\*.txt", "*.txt", True),
        (r"\*.txt", "a.txt", False),
        ("a.txt", "abtxt", False),
        ("a+b^c$", "a+b^c$", True),
        ("\n\n!\n", "a", False),
        # The allow-list of this repository's form.
        (ALLOW_LIST, "service/app/web.py", False),
        (ALLOW_LIST, "static/style.css", False),
        (ALLOW_LIST, "service/app/__pycache__/web.pyc", True),
        (ALLOW_LIST, "service/tests/test_web.py", True),
        (ALLOW_LIST, ".env", True),
        (ALLOW_LIST, "infra/program.py", True),
    ],
)
def test_a_path_is_left_out_as_docker_does(patterns: str, path: str, *, left_out: bool) -> None:
    assert IgnoreRules(patterns).excludes(path) is left_out


@pytest.mark.parametrize(
    ("patterns", "folder", "skipped"),
    [
        (ALLOW_LIST, ".venv", True),
        (ALLOW_LIST, "service", False),
        (ALLOW_LIST, "service/tests", True),
        ("*\n!a/b/c.txt", "a", False),
        ("*\n!a/b/c.txt", "a/x", True),
        ("*\n!**/keep.txt", "anything", False),
        ("*\n!a/*.txt", "b", True),
        ("temp", "other", False),
    ],
)
def test_a_folder_is_walked_only_where_something_may_come_back(patterns: str, folder: str, *, skipped: bool) -> None:
    """A virtual environment has tens of thousands of files that need not be looked at."""
    assert IgnoreRules(patterns).excludes_folder(folder) is skipped


def test_a_pattern_that_cannot_be_read_is_named() -> None:
    with pytest.raises(ValueError, match=r"'\[a'"):
        IgnoreRules("[a")
