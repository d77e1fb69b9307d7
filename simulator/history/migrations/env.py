"""Run by Alembic: applies the revisions on the connection handed over by `simulator.history.schema`."""

from alembic import context

from simulator.history.tables import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    render_as_batch=True,  # SQLite cannot alter a table: it is rebuilt
)
context.run_migrations()
