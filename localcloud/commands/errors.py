"""What goes wrong in a command and is not a bug."""


class CommandError(Exception):
    """The text is all that the user reads: what, why, and how to fix it."""
