"""What pages say when the database does not take or give anything, and before the disk is full."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import DatabaseError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from structlog.testing import capture_logs

from accalmie.config import urls as house
from accalmie.phrasebook import LANGUAGES, say
from accalmie.records.models import User
from tests.cast import browser, mara


def trip(request: HttpRequest) -> HttpResponse:
    """A page whose database says what it is asked to say."""
    raise (DatabaseError if request.GET["say"] == "file is not a database" else OperationalError)(
        request.GET["say"]
    )


urlpatterns = [*house.urlpatterns, path("trip/", trip)]
handler500 = house.handler500


@contextmanager
def held_by_another_program():
    """The database, locked from another connection for longer than anybody waits."""
    other = connection.copy()
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 100" if sqlite else "SET lock_timeout = '100ms'")
    with other.cursor() as cursor:
        cursor.execute("BEGIN EXCLUSIVE" if sqlite else "BEGIN")
        if not sqlite:
            cursor.execute("LOCK TABLE records_user IN ACCESS EXCLUSIVE MODE")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")
            other.close()
            connection.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.claim("M4")
def test_a_locked_database_is_told_and_what_was_wanted_works_afterwards():
    person = browser(mara())
    person.raise_request_exception = False
    wanted = {"language": "de", "next": "/me/"}
    with held_by_another_program(), capture_logs() as logs:
        answer = person.post("/look/language/", wanted)
    assert answer.status_code == 503 and answer["Retry-After"]
    page = answer.content.decode()
    assert say("trouble", "store_locked", "en") in page and "Traceback" not in page
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["database_fault"]
    assert person.post("/look/language/", wanted).status_code == 302
    assert User.objects.get(username="mara").language == "de"


@pytest.mark.django_db
@pytest.mark.urls(__name__)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("told", "key"),
    [
        ("database or disk is full", "store_full"),
        ("attempt to write a readonly database", "store_read_only"),
        ("file is not a database", "store_damaged"),
        ("connection refused", "store_absent"),
    ],
)
def test_each_complaint_has_its_sentence_in_every_language(told, key, language):
    person = mara()
    person.language = language
    person.save()
    visitor = browser(person)
    visitor.raise_request_exception = False
    answer = visitor.get("/trip/", {"say": told})
    assert answer.status_code == 503
    assert say("trouble", key, language) in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc here: Linux only")
def test_a_disk_that_is_nearly_full_is_told_on_every_page(settings):
    visitor = browser(mara())
    words = say("trouble", "store_nearly_full", "en", left=0)
    assert words not in visitor.get("/alarms/").content.decode()
    # The one place of every Linux that has no room at all.
    settings.DATA = "/proc"
    assert words in visitor.get("/alarms/").content.decode()
    assert words in visitor.get("/state/").content.decode()
