"""Alembic's environment: runs on the connection it is handed, in that connection's transaction."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table=context.config.attributes["version_table"],
    target_metadata=context.config.attributes["metadata"],
    include_object=context.config.attributes.get("include_object"),
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
