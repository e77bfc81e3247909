"""What goes wrong with database servers."""


class DatabaseError(Exception):
    """Why there is no database; the text is for people, and says what to do."""
