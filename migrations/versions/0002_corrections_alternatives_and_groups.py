"""Corrections, alternatives and groups

Revision: 0002; after: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("noticed_at", sa.DateTime(), nullable=True),
        sa.Column("off_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
        sa.UniqueConstraint("channel", name=op.f("uq_groups_channel")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("conversations") as batch:
        batch.add_column(sa.Column("active_at", sa.DateTime(), nullable=True))
    with op.batch_alter_table("messages") as batch:
        batch.add_column(sa.Column("compared_at", sa.DateTime(), nullable=True))
    with op.batch_alter_table("feedback") as batch:
        batch.add_column(sa.Column("quote", sa.Text(), nullable=True))
        batch.add_column(sa.Column("parts", sa.JSON(), server_default="{}", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("feedback") as batch:
        batch.drop_column("parts")
        batch.drop_column("quote")
    with op.batch_alter_table("messages") as batch:
        batch.drop_column("compared_at")
    with op.batch_alter_table("conversations") as batch:
        batch.drop_column("active_at")
    op.drop_table("groups")
