"""Objects in SQL tables, one for each declaration: SQLite and Postgres by SQLAlchemy Core."""

READ_ONLY = "hearth_read_only"
"""Execution option of connections that only read, so that they don't wait for writers where those are alone."""
