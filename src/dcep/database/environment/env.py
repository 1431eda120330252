"""Run the migrations on the connection that `open_database` has opened. Alembic runs this file by its name."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
