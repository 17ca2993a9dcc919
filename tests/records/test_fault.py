"""What a database's complaint means."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from accalmie.records import fault


@pytest.mark.parametrize(
    ("told", "word"),
    [
        ("database or disk is full", fault.FULL),
        ('could not extend file "base/5/16399": No space left on device', fault.FULL),
        ("database is locked", fault.LOCKED),
        ("deadlock detected", fault.LOCKED),
        ("canceling statement due to lock timeout", fault.LOCKED),
        ("attempt to write a readonly database", fault.READ_ONLY),
        ("permission denied for table records_user", fault.READ_ONLY),
        ("file is not a database", fault.DAMAGED),
        ("database disk image is malformed", fault.DAMAGED),
        ('connection to server at "127.0.0.1", port 1 failed: Connection refused', fault.ABSENT),
        ("disk I/O error", fault.ABSENT),
    ],
)
def test_a_complaint_is_understood_on_either_database(told, word):
    assert fault.meaning(OperationalError(told)) == word
