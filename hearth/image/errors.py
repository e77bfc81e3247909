"""What a user reads when there is no image to show."""

from hearth.errors import HearthError


class ImageError(HearthError):
    """Says what is wrong, why it matters and what to do."""
