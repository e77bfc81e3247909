"""What a user reads when there is no preview to show."""


class PreviewError(Exception):
    """Says what is wrong, why it matters and what to do."""
