"""What a user reads when there is no image to show."""


class ImageError(Exception):
    """Says what is wrong, why it matters and what to do."""
