"""The errors that a person can do something about."""


class HearthError(Exception):
    """Says what is wrong, why it matters and what to do. `python -m hearth` shows it without a traceback."""
