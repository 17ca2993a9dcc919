"""Reading files in: what is wrong with one file is that file's alone, and what cannot be stored is read again."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime

import pytest

from accalmie.actions import upload
from accalmie.networks import files
from accalmie.records.models import ImportRecord, MentionRecord, SourceRecord
from accalmie.worker.read_in import ReadingIn
from tests.cast import mara
from tests.heard import topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand():
    return topic("Aurelia")


def begun(brand, path, **mapping):
    path.write_text(json.dumps({"text": f"Aurelia {path.name}", "created_at": "2026-03-04"}) + "\n{broken\n")
    laid_out = files.guess(path).to_json() | mapping
    return upload.begin(mara(), brand.id, path=path, name=path.name, mapping=laid_out)


def reading():
    return ReadingIn("here-1", threading.Event(), lambda: None)


def test_one_after_the_other_until_none_is_left(brand, tmp_path):
    begun(brand, tmp_path / "one.jsonl")
    begun(brand, tmp_path / "two.jsonl")
    worker = reading()
    assert worker.step() and worker.step() and not worker.step()
    assert set(ImportRecord.objects.values_list("state", "kept", "rejected")) == {("done", 1, 1)}
    assert not SourceRecord.objects.exclude(leased_by="").exists()


def test_a_file_with_which_something_unforeseen_happens_holds_up_no_other(brand, tmp_path):
    odd = begun(brand, tmp_path / "odd.jsonl", encoding="no such encoding")
    begun(brand, tmp_path / "good.jsonl")
    worker = reading()
    assert worker.step() and worker.step()
    odd.refresh_from_db()
    assert (odd.state, odd.error["why"]) == ("failed", "file_unforeseen")
    assert MentionRecord.objects.get().text == "Aurelia good.jsonl"


@pytest.mark.claim("M4")
def test_rejected_lines_that_find_no_room_are_tried_again(brand, tmp_path):
    record = begun(brand, tmp_path / "one.jsonl")
    # Whatever is written into it meets with a full disk.
    upload.rejects_path(record).symlink_to("/dev/full")
    worker = reading()
    with pytest.raises(OSError):
        worker.step()
    record.refresh_from_db()
    assert (record.state, record.offset, MentionRecord.objects.count()) == ("running", 0, 0)
    upload.rejects_path(record).unlink()
    assert worker.step()
    record.refresh_from_db()
    assert (record.state, record.kept, record.rejected) == ("done", 1, 1)


def test_a_file_that_goes_away_is_told(brand, tmp_path):
    record = begun(brand, tmp_path / "one.jsonl")
    (tmp_path / "one.jsonl").unlink()
    SourceRecord.objects.update(next_at=datetime(2026, 3, 4, tzinfo=UTC))
    assert reading().step()
    record.refresh_from_db()
    assert (record.state, record.error["why"]) == ("failed", "file_cannot_open")
