"""Add owners of idempotency keys.

There is no way back: revisions of the service overlap, so what has to be undone is undone by the next migration.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("idempotency_keys", sa.Column("owner", sa.Text(), nullable=True))
