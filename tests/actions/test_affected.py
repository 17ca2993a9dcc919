"""How many are affected by a storm, out of what was heard; and what people say of their customers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accalmie.actions import affected
from accalmie.actions.mention import take_in
from accalmie.core.fever.affected import State
from accalmie.core.fever.downstream import Answer
from accalmie.core.lifecycle import NotPossible
from accalmie.core.network import Batch
from accalmie.core.people import NoRight
from accalmie.records.affected import said
from accalmie.records.models import AlarmRecord, HourRecord, MeasureRecord, TimelineEntry, TopicRecord
from tests.cast import ben, olu, ravi
from tests.heard import NOON, heard, mention, source, topic

pytestmark = pytest.mark.django_db

CASE = "My Aurelia parcel has been lost for two weeks and nobody answers me, where is it?"
PRESSED = "My customers keep calling me because your Aurelia system is down, I cannot deliver to them!"
CALM = "Aurelia opens a new shop in Lyon on Monday"
CLOCK = NOON + timedelta(hours=6)


def storm(
    of: TopicRecord, *texts: str, minutes: int = 1, authors: int | None = None, **fields: object
) -> None:
    """Let the topic hear these texts, `minutes` apart, by `authors` different people in turn (None: each another)."""
    spoken = []
    for number, text in enumerate(texts):
        person = mention(text, number % (authors or len(texts))).author
        at = NOON + timedelta(minutes=minutes * number)
        spoken.append(mention(text, number, said_at=at, **({"author": person} | fields)))
    take_in(source(of), Batch("1", tuple(spoken)), CLOCK)


def alarmed(of: TopicRecord, after: timedelta = timedelta(), **fields: object) -> AlarmRecord:
    made = {"at": NOON + after, "known_at": NOON + after, "level": 4, "peak": 4, "fever": 40.0}
    return AlarmRecord.objects.create(topic=of, **(made | fields))


@pytest.mark.claim("S3")
def test_many_who_write_with_a_case_are_the_tip_of_more():
    brand = topic("Aurelia")
    storm(brand, *[CASE] * 30, *[CALM] * 5)
    found = affected.find(brand, CLOCK)
    assert found.estimate.state is State.SOME
    assert 20 <= found.estimate.at_least <= 30
    assert found.estimate.at_least < found.estimate.low < found.estimate.likely < found.estimate.high
    assert [one.text for one in found.examples] == [CASE] * affected.EXAMPLES


@pytest.mark.claim("S3")
def test_one_who_writes_often_is_one():
    brand = topic("Aurelia")
    storm(brand, *[CASE] * 30, authors=1)
    found = affected.find(brand, CLOCK)
    assert found.estimate.state is State.ONE
    assert len(found.examples) == 1


def test_what_only_forwards_somebody_is_nobodys_own_case():
    brand = topic("Aurelia")
    storm(brand, CASE)
    spoken = [mention(CASE, n, forwards="https://social.example/statuses/0") for n in range(1, 20)]
    take_in(source(brand), Batch("2", tuple(spoken)), CLOCK)
    assert affected.find(brand, CLOCK).estimate.state is State.ONE


def test_nobody_spoke_and_nobody_affected_are_told_apart():
    brand = topic("Aurelia")
    assert affected.find(brand, CLOCK).estimate.state is State.SILENT
    storm(brand, *[CALM] * 10)
    found = affected.find(brand, CLOCK)
    assert (found.estimate.state, found.pressure.answer, found.examples) == (State.NOBODY, Answer.NOBODY, [])


def test_a_file_that_names_no_authors_gives_only_counts():
    brand = topic("Aurelia")
    nobody = mention(CASE).author.__class__("")
    storm(brand, *[CASE] * 10, author=nobody)
    assert affected.find(brand, CLOCK).estimate.state is State.COUNTS


def test_without_a_storm_the_last_day_counts():
    brand = topic("Aurelia")
    storm(brand, *[CASE] * 10)
    assert affected.find(brand, CLOCK).estimate.state is State.SOME
    later = affected.find(brand, NOON + timedelta(hours=26))
    assert later.alarm is None and later.estimate.state is State.SILENT


def test_a_storm_counts_from_its_onset_before_the_alarm_to_its_end():
    brand = topic("Aurelia")
    storm(brand, *[CASE] * 60, minutes=2)
    calm = {
        "fever": 36.6, "level": 0, "mentions_hour": 0, "authors_hour": 0, "negative_hour": 0, "judged_hour": 0,
        "expected": 0, "ceiling": 0, "usual_negative": 0, "known": True, "phase": "calm",
    }  # fmt: skip
    begins = int(NOON.timestamp() // 60) + 19
    MeasureRecord.objects.create(topic=brand, minute=begins, **calm)
    MeasureRecord.objects.create(topic=brand, minute=begins + 5, **(calm | {"phase": "grumbling"}))
    alarm = alarmed(brand, timedelta(minutes=40), cleared_at=NOON + timedelta(minutes=80))
    found = affected.find(brand, CLOCK)
    assert (found.since, found.alarm) == (NOON + timedelta(minutes=20), alarm)
    wrote = next(ground for ground in found.estimate.rests if ground.key == "wrote")
    assert wrote.values["affected"] == 31, "every other minute from 12:20 to 13:20"


def test_a_storm_of_last_month_is_not_the_one_that_is_asked_about():
    brand = topic("Aurelia")
    alarm = alarmed(brand, cleared_at=NOON + timedelta(hours=1))
    month = NOON + timedelta(days=30)
    assert affected.find(brand, month).alarm is None
    assert affected.find(brand, NOON + timedelta(days=2)).alarm == alarm
    assert affected.find(brand, month, alarm).alarm == alarm, "its own page still tells of it"


def test_of_too_many_mentions_the_newest_are_looked_at_and_the_rest_widens():
    brand = topic("Aurelia")
    storm(brand, *[CASE] * 40, minutes=2)
    since, until = NOON, CLOCK
    part = said(brand.pk, since, until, most=10)
    assert (part.reached, part.mentions) == (False, 10)
    assert part.voices == said(brand.pk, since, until).voices[:10]


def test_what_is_usual_is_said_where_it_is_known():
    brand = topic("Aurelia")
    storm(brand, *[CASE] * 30)
    keys = {ground.key for ground in affected.find(brand, CLOCK).estimate.rests}
    assert "usual" not in keys
    first = int((CLOCK - timedelta(days=5)).timestamp() // 3600)
    HourRecord.objects.bulk_create(HourRecord(topic=brand, hour=first + n, affected=2) for n in range(72))
    told = {ground.key: ground.values for ground in affected.find(brand, CLOCK).estimate.rests}["usual"]
    assert (told["usual"], told["now"]) == (pytest.approx(48, rel=0.01), 30)


@pytest.mark.claim("S11")
def test_the_pressure_of_the_customers_customers_is_seen_with_examples():
    brand = topic("Aurelia")
    storm(brand, *[PRESSED] * 6, *[CASE] * 6)
    found = affected.find(brand, CLOCK)
    assert (found.pressure.answer, found.pressure.people, found.pressure.of) == (Answer.YES, 6, 12)
    assert [one.text for one in found.pressed] == [PRESSED] * affected.EXAMPLES


@pytest.mark.claim("S11")
def test_one_voice_repeated_is_no_chain_under_pressure():
    brand = topic("Aurelia")
    storm(brand, *[PRESSED] * 12, authors=1)
    found = affected.find(brand, CLOCK)
    assert (found.pressure.answer, found.pressure.people) == (Answer.UNKNOWN, 1)
    assert len(found.pressed) == 1


# What people say of their customers


def test_what_is_told_of_the_customers_is_kept_noted_and_reckoned_with():
    brand = topic("Aurelia")
    storm(brand, *[CASE] * 30)
    open_ended = affected.find(brand, CLOCK).estimate.high
    affected.tell_customers(ben(), brand.pk, customers=100, writing_share=0.5)
    brand.refresh_from_db()
    assert (brand.customers, brand.writing_share) == (100, 0.5)
    assert affected.find(brand, CLOCK).estimate.high <= 100 < open_ended
    noted = TimelineEntry.objects.get(what="customers_told")
    assert (noted.who, noted.topic) == ("ben", brand)
    affected.tell_customers(ben(), brand.pk, customers=None, writing_share=None)
    brand.refresh_from_db()
    assert (brand.customers, brand.writing_share) == (None, None)


@pytest.mark.parametrize("person", [olu, ravi])
def test_who_may_not_change_topics_tells_nothing(person):
    brand = topic("Aurelia")
    with pytest.raises(NoRight):
        affected.tell_customers(person(), brand.pk, customers=5, writing_share=None)
    brand.refresh_from_db()
    assert brand.customers is None


@pytest.mark.parametrize(
    ("customers", "share"), [(0, None), (-3, None), (10**11, None), (None, 0), (None, 1.01)]
)
def test_numbers_that_cannot_be_are_refused(customers, share):
    brand = topic("Aurelia")
    with pytest.raises(NotPossible):
        affected.tell_customers(ben(), brand.pk, customers=customers, writing_share=share)


def test_a_topic_that_was_removed_meanwhile_is_told_so():
    with pytest.raises(NotPossible):
        affected.tell_customers(ben(), 99, customers=5, writing_share=None)


def test_the_questions_do_not_grow_with_what_was_said(django_assert_num_queries):
    brand = topic("Aurelia")
    storm(brand, *[CASE] * 3)
    alarmed(brand)
    heard(brand, "Aurelia")
    with django_assert_num_queries(4):
        affected.find(brand, CLOCK)
