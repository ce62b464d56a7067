"""What alembic runs: every step that the open connection lacks, in its transaction."""

from alembic import context

from data.plan.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
