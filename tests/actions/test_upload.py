"""Files being read in: by one reader at a time, going on where it was, with every rejected line kept aside once."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from accalmie.actions import lease, topic, upload
from accalmie.core.lifecycle import NotPossible
from accalmie.networks import files
from accalmie.records.models import ImportRecord, MentionRecord, SourceRecord, TopicRecord
from tests.cast import mara
from tests.heard import NOON
from tests.heard import topic as brand

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(tmp_path):
    """Forty lines, of which every fourth is broken."""
    file = tmp_path / "mentions.jsonl"
    rows = ({"text": f"Aurelia {n}", "created_at": NOON.timestamp() + n, "id": n} for n in range(40))
    file.write_text("".join("{broken\n" if row["id"] % 4 == 3 else f"{json.dumps(row)}\n" for row in rows))
    return file


def begun(path, waiting=False):
    about = brand_of()
    layout = files.guess(path)
    mapping = layout.to_json()
    return upload.begin(mara(), about.id, path=path, name=path.name, mapping=mapping, waiting=waiting)


def brand_of():
    return TopicRecord.objects.first() or brand("Aurelia")


def reading(record, path, rejects=None):
    rows = files.read(path, files.Layout.from_json(record.mapping), offset=record.offset)
    return upload.read_in(record, rows, rejects, most=8)


def lines(rejects):
    return [json.loads(line)["line"] for line in rejects.read_text().splitlines()]


def test_what_the_command_line_reads_in_the_worker_leaves_alone(path):
    begun(path)
    assert not lease.due_sources({"file"}, datetime.now(UTC))


def test_what_the_browser_sent_is_due_for_the_worker(path):
    begun(path, waiting=True)
    assert len(lease.due_sources({"file"}, datetime.now(UTC))) == 1


@pytest.mark.claim("M4")
def test_of_two_who_read_the_same_file_at_once_one_goes_on_and_nothing_counts_twice(path):
    one, other = begun(path), begun(path)
    first, second = reading(one, path), reading(other, path)
    next(first)
    with pytest.raises(NotPossible):
        list(second)
    list(first)
    stored = ImportRecord.objects.get()
    assert (stored.rows, stored.kept, stored.repeated, stored.rejected) == (40, 30, 0, 10)
    assert MentionRecord.objects.count() == 30


def test_reading_a_topic_that_is_removed_meanwhile_ends_with_a_sentence(path):
    record = begun(path)
    pieces = reading(record, path)
    next(pieces)
    topic.remove(mara(), brand_of().id)
    with pytest.raises(NotPossible):
        list(pieces)


@pytest.mark.claim("M4")
def test_every_rejected_line_is_kept_aside_once_wherever_reading_was_cut_off(path, tmp_path):
    rejects = tmp_path / "rejects.jsonl"
    record = begun(path)
    pieces = reading(record, path, rejects)
    next(pieces)
    next(pieces)
    before = lines(rejects)
    # Killed when the next piece's lines were written already, the last of them by half, but not stored.
    with rejects.open("a") as file:
        file.write(json.dumps({"line": 20}) + "\n" + '{"line": 2')
    again = begun(path)
    assert again.offset == record.offset
    list(reading(again, path, rejects))
    assert lines(rejects) == before + [line for line in range(1, 41) if line % 4 == 0 and line > 16]


def test_rejected_lines_of_a_file_read_before_are_not_mixed_in(path, tmp_path):
    rejects = tmp_path / "rejects.jsonl"
    rejects.write_text('{"line": 1}\n{"line": 70}\n')
    list(reading(begun(path), path, rejects))
    assert lines(rejects) == list(range(4, 41, 4))


def test_lines_that_cannot_be_kept_aside_are_not_passed_over(path, tmp_path):
    record = begun(path)
    with pytest.raises(OSError):
        list(reading(record, path, tmp_path / "nowhere" / "rejects.jsonl"))
    assert ImportRecord.objects.get().offset == 0
    list(reading(begun(path), path, tmp_path / "rejects.jsonl"))
    assert ImportRecord.objects.get().rejected == 10 == len(lines(tmp_path / "rejects.jsonl"))


def test_an_interrupted_import_goes_on_although_the_same_file_was_read_in_before(path):
    list(reading(begun(path), path))
    second = begun(path)
    next(reading(second, path))
    assert begun(path).pk == second.pk
    assert SourceRecord.objects.count() == 2
