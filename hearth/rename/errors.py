"""What a person can put right."""

from hearth.errors import HearthError


class RenameError(HearthError):
    """Nothing was renamed; the text says why, all reasons together, and what to do."""
