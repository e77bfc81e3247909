"""The models and views that docs/views.md declares, which other pages take over."""

from typing import Any

from flask_hearth.tests.docs.page import blocks

CODE = blocks("views.md", "python")
DECLARING = [CODE[each] for each in (0, 1, 4, 6, 9)]
"""Models, the view, the one that is changed, the one that is stored, and the one that clients read."""


def declared() -> dict[str, Any]:
    """By their names there."""
    names: dict[str, Any] = {"__name__": "app.cities"}
    exec("".join(DECLARING), names)  # noqa: S102 - our own page
    return names
