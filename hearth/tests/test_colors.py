"""Colours are for terminals, and for who wants them."""

import io

import pytest

from hearth.colors import has_colors


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "no_color", "wanted"),
    [
        (Terminal(), None, True),
        (Terminal(), "", True),
        (Terminal(), "1", False),
        (Terminal(), "0", False),
        (io.StringIO(), None, False),
    ],
)
def test_only_a_terminal_has_them_and_only_if_nobody_says_no(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, no_color: str | None, *, wanted: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_color is not None:
        monkeypatch.setenv("NO_COLOR", no_color)

    assert has_colors(stream) is wanted
