"""What every command that needs the database does first: settings, logs, tables."""

from __future__ import annotations

import logging
import sys


def settings(*, every_event: bool = False) -> None:
    """Set Django up.

    `every_event`: log all that happens (pages and workers); else only what goes wrong.
    """
    import django

    django.setup()
    logs(logging.INFO if every_event else logging.WARNING)


def logs(level: int) -> None:
    """One line an event on standard error, for operators."""
    import structlog

    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )


def tables() -> None:
    """Bring the tables up to date. What prevents it is told in one sentence, with exit code 2."""
    from django.core.management import call_command
    from django.db import DatabaseError

    try:
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        print(
            f"accalmie: the database cannot be used: {str(error).strip()}. {remedy(str(error))}",
            file=sys.stderr,
        )
        raise SystemExit(2) from None


def remedy(error: str) -> str:
    """Return what to do about a database's complaint."""
    if "full" in error:
        return "Make room on the disk of ACCALMIE_DATA and start again; nothing stored is lost."
    if "locked" in error:
        return "Another program holds the database; end it, or wait for it."
    if "malformed" in error or "not a database" in error:
        return "Restore accalmie.sqlite3 from a backup; `accalmie doctor` tells more."
    return "Check ACCALMIE_DATABASE and that the server runs."
