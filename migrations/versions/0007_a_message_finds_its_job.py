"""A message finds its job, however many there are

Revision: 0007; after: 0006
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("jobs") as batch:
        batch.drop_index("ix_jobs_message_id")
        batch.create_index("ix_jobs_message", ["message_id", "status"])


def downgrade() -> None:
    with op.batch_alter_table("jobs") as batch:
        batch.drop_index("ix_jobs_message")
        batch.create_index("ix_jobs_message_id", ["message_id"])
