"""A longer queue, and several bots on one inbox

Revision: 0005; after: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("jobs") as batch:
        batch.drop_index("ix_jobs_claim")
        batch.create_index("ix_jobs_claim", ["status", "priority", "seq", "id", "kind"])
    with op.batch_alter_table("inbox") as batch:
        batch.alter_column("update_id", type_=sa.BigInteger(), existing_type=sa.Integer())
        batch.add_column(sa.Column("holder", sa.Text(), nullable=True))
        batch.add_column(sa.Column("place", sa.Text(), nullable=True))
        batch.create_index("ix_inbox_place", ["place"])


def downgrade() -> None:
    with op.batch_alter_table("inbox") as batch:
        batch.drop_index("ix_inbox_place")
        batch.drop_column("place")
        batch.drop_column("holder")
        batch.alter_column("update_id", type_=sa.Integer(), existing_type=sa.BigInteger())
    with op.batch_alter_table("jobs") as batch:
        batch.drop_index("ix_jobs_claim")
        batch.create_index("ix_jobs_claim", ["status", "priority", "seq", "id"])
