"""The drill's buttons: played, held, removed, and marked as what it is on every page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from accalmie.actions import drill
from accalmie.records.models import MentionRecord, SourceRecord, TopicRecord
from tests.cast import ben, browser, olu

pytestmark = pytest.mark.django_db

CHOSEN = {"scenario": "small_brand", "speed": "60", "seed": "7"}
MARK = "This is a drill. All people and texts are invented."


@pytest.fixture
def played() -> TopicRecord:
    """A drill that has begun."""
    made = drill.start(ben(), scenario="small_brand", seed=7, speed=60)
    drill.play_all("worker", datetime.now(UTC))
    return made


def test_a_storm_is_chosen_and_played():
    client = browser(ben())
    html = client.get("/drill/").content.decode()
    assert "Small brand: one complaint goes viral" in html and "Fromelune (invented)" in html
    answer = client.post("/drill/", CHOSEN)
    made = TopicRecord.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/topics/{made.pk}/")
    assert made.drill
    source = SourceRecord.objects.get(topic=made)
    assert (source.address["seed"], source.address["speed"]) == (7, 60.0)


@pytest.mark.parametrize("wrong", [{"scenario": "earthquake"}, {"speed": "0"}, {"seed": "-3"}, {"seed": "x"}])
def test_what_cannot_be_played_is_told_at_its_field(wrong):
    html = browser(ben()).post("/drill/", CHOSEN | wrong).content.decode()
    assert f'id="id_{next(iter(wrong))}_error"' in html
    assert not TopicRecord.objects.exists()


@pytest.mark.parametrize("address", ["/topics/{}/", "/topics/{}/sources/"])
def test_every_page_of_it_says_that_it_is_a_drill(played, address):
    html = browser(olu()).get(address.format(played.pk)).content.decode()
    assert MARK in html


def test_the_barometer_carries_its_mark_and_its_buttons_for_who_may(played):
    address = f"/topics/{played.pk}/"
    html = browser(olu()).get(address).content.decode()
    assert MARK in html and "60 times as fast as life" in html
    assert "drill/remove/" not in html
    assert "drill/remove/" in browser(ben()).get(address).content.decode()


def test_it_is_held_and_goes_on(played):
    client = browser(ben())
    client.post(f"/topics/{played.pk}/drill/pause/")
    assert SourceRecord.objects.get(topic=played).state == SourceRecord.PAUSED
    html = client.get(f"/topics/{played.pk}/").content.decode()
    assert "Held at" in html and "Go on" in html
    client.post(f"/topics/{played.pk}/drill/go-on/")
    assert SourceRecord.objects.get(topic=played).state == SourceRecord.LISTENING


def test_one_click_removes_it_with_everything_that_was_invented(played):
    assert MentionRecord.objects.exists()
    answer = browser(ben()).post(f"/topics/{played.pk}/drill/remove/", follow=True)
    assert "The drill and all its invented mentions are removed." in answer.content.decode()
    assert not TopicRecord.objects.exists() and not MentionRecord.objects.exists()


@pytest.mark.parametrize("what", ["pause", "go-on", "remove"])
def test_its_buttons_are_for_who_may_and_work_by_post_alone(played, what):
    address = f"/topics/{played.pk}/drill/{what}/"
    assert browser(olu()).post(address).status_code == 403
    assert browser(ben()).get(address).status_code == 405
    assert TopicRecord.objects.exists()


def test_who_only_looks_starts_none():
    assert browser(olu()).get("/drill/").status_code == 403
    assert browser(olu()).post("/drill/", CHOSEN).status_code == 403


def test_a_drill_that_was_removed_meanwhile_is_told_in_plain_words(played):
    drill.remove(ben(), played.pk)
    answer = browser(ben()).post(f"/topics/{played.pk}/drill/pause/")
    assert answer.status_code == 409
    assert "removed meanwhile" in answer.content.decode()
