"""Real servers for the tests, each started by a context manager, on a free port of 127.0.0.1."""
