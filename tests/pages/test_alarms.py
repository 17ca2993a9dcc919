"""Alarms on the page: why, what speaks against it, who looks after it, who was told."""

from __future__ import annotations

from html import unescape

import pytest

from accalmie.actions.note import note
from accalmie.records.models import AlarmRecord, ContactRecord, NoticeRecord, TopicRecord
from tests.cast import browser, mara, olu, ravi
from tests.heard import LATER, NOON, topic
from tests.questions import asked

pytestmark = pytest.mark.django_db

REASONS = [{"key": "times_usual", "values": {"times": 19.0, "minute": 29544000}}]


def alarm(of: TopicRecord, **fields: object) -> AlarmRecord:
    defaults = {"at": NOON, "known_at": NOON, "level": 4, "peak": 4, "fever": 38.4}
    return AlarmRecord.objects.create(topic=of, **(defaults | fields))


def page(address: str = "/alarms/", person=olu) -> str:
    answer = browser(person()).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_open_alarms_come_first_then_those_that_are_over():
    alarm(topic("Old storm"), cleared_at=LATER, state=AlarmRecord.CLEARED)
    alarm(topic("New storm"))
    shown = page()
    assert shown.index("New storm") < shown.index("Old storm")
    assert "Nobody has looked yet" in shown and "Over" in shown


def test_no_alarm_so_far_is_said():
    assert "No alarm so far" in page()
    alarm(topic("Old storm"), cleared_at=LATER, state=AlarmRecord.CLEARED)
    assert "No alarm is open." in page()


def test_acknowledging_is_seen_by_all_with_name_and_time():
    one = alarm(topic("Aurelia"))
    assert "Acknowledge" in page(person=ravi)
    answer = browser(ravi()).post(f"/alarms/{one.pk}/acknowledge/", follow=True)
    assert answer.status_code == 200
    shown = page()
    assert "Acknowledged by ravi" in shown and "Somebody takes care" in shown


def test_who_comes_second_is_told_who_was_first():
    one = alarm(topic("Aurelia"))
    browser(ravi()).post(f"/alarms/{one.pk}/acknowledge/")
    answer = browser(mara()).post(f"/alarms/{one.pk}/acknowledge/")
    assert answer.status_code == 409 and "avi has acknowledged" in answer.content.decode()
    one.refresh_from_db()
    assert one.acknowledged_by == ravi()


def test_who_only_looks_cannot_acknowledge():
    one = alarm(topic("Aurelia"))
    assert browser(olu()).post(f"/alarms/{one.pk}/acknowledge/").status_code == 403
    assert "/acknowledge/" not in page()


@pytest.mark.parametrize("address", ["/alarms/", "/alarms/1/", "/alarms/1/acknowledge/"])
def test_strangers_and_other_methods_are_refused(address):
    assert browser().put(address).status_code == 405
    answer = browser().post(address) if "acknowledge" in address else browser().get(address)
    assert answer.status_code == 302


def test_an_alarm_that_is_gone_is_not_found():
    assert browser(ravi()).get("/alarms/9/").status_code == 404
    assert browser(ravi()).post("/alarms/9/acknowledge/").status_code == 404


def test_the_page_of_an_alarm_tells_what_happened_and_who_was_told():
    one = alarm(topic("Aurelia"), reasons=REASONS, against=REASONS)
    note("alarm_raised", NOON, topic=one.topic, alarm=one, level=4)
    note("alarm_acknowledged", LATER, who="ravi", topic=one.topic, alarm=one)
    phone = ContactRecord.objects.create(person=ravi(), label="night phone", address="json://x")
    states = {
        NoticeRecord.SENT: "Sent",
        NoticeRecord.FAILED: "Not sent: the number does not exist",
        NoticeRecord.HELD_BACK: "Held back",
        NoticeRecord.UNCERTAIN: "Uncertain whether it arrived",
        NoticeRecord.WAITING: "Waits to be tried again: the number does not exist",
        NoticeRecord.SENDING: "Being sent",
    }
    for level, state in enumerate(states):
        error = "the number does not exist"
        NoticeRecord.objects.create(
            alarm=one, person=ravi(), contact=phone, what="raised", level=level, state=state, error=error,
            created_at=NOON,
        )  # fmt: skip
    shown = page(f"/alarms/{one.pk}/")
    assert "An alarm was raised at level 4." in shown and "The alarm was acknowledged." in shown
    assert "night phone" in shown
    for told in states.values():
        assert told in shown, told


def test_reasons_are_told_in_the_readers_language():
    one = alarm(topic("Aurelia"), reasons=REASONS)
    english = page(f"/alarms/{one.pk}/")
    person = olu()
    person.language = "fr"
    person.save()
    french = page(f"/alarms/{one.pk}/")
    assert "19" in english and "19" in french
    assert "habituel" in french and "habituel" not in english


def test_the_past_comes_in_pages():
    brand = topic("Aurelia")
    for _ in range(30):
        alarm(brand, cleared_at=LATER, state=AlarmRecord.CLEARED)
    first = browser(olu()).get("/alarms/")
    second = browser(olu()).get(f"/alarms/?before={first.context['next']}")
    assert (len(first.context["past"]), len(second.context["past"])) == (25, 5)
    assert second.context["next"] is None


def test_the_questions_do_not_grow_with_alarms_and_notices():
    one = alarm(topic("Aurelia"), acknowledged_by=ravi(), acknowledged_at=LATER)
    addresses = ("/alarms/", f"/alarms/{one.pk}/")
    before = [asked(browser(olu()), address) for address in addresses]
    for number in range(6):
        alarm(topic(f"T{number}"), acknowledged_by=mara(), acknowledged_at=LATER)
        contact = ContactRecord.objects.create(person=ravi(), label=f"c{number}", address="json://x")
        NoticeRecord.objects.create(
            alarm=one, person=ravi(), contact=contact, what="raised", level=4, created_at=NOON
        )
        note("alarm_grown", NOON, topic=one.topic, alarm=one, level=number)
    assert [asked(browser(olu()), address) for address in addresses] == before


@pytest.mark.claim("S1")
def test_what_late_mentions_would_have_changed_stands_on_the_alarm_in_the_readers_words():
    one = alarm(topic("Aurelia"))
    times = {"then": "2026-03-04T11:42+00:00", "told": "2026-03-04T12:00+00:00"}
    note("alarm_late_earlier", NOON, topic=one.topic, alarm=one, mentions=12, level=3, **times)
    said = "With the mentions that reached us late (12), this alarm would have been raised earlier: "
    for address in ("/alarms/", f"/alarms/{one.pk}/"):
        shown = page(address)
        card = shown[shown.index("<article") : shown.index("</article")]
        assert f"{said}Wed 4 Mar, 12:42 instead of Wed 4 Mar, 13:00, at level 3." in unescape(card)
    note("alarm_late_never", NOON, topic=one.topic, alarm=one, mentions=3)
    shown = page(f"/alarms/{one.pk}/")
    assert said in shown[shown.index('id="timeline"') :], "the timeline keeps what was said before"
    assert said not in shown[: shown.index("</article")]
    assert "this alarm would not have been raised" in shown[: shown.index("</article")]
