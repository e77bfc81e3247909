"""Where objects live: one interface, a store for SQL databases (SQLite, Postgres) and one for Firestore."""
