"""What a person can put right."""


class RenameError(Exception):
    """Nothing was renamed; the text says why, all reasons together, and what to do."""
