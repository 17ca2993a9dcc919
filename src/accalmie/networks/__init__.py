"""The outside: places to listen to. No tables, no Django."""
