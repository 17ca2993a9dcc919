"""The full-text index, made as each database can."""

from django.db import migrations

from accalmie.records.index import POSTGRESQL_CREATE, SQLITE_CREATE, TABLE


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(SQLITE_CREATE)
    else:
        for statement in POSTGRESQL_CREATE:
            schema_editor.execute(statement)


def drop(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE {TABLE}")


class Migration(migrations.Migration):
    dependencies = [("records", "0001_tables")]
    operations = [migrations.RunPython(make, drop)]
