"""A file from the browser: sent, looked over, corrected, read in, with what was rejected and why."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from accalmie.actions import upload as actions
from accalmie.networks import files
from accalmie.pages.imports import FORGOTTEN_SECONDS, so_far
from accalmie.records.models import ImportRecord, MentionRecord, SourceRecord
from tests.cast import ben, browser, olu, ravi
from tests.heard import NOON, topic
from tests.questions import asked

pytestmark = pytest.mark.django_db

CSV = """Beitrag;Zeitpunkt;Wer;Nummer;Kommentar
"Aurelia hat mein Paket verloren, danke <b>";04.03.2026 12:00;anna;1;alt
Aurelia ist toll;04.03.2026 12:01;bert;2;alt
Aurelia ist toll;kein Datum;carl;3;alt
"""


@pytest.fixture
def brand():
    return topic("Aurelia")


@pytest.fixture(autouse=True)
def own_uploads():
    """No file of one test is left for the next."""
    yield
    for path in (Path(settings.DATA) / "uploads").iterdir():
        path.unlink()


def sent(brand, text: str | bytes = CSV, name: str = "storm.csv", person=ben, **headers: str):
    data = text.encode() if isinstance(text, str) else text
    client = browser(person())
    answer = client.post(
        f"/topics/{brand.pk}/import/", {"file": SimpleUploadedFile(name, data)}, headers=headers or None
    )
    return client, answer


def uploads() -> list[str]:
    return sorted(path.name.split("-")[0] for path in (Path(settings.DATA) / "uploads").iterdir())


COLUMNS = {"text": "Beitrag", "said_at": "Zeitpunkt", "author": "Wer", "id": "Nummer", "day_first": "on"}


@pytest.mark.claim("M4")
def test_a_file_is_sent_looked_over_corrected_and_read_in(brand):
    client, answer = sent(brand)
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert '<option value="Beitrag" selected>' in page and '<option value="Zeitpunkt" selected>' in page
    assert "danke &lt;b&gt;" in page, "the first rows are shown, as text"
    begun = client.post(answer["Location"], COLUMNS)
    record = ImportRecord.objects.get()
    assert begun["Location"] == f"/imports/{record.pk}/"
    assert uploads() == ["import"]
    rows = files.read(Path(record.path), files.Layout.from_json(record.mapping))
    for _ in actions.read_in(record, rows, actions.rejects_path(record)):
        pass
    assert sorted(MentionRecord.objects.values_list("author_key", flat=True)) == ["anna", "bert"]
    done = client.get(f"/imports/{record.pk}/").content.decode()
    assert "Read in" in done and 'data-live="import' not in done
    assert "kein Datum" in done, "the rejected line is shown, with its number and reason"
    taken = b"".join(client.get(f"/imports/{record.pk}/rejects/")).decode()
    assert taken.count("\n") == 1 and '"line": 4' in taken


def test_columns_that_are_not_there_or_missing_are_told_at_their_field(brand):
    client, answer = sent(brand)
    page = client.post(answer["Location"], COLUMNS | {"text": "", "author": "Autor"}).content.decode()
    assert 'id="id_text_error"' in page and 'id="id_author_error"' in page
    assert not ImportRecord.objects.exists() and uploads() == ["waiting"]


@pytest.mark.parametrize(
    "data",
    [b"PK\x03\x04 a workbook", b"[\n\n]", b"%PDF-1.7", b"\x00\x00\x00\x00", b"just words without any column"],
)
def test_what_is_no_table_is_told_in_a_sentence(brand, data):
    client, answer = sent(brand, data)
    page = client.get(answer["Location"])
    assert page.status_code == 200
    if "This file cannot be read in." not in page.content.decode():
        again = client.post(answer["Location"], COLUMNS)
        assert again.status_code == 200 and not ImportRecord.objects.exists()


@pytest.mark.parametrize("files_sent", [{}, {"file": SimpleUploadedFile("empty.csv", b"")}])
def test_no_file_and_an_empty_one_are_told_at_the_field(brand, files_sent):
    answer = browser(ben()).post(f"/topics/{brand.pk}/import/", files_sent)
    assert 'id="id_file_error"' in answer.content.decode()
    assert uploads() == []


@pytest.mark.claim("M4")
def test_a_file_beyond_the_limit_is_refused_in_plain_words(brand, settings):
    settings.UPLOAD_LIMIT_BYTES = 1024
    _, announced = sent(brand, "x" * 200_000)
    assert announced.status_code == 413
    assert "The file is larger than" in announced.content.decode()
    _, measured = sent(brand, "x" * 2000)
    assert measured.status_code == 413
    assert uploads() == [], "nothing of it is left on the disk"


def test_htmx_is_told_too_and_is_sent_on(brand, settings):
    _, answer = sent(brand, HX_Request="true")
    assert answer["HX-Redirect"].startswith(f"/topics/{brand.pk}/import/")
    settings.UPLOAD_LIMIT_BYTES = 10
    _, refused = sent(brand, HX_Request="true")
    assert refused.status_code == 200 and "The file is larger than" in refused.content.decode()


def test_nobody_gets_at_the_file_of_somebody_else(brand):
    _, answer = sent(brand)
    assert browser(ben()).get(answer["Location"]).status_code == 409, "another session"
    assert browser(ben()).get(f"/topics/{brand.pk}/import/..%2Fsecret.key/").status_code in {404, 409}
    other = topic("Borea")
    client, answer = sent(brand)
    assert client.get(answer["Location"].replace(f"/{brand.pk}/", f"/{other.pk}/")).status_code == 409


def test_a_file_is_begun_once(brand):
    client, answer = sent(brand)
    assert client.post(answer["Location"], COLUMNS).status_code == 302
    assert client.post(answer["Location"], COLUMNS).status_code == 409
    assert ImportRecord.objects.count() == 1


def test_what_was_sent_and_never_begun_is_thrown_away(brand):
    sent(brand)
    (forgotten,) = (Path(settings.DATA) / "uploads").iterdir()
    before = time.time() - FORGOTTEN_SECONDS - 60
    os.utime(forgotten, (before, before))
    sent(brand)
    assert not forgotten.exists() and uploads() == ["waiting"]


def test_a_name_of_a_file_is_only_a_name(brand):
    client, answer = sent(brand, name="../../<b>storm.csv")
    assert "<b>storm" not in client.get(answer["Location"]).content.decode()
    client.post(answer["Location"], COLUMNS)
    assert "/" not in SourceRecord.objects.get().name


# How far it is


def running(brand, **fields) -> ImportRecord:
    one = SourceRecord.objects.create(topic=brand, kind="file", name="storm.csv")
    defaults = {"path": "/nowhere/storm.csv", "state": ImportRecord.RUNNING, "offset": 25, "total_bytes": 100}
    record = ImportRecord.objects.create(source=one, **(defaults | fields))
    ImportRecord.objects.filter(pk=record.pk).update(started_at=NOON)
    record.refresh_from_db()
    return record


def test_the_time_left_follows_from_the_pace_so_far(brand):
    assert so_far(running(brand), NOON + timedelta(seconds=10)).left == timedelta(seconds=30)
    assert so_far(running(brand, offset=0), NOON + timedelta(seconds=10)).left is None
    assert so_far(running(brand, state=ImportRecord.DONE), NOON).left is None


def test_a_running_import_shows_how_far_it_is_and_looks_again(brand):
    record = running(brand, rows=1200, kept=1100, repeated=60, not_matching=30, rejected=10)
    page = browser(ben()).get(f"/imports/{record.pk}/").content.decode()
    assert 'value="25" max="100"' in page
    assert f'data-live="import-{record.pk}"' in page
    for number in ("1,200", "1,100", "60", "30", "10"):
        assert f'figure-big">{number}<' in page


def test_a_failed_import_says_why_and_how_to_go_on(brand):
    record = running(brand, state=ImportRecord.FAILED, error="the disk is full")
    page = browser(ben()).get(f"/imports/{record.pk}/").content.decode()
    assert "the disk is full" in page and "Send the same file again" in page


def test_rejects_that_are_not_there_are_not_found(brand):
    assert browser(ben()).get(f"/imports/{running(brand).pk}/rejects/").status_code == 404


# Who may


@pytest.mark.parametrize("person", [olu, ravi])
def test_who_only_looks_reads_nothing_in(brand, person):
    record = running(brand)
    _, answer = sent(brand, person=person)
    assert answer.status_code == 403 and uploads() == []
    for address in (
        f"/imports/{record.pk}/",
        f"/imports/{record.pk}/rejects/",
        f"/topics/{brand.pk}/import/x/",
    ):
        assert browser(person()).get(address).status_code == 403


def test_the_secret_of_the_form_is_needed(brand):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(ben())
    answer = client.post(f"/topics/{brand.pk}/import/", {"file": SimpleUploadedFile("x.csv", CSV.encode())})
    assert answer.status_code == 403 and uploads() == []


def test_strangers_and_other_methods_are_refused(brand):
    assert browser().post(f"/topics/{brand.pk}/import/").status_code == 302
    assert browser(ben()).put(f"/topics/{brand.pk}/import/").status_code == 405
    assert browser(ben()).post(f"/imports/{running(brand).pk}/").status_code == 405


def test_the_questions_do_not_grow_with_rejected_lines(brand):
    record = running(brand)
    before = asked(browser(ben()), f"/imports/{record.pk}/")
    line = {"line": 3, "why": "file_text_empty", "values": {}, "text": "<x>"}
    ImportRecord.objects.update(rejects=[line] * 100, rejected=500)
    assert asked(browser(ben()), f"/imports/{record.pk}/") == before
