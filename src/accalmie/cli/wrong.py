"""What went wrong, in one sentence with its remedy, on standard error. Never a traceback for what can be foreseen."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import typer

#: What is wrong with a file, and the remedy, by the system's number for it.
_FILES = {
    errno.ENOENT: "there is no such file. Check the name.",
    errno.ENOTDIR: "a part of this path is a file and no folder. Check the path.",
    errno.EISDIR: "this is a folder. Name a file in it.",
    errno.EACCES: "it may not be opened. Change its rights, or run this as somebody who may.",
    errno.EPERM: "it may not be opened. Change its rights, or run this as somebody who may.",
    errno.EROFS: "its disk can only be read. Choose another place.",
    errno.ENOSPC: "the disk is full. Make room, then run the same command again.",
    errno.EDQUOT: "your share of the disk is full. Make room, then run the same command again.",
}
#: What to do about a database's complaint, by the word of `records.fault`.
_DATABASES = {
    "full": "Make room on the disk of ACCALMIE_DATA, then try again; nothing stored is lost.",
    "locked": "Another program holds it; end that, or wait for it.",
    "damaged": "Restore it from a backup; `accalmie doctor` tells more.",
    "read_only": "Run this as the user whom it belongs to.",
    "absent": "Check ACCALMIE_DATABASE and that the server runs; for SQLite, check the disk of ACCALMIE_DATA.",
}


#: The system's numbers for a disk that takes nothing more.
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


def end(sentence: str) -> int:
    """Say what went wrong, and return the exit code for it."""
    typer.echo(f"accalmie: {sentence}", err=True)
    return 2


def with_file(error: OSError) -> str:
    """Return what is wrong with a file and what to do, to stand after its name."""
    known = _FILES.get(error.errno or 0)
    return known or f"{error.strerror or error}. Check the file and its disk."


def at(error: OSError, source: str, target: str) -> str:
    """Return what went wrong with one of the two files that a command reads and writes, with its name."""
    name = error.filename or (target if error.errno in NO_ROOM else source)
    named = {"-": "standard input" if name == source else "standard output"}
    return f"{named.get(name, name)}: {with_file(error)}"


def with_database(error: Exception) -> str:
    """Return a database's complaint, on one line, and what to do."""
    told = " ".join(str(error).split()).rstrip(".")
    return f"{told}. {remedy(error)}"


def remedy(error: Exception) -> str:
    """Return what to do about a database's complaint."""
    from accalmie.records import fault

    return _DATABASES[fault.meaning(error)]


@contextmanager
def told(where: str = "") -> Iterator[None]:
    """End with exit code 2 and one sentence when the database, or a file (`where`, or its own name), refuses."""
    from django.db import DatabaseError

    try:
        yield
    except DatabaseError as error:
        raise SystemExit(end(f"the database cannot be used: {with_database(error)}")) from None
    except OSError as error:
        raise SystemExit(end(f"{where or error.filename or 'a file'}: {with_file(error)}")) from None
