"""All tables: one Django app, one line of migrations."""
