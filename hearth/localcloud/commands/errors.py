"""What goes wrong in a command and is not a bug."""

from hearth.errors import HearthError


class CommandError(HearthError):
    """The text is all that the user reads: what, why, and how to fix it."""
