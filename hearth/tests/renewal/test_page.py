"""The page of what is played, kept and refused."""

from hearth.renewal.page import PAGE, write


def test_the_page_says_what_the_code_does() -> None:
    """`python -m hearth catalog` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == write()
