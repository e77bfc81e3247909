"""What a user reads when there is no preview to show."""

from hearth.errors import HearthError


class PreviewError(HearthError):
    """Says what is wrong, why it matters and what to do."""
