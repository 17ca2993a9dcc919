"""The page of a mention: what was said and what became of it, where it is proved, and nothing of it is HTML."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from accalmie.actions.mention import take_in
from accalmie.core.network import Batch
from accalmie.pages.mentions import MOST_RAW, readable
from accalmie.records.models import MentionRecord
from tests.cast import browser, olu
from tests.heard import LATER, heard, mention, source, topic
from tests.questions import asked

pytestmark = pytest.mark.django_db


def page(row: MentionRecord) -> str:
    answer = browser(olu()).get(f"/mentions/{row.pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.claim("M1c")
def test_a_mention_has_its_page_with_everything_that_is_known_of_it():
    heard(topic("Aurelia"), "Aurelia lost my parcel", followers=[1234], shares=[3])
    shown = page(MentionRecord.objects.get())
    for part in (
        "Aurelia lost my parcel",
        "person0@social.example",
        "1,234",
        "Wednesday, 4 March 2026, 13:00:00",
        "2026-03-04 12:00:00 UTC",
        "social.example",
        "The proof holds.",
        "&quot;content&quot;: &quot;Aurelia lost my parcel&quot;",
    ):
        assert part in shown, part


@pytest.mark.claim("M1c")
def test_an_edit_and_a_deletion_are_shown_without_losing_what_was_said():
    brand = topic("Aurelia")
    first = mention("Aurelia is a great shop")
    take_in(source(brand), Batch("1", (first,)), LATER)
    edited = replace(first, text="Aurelia is a terrible shop")
    take_in(source(brand), Batch("2", (edited,)), LATER + timedelta(minutes=5))
    take_in(source(brand), Batch("3", (), deleted=(first.native_id,)), LATER + timedelta(minutes=9))
    shown = page(MentionRecord.objects.get())
    assert "Aurelia is a <del>great</del><ins>terrible</ins> shop" in shown
    assert "Aurelia is a great shop" in shown
    assert "Deleted by its author" in shown
    assert "The proof holds." in shown


@pytest.mark.claim("M1c")
def test_words_that_were_changed_behind_our_back_break_the_proof():
    heard(topic("Aurelia"), "Aurelia is fine")
    MentionRecord.objects.update(text="Aurelia is dreadful")
    assert "The proof does not hold." in page(MentionRecord.objects.get())


def test_nothing_that_others_wrote_becomes_html_or_a_script():
    evil = '<img src=x onerror="alert(1)">'
    heard(topic(f"Aurelia {evil}", words=[]), f"Aurelia {evil}")
    MentionRecord.objects.update(
        author_name=evil,
        author_url="javascript:alert(1)",
        url="data:text/html,x",
        because=["Aurelia"],
        model=evil,
    )
    shown = page(MentionRecord.objects.get())
    assert "<img" not in shown
    assert "javascript:" not in shown and 'href="data:' not in shown
    assert "<mark>Aurelia</mark>" in shown


def test_the_original_is_opened_without_telling_where_from():
    heard(topic("Aurelia"), "x")
    MentionRecord.objects.update(url="https://social.example/@a/1")
    assert 'href="https://social.example/@a/1" rel="noopener noreferrer nofollow"' in page(
        MentionRecord.objects.get()
    )


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ('{"b":1,"a":"ü"}', '{\n  "b": 1,\n  "a": "ü"\n}'),
        ("not json", "not json"),
        ("", ""),
        ("[" * 100_000, "[" * MOST_RAW),
    ],
)
def test_a_payload_is_readable_whatever_it_is(raw, shown):
    assert readable(raw) == shown


def test_an_endless_payload_is_cut_and_says_so():
    assert readable("x" * (MOST_RAW + 1)).endswith("x\n…")


def test_strangers_other_methods_and_unknown_numbers_are_refused():
    heard(topic("Aurelia"), "x")
    address = f"/mentions/{MentionRecord.objects.get().pk}/"
    assert browser().get(address).status_code == 302
    assert browser(olu()).post(address).status_code == 405
    assert browser(olu()).get("/mentions/7/").status_code == 404


def test_the_questions_do_not_grow_with_topics_and_versions():
    brand = topic("Aurelia")
    first = mention("Aurelia one")
    take_in(source(brand), Batch("1", (first,)), LATER)
    address = f"/mentions/{MentionRecord.objects.get().pk}/"
    before = asked(browser(olu()), address)
    for number in range(4):
        take_in(source(topic(f"T{number}", words=[])), Batch("1", (first,)), LATER)
        edited = replace(first, text=f"Aurelia {number}")
        take_in(source(brand), Batch(f"e{number}", (edited,)), LATER + timedelta(minutes=number))
    assert asked(browser(olu()), address) == before
