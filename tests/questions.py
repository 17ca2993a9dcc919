"""How many questions a page asks the database."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


def asked(browser: Client, address: str) -> int:
    """Return how many questions the page at `address` asks. It must be there."""
    with CaptureQueriesContext(connection) as captured:
        answer = browser.get(address)
        b"".join(answer) if answer.streaming else answer.content
    assert answer.status_code == 200, answer.status_code
    return len(captured)
