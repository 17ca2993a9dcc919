"""What a database's complaint means: on either database, in a word that has its sentences."""

from __future__ import annotations

import shutil

from django.conf import settings

FULL, LOCKED, DAMAGED, READ_ONLY, ABSENT = "full", "locked", "damaged", "read_only", "absent"

#: Below so many bytes, a complaint about a file that cannot be written or opened means a full disk.
NO_ROOM = 1 << 20
#: Words of SQLite's and PostgreSQL's complaints.
_TOLD = (
    (FULL, ("disk is full", "no space left", "disk full", "quota")),
    (LOCKED, ("locked", "lock timeout", "deadlock", "could not obtain lock")),
    (READ_ONLY, ("readonly", "read-only", "permission denied")),
    (DAMAGED, ("malformed", "not a database", "file is encrypted", "could not read block", "invalid page")),
)
#: SQLite says no more than this when it cannot make its files, among others for want of room.
_VAGUE = ("disk i/o error", "unable to open database file")


def meaning(error: BaseException) -> str:
    """Return what an error of the database means: FULL, LOCKED, READ_ONLY, DAMAGED, or else ABSENT."""
    told = str(error).casefold()
    for word, signs in _TOLD:
        if any(sign in told for sign in signs):
            return word
    if any(sign in told for sign in _VAGUE) and room_left() < NO_ROOM:
        return FULL
    return ABSENT


def room_left() -> int:
    """Return how many bytes the disk of the data folder can still take."""
    return shutil.disk_usage(settings.DATA).free
