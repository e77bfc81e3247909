"""Objects in SQL tables, one for each declaration: SQLite and Postgres by SQLAlchemy Core."""
