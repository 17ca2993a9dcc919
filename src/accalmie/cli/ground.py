"""What every command that needs the database does first: settings, logs, tables."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from typing import TextIO, cast

from accalmie.cli import wrong


def settings(*, every_event: bool = False) -> None:
    """Set Django up.

    `every_event`: log all that happens (pages and workers); else only what goes wrong.
    """
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as error:
        if "psycopg" not in str(error):
            raise
        sentence = "PostgreSQL's client is not installed. Run: pip install 'accalmie[postgresql]'"
        raise SystemExit(wrong.end(sentence)) from None
    logs(logging.INFO if every_event else logging.WARNING)


def logs(level: int) -> None:
    """One line an event on standard error, for operators."""
    import structlog

    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("django.request").addFilter(_in_one_line)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _Steadfast(sys.stderr))),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )


def _in_one_line(record: logging.LogRecord) -> bool:
    # The page for errors logs what was not foreseen whole, with its number, and a database's fault in one line.
    record.exc_info = None
    return True


def tables() -> None:
    """Bring the tables up to date. What prevents it is told in one sentence, with exit code 2."""
    from django.core.management import call_command

    with wrong.told():
        call_command("migrate", verbosity=0, interactive=False)


class _Steadfast:
    """A log that goes on when its file cannot take a line: a full disk must not end who reports it."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        """Write, or let it be."""
        try:
            return self._file.write(text)
        except (OSError, ValueError):
            return len(text)

    def flush(self) -> None:
        """Flush, or let it be."""
        with suppress(OSError, ValueError):
            self._file.flush()
