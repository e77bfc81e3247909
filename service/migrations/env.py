"""Alembic's environment, run by `flask_hearth.stores.sql.migrating`, which hands in the connection and the tables.

Reads no configuration of its own, so that `flask db …` and the tests can't migrate another database than they mean.
"""

from alembic import context

from flask_hearth.stores.sql.comparing import default_differs, render_type

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes["tables"],
    # SQLite changes a column by making the table anew, which only the batch form does; on Postgres it is the same.
    render_as_batch=True,
    # A migration may so commit in between, as an index made without locking the table needs.
    transaction_per_migration=True,
    compare_server_default=default_differs,
    render_item=render_type,
)
with context.begin_transaction():
    context.run_migrations()
