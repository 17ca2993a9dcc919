"""Campaigns and own messages: what of them is found again, and how the measuring sees them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accalmie.records import barometer, marks
from accalmie.records.models import CampaignRecord, OwnMessageRecord
from tests.cast import ben
from tests.heard import NOON, topic

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def campaign(of, since=0.0, until=2.0, **fields):
    """One from so many hours after noon until so many."""
    values = {"name": "Spring sale", "since": NOON + since * HOUR, "until": NOON + until * HOUR}
    return CampaignRecord.objects.create(topic=of, **(values | fields))


def message(of, at=0.0, **fields):
    return OwnMessageRecord.objects.create(
        topic=of, at=NOON + at * HOUR, **({"text": "We are on it"} | fields)
    )


def test_a_campaign_is_found_wherever_it_touches_the_stretch():
    brand = topic("Aurelia")
    campaign(brand, 0, 2, by=ben())
    found = [
        bool(marks.campaigns(brand.id, NOON + a * HOUR, NOON + b * HOUR))
        for a, b in [(-1, 0), (-1, 0.5), (0.5, 1), (1, 3), (2, 3)]
    ]
    assert found == [False, True, True, True, False]
    (found,) = marks.campaigns(brand.id)
    assert (found.name, found.by) == ("Spring sale", "ben")


def test_a_campaign_is_measured_in_whole_minutes_that_hold_it():
    brand, second = topic("Aurelia"), 1 / 3600
    campaign(brand, 30 * second, 61 * second)
    noon = barometer.minute(NOON)
    assert marks.campaigns(brand.id)[0].minutes == (noon, noon + 2)
    expected = [(noon, noon + 62, "Spring sale")]
    assert marks.planned(brand.id, noon, noon + 60) == expected, "with its trailing hour"
    assert marks.planned(brand.id, noon + 61, noon + 90) == expected
    assert marks.planned(brand.id, noon + 62, noon + 90) == []


def test_what_was_removed_and_what_belongs_to_others_is_not_found():
    brand, other = topic("Aurelia"), topic("Borea")
    for of, removed in [(brand, NOON), (other, None)]:
        campaign(of, removed_at=removed)
        message(of, removed_at=removed)
    assert marks.campaigns(brand.id) == marks.own_messages(brand.id) == []
    assert len(marks.campaigns(other.id)) == len(marks.own_messages(other.id)) == 1


def test_own_messages_come_oldest_first_and_at_most_the_newest():
    brand = topic("Aurelia")
    for at in (3, 1, 2):
        message(brand, at, text=f"at {at}", network="mastodon", address="https://a.example/1")
    assert [one.text for one in marks.own_messages(brand.id)] == ["at 1", "at 2", "at 3"]
    assert [one.text for one in marks.own_messages(brand.id, most=2)] == ["at 2", "at 3"]
    assert [one.text for one in marks.own_messages(brand.id, NOON + HOUR, NOON + 3 * HOUR)] == [
        "at 1",
        "at 2",
    ]
    assert marks.own_messages(brand.id)[0].minute == barometer.minute(NOON) + 60


def test_no_campaign_ends_before_it_begins_whoever_stores_it():
    with pytest.raises(IntegrityError), transaction.atomic():
        campaign(topic("Aurelia"), 2, 2)


def test_marks_stay_when_the_account_of_who_made_them_is_gone():
    brand, person = topic("Aurelia"), ben()
    campaign(brand, by=person)
    person.delete()
    assert marks.campaigns(brand.id)[0].by == ""
