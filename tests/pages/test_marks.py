"""Marks on the page: what we published with what followed it, and campaigns; made, changed, removed by whom may."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accalmie.records import marks
from accalmie.records.barometer import minute
from accalmie.records.models import (
    CampaignRecord,
    HourRecord,
    MeasureRecord,
    OwnMessageRecord,
    PulseRecord,
    TopicRecord,
)
from tests.cast import ben, browser, htmx, mara, olu, ravi
from tests.heard import NOON, source, topic
from tests.questions import asked

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
#: A moment long enough ago that twelve hours after it are over, and within the page's last day.
THEN = datetime.now(UTC).replace(second=0, microsecond=0) - 13 * HOUR


def heard_all_along() -> TopicRecord:
    """A topic that is listened to, since long before THEN."""
    brand = topic("Aurelia")
    source(brand)
    TopicRecord.objects.update(created_at=NOON)
    return brand


def published(of: TopicRecord, at: datetime = THEN, text: str = "We are on it", **fields: object):
    return OwnMessageRecord.objects.create(topic=of, at=at, text=text, **fields)


def campaign(of: TopicRecord, since: datetime = THEN, **fields: object):
    made = {"name": "Spring sale", "since": since, "until": since + 2 * HOUR}
    return CampaignRecord.objects.create(topic=of, **(made | fields))


def said(of: TopicRecord, since: datetime, until: datetime, critics: int, others: int = 0) -> None:
    """Every minute so many different people criticise, and so many others speak."""
    people = critics + others
    rows = []
    for at in range(minute(since), minute(until)):
        voices = [(at * 100 + n) % 2**31 << 1 | (n < critics) for n in range(people)]
        packed = b"".join(voice.to_bytes(4, "little") for voice in voices)
        rows.append(
            PulseRecord(
                topic=of, minute=at, mentions=people, judged=people, negative=critics, positive=others,
                insults=critics, voices=packed,
            )
        )  # fmt: skip
    PulseRecord.objects.bulk_create(rows)


def usual(of: TopicRecord, mentions: float = 20.0, negative: float = 0.25) -> None:
    """What is usual around THEN, as the measuring has noted it."""
    first = minute(THEN) // 60
    HourRecord.objects.bulk_create(
        HourRecord(topic=of, hour=hour, expected=mentions, phase="calm")
        for hour in range(first - 2, first + 14)
    )
    MeasureRecord.objects.create(
        topic=of, minute=minute(THEN) - 90, fever=36.6, level=0, phase="calm", mentions_hour=1, authors_hour=1,
        negative_hour=0, judged_hour=1, expected=mentions, ceiling=2 * mentions, usual_negative=negative, known=True,
    )  # fmt: skip


def page(of: TopicRecord, query: str = "?range=day", person=ben) -> str:
    return browser(person()).get(f"/topics/{of.pk}/{query}").content.decode()


def followed(html: str) -> str:
    """The words of the part that tells what followed our messages."""
    return " ".join(re.sub(r"<[^>]+>", " ", html.split('id="followed"')[1].split("</section>")[0]).split())


# ── What followed a message ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.claim("B9")
def test_each_message_is_told_with_what_was_said_before_and_after_it_against_what_is_usual():
    brand = heard_all_along()
    usual(brand)
    said(brand, THEN - HOUR, THEN, critics=2, others=1)
    said(brand, THEN, THEN + 12 * HOUR, critics=1, others=1)
    published(brand, text="We are on it", address="https://aurelia.example/1", network="mastodon")
    told = followed(page(brand))
    assert "We are on it" in told and "Mastodon" in told
    assert "After it there were fewer critics: 60 an hour over 12 hours, 120 in the hour before." in told
    assert "1 hour before 1 hour after 3 hours after 12 hours after" in told
    assert (
        "Critics an hour 120 60 60 60 usually 5 5 5 5 Mentions an hour 180 120 120 120 usually 20 20 20 20"
        in told
    )
    assert "Negative 67% 50% 50% 50% usually 25% 25% 25% 25% Positive 33% 50% 50% 50%" in told
    assert "Insults an hour 120 60 60 60" in told
    assert "need not have come because of it" in told


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "Après cette publication"), ("de", "Danach")],
)
def test_it_is_told_in_the_readers_language(language, words):
    brand = heard_all_along()
    said(brand, THEN - HOUR, THEN, critics=2)
    published(brand)
    reader = ben()
    reader.language = language
    reader.save()
    told = followed(browser(reader).get(f"/topics/{brand.pk}/?range=day").content.decode())
    assert words in told
    assert "After it" not in told


def test_where_nobody_listened_nothing_is_concluded():
    brand = topic("Aurelia")
    said(brand, THEN - HOUR, THEN, critics=2)
    published(brand)
    assert "Nobody listened for part of that time, so nothing can be told." in followed(page(brand))


def test_what_is_not_known_is_not_called_usual_and_what_is_not_over_is_not_told():
    brand = topic("Aurelia")
    now = datetime.now(UTC)
    said(brand, now - 3 * HOUR, now, critics=1)
    published(brand, at=now - HOUR - timedelta(minutes=2))
    told = followed(page(brand))
    assert "usually" not in told
    assert "Critics an hour 60 60 – – Mentions an hour 60 60 – –" in told
    assert "The 12 hours after it end at" in told


def test_another_message_that_followed_is_named():
    brand = topic("Aurelia")
    published(brand)
    published(brand, at=THEN + 2 * HOUR, text="Solved")
    told = followed(page(brand))
    assert told.index("Solved") < told.index("We are on it"), "the newest first"
    assert told.count("Another message of ours followed") == 1


def test_messages_outside_of_the_stretch_are_not_told_and_beyond_five_there_is_a_link():
    brand = topic("Aurelia")
    assert "No message of yours is marked in this time." in page(brand)
    published(brand, at=THEN - 3 * 24 * HOUR, text="of another day")
    for number in range(7):
        published(brand, at=THEN + number * HOUR, text=f"message {number}")
    told = followed(page(brand))
    assert "of another day" not in told
    assert "message 2" in told and "message 1" not in told
    assert "2 more messages in this time" in told


def test_a_message_stands_on_the_page_as_text_and_only_a_true_address_becomes_a_link():
    brand = topic("Aurelia")
    published(brand, text="<script>alert(1)</script>", address="https://aurelia.example/?a=1&b=2")
    html = page(brand)
    assert "<script>alert" not in html
    assert 'href="https://aurelia.example/?a=1&amp;b=2"' in html


def test_the_part_that_moves_comes_again_without_the_form():
    brand = topic("Aurelia")
    published(brand)
    parts = htmx(ben()).get(f"/topics/{brand.pk}/?range=day").content.decode()
    assert re.search(r'id="followed"[^>]*hx-swap-oob="outerHTML"', parts)
    assert "messages/add" not in parts, "what somebody types is not taken from them"


# ── Messages are marked ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.claim("B9")
def test_we_published_something_and_it_is_a_mark_on_the_curve():
    brand = topic("Aurelia")
    fields = {"text": "We are on it", "address": "https://aurelia.example/1", "at": ""}
    answer = browser(ben()).post(f"/topics/{brand.pk}/messages/add/", fields)
    assert (answer.status_code, answer["Location"]) == (302, f"/topics/{brand.pk}/#marks")
    (kept,) = marks.own_messages(brand.pk)
    assert (kept.text, kept.address, kept.by) == ("We are on it", "https://aurelia.example/1", "ben")
    assert timezone.now() - kept.at < timedelta(minutes=1), "left empty: just now"
    html = page(brand)
    assert "our message at" in html, "in the table beside the chart"
    assert '"messages": [{' in html and "key-own" in html


def test_a_moment_is_read_and_shown_in_the_persons_zone():
    brand = topic("Aurelia")
    fields = {"text": "Good morning", "at": "2026-03-04T09:00"}
    browser(ben()).post(f"/topics/{brand.pk}/messages/add/", fields)
    (kept,) = marks.own_messages(brand.pk)
    assert kept.at == datetime(2026, 3, 4, 8, tzinfo=UTC), "nine o'clock in Paris"
    form = browser(ben()).get(f"/messages/{kept.id}/change/").content.decode()
    assert 'value="2026-03-04T09:00"' in form and "Europe/Paris" in form


def test_changing_the_text_leaves_the_second_as_it_was():
    made = published(topic("Aurelia"), at=NOON + timedelta(seconds=37))
    address = f"/messages/{made.pk}/change/"
    browser(ben()).post(address, {"text": "We are truly on it", "at": "2026-03-04T13:00"})
    made.refresh_from_db()
    assert (made.text, made.at) == ("We are truly on it", NOON + timedelta(seconds=37))
    browser(ben()).post(address, {"text": "We are truly on it", "at": "2026-03-04T13:05"})
    made.refresh_from_db()
    assert made.at == NOON + timedelta(minutes=5)


def test_the_mark_of_a_message_is_removed():
    brand = topic("Aurelia")
    made = published(brand)
    assert browser(ben()).post(f"/messages/{made.pk}/remove/").status_code == 302
    assert marks.own_messages(brand.pk) == []
    assert browser(ben()).get(f"/messages/{made.pk}/change/").status_code == 404


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"text": ""}, "This field is required"),
        ({"address": "javascript:alert(1)"}, "The link begins with https:// or http://."),
        ({"at": "2099-01-01T00:00"}, "this moment is yet to come"),
        ({"at": "soon"}, "This is not a date and time."),
    ],
)
def test_what_is_wrong_with_a_message_is_told_and_what_was_typed_is_kept(fields, why):
    brand = topic("Aurelia")
    filled = {"text": "We are on it", "address": "https://aurelia.example/7", "at": ""} | fields
    html = browser(ben()).post(f"/topics/{brand.pk}/messages/add/", filled).content.decode()
    assert why in html
    assert all(value in html for value in filled.values())
    assert marks.own_messages(brand.pk) == []


# ── Campaigns ─────────────────────────────────────────────────────────────────────────────────────────────

PLANNED = {"name": "Spring sale", "since": "2026-03-04T09:00", "until": "2026-03-05T09:00"}


@pytest.mark.claim("M7")
def test_a_campaign_is_planned_changed_and_removed():
    brand = topic("Aurelia")
    answer = browser(ben()).post(f"/topics/{brand.pk}/campaigns/add/", PLANNED)
    assert (answer.status_code, answer["Location"]) == (302, f"/topics/{brand.pk}/#marks")
    (kept,) = marks.campaigns(brand.pk)
    assert kept.since == datetime(2026, 3, 4, 8, tzinfo=UTC), "nine o'clock in Paris"
    form = browser(ben()).get(f"/campaigns/{kept.id}/change/").content.decode()
    assert 'value="2026-03-05T09:00"' in form
    browser(ben()).post(f"/campaigns/{kept.id}/change/", PLANNED | {"name": "Summer sale"})
    assert marks.campaigns(brand.pk)[0].name == "Summer sale"
    assert browser(ben()).post(f"/campaigns/{kept.id}/remove/").status_code == 302
    assert marks.campaigns(brand.pk) == []


@pytest.mark.claim("M7")
def test_a_campaign_is_shaded_in_the_chart_and_named_below_it():
    brand = topic("Aurelia")
    campaign(brand, by=mara())
    html = page(brand)
    assert '"campaigns": [{' in html and "key-campaign" in html
    assert re.search(r"Spring sale .* to .* marked by mara Change", followed(html))
    assert "campaign “Spring sale”" in html, "in the table beside the chart"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"name": " "}, "This field is required"),
        ({"until": "2026-03-04T08:00"}, "The campaign ends before it begins."),
        ({"until": "2026-06-04T08:00"}, "A campaign lasts at most 60 days"),
        ({"name": "spring SALE"}, "planned for part of this time already."),
    ],
)
def test_what_is_wrong_with_a_campaign_is_told_in_a_sentence_and_what_was_typed_is_kept(fields, why):
    brand = topic("Aurelia")
    campaign(brand, NOON)
    before = CampaignRecord.objects.count()
    answer = browser(ben()).post(f"/topics/{brand.pk}/campaigns/add/", PLANNED | fields)
    html = answer.content.decode()
    assert answer.status_code == 200 and why in html
    assert 'value="2026-03-04T09:00"' in html
    assert CampaignRecord.objects.count() == before


# ── All marks, the door, the cost ─────────────────────────────────────────────────────────────────────────


def test_all_marks_are_on_a_page_the_newest_first_ten_messages_at_a_time():
    brand = topic("Aurelia")
    campaign(brand)
    for number in range(12):
        published(brand, NOON + number * HOUR, f"message {number}.")
    html = browser(olu()).get(f"/topics/{brand.pk}/marks/").content.decode()
    assert "Spring sale" in html
    assert re.findall(r"message \d+\.", html) == [f"message {number}." for number in range(11, 1, -1)]
    older = re.search(r'rel="next" href="([^"]+)"', html)
    assert older
    rest = browser(olu()).get(f"/topics/{brand.pk}/marks/{older[1]}").content.decode()
    assert re.findall(r"message \d+\.", rest) == ["message 1.", "message 0."]
    assert browser(olu()).get(f"/topics/{brand.pk}/marks/?before=soon").status_code == 200


@pytest.mark.parametrize("who", [olu, ravi])
def test_who_only_looks_or_answers_marks_nothing(who):
    brand = topic("Aurelia")
    planned, message = campaign(brand), published(brand)
    client = browser(who())
    for address in (
        f"/topics/{brand.pk}/campaigns/add/", f"/campaigns/{planned.pk}/change/", f"/campaigns/{planned.pk}/remove/",
        f"/topics/{brand.pk}/messages/add/", f"/messages/{message.pk}/change/", f"/messages/{message.pk}/remove/",
    ):  # fmt: skip
        assert client.post(address, PLANNED).status_code == 403
    html = page(brand, person=who)
    assert "messages/add" not in html and "/change/" not in html
    assert "/change/" not in client.get(f"/topics/{brand.pk}/marks/").content.decode()
    assert CampaignRecord.objects.filter(removed_at=None, name="Spring sale").count() == 1
    assert OwnMessageRecord.objects.filter(removed_at=None, text="We are on it").count() == 1


def test_by_the_wrong_method_nothing_is_removed():
    brand = topic("Aurelia")
    planned, message = campaign(brand), published(brand)
    for address in (f"/campaigns/{planned.pk}/remove/", f"/messages/{message.pk}/remove/"):
        assert browser(mara()).get(address).status_code == 405
    assert browser(mara()).post(f"/topics/{brand.pk}/marks/").status_code == 405
    assert len(marks.campaigns(brand.pk)) == len(marks.own_messages(brand.pk)) == 1


def test_marks_of_a_topic_that_was_removed_are_gone_with_it():
    brand = topic("Aurelia")
    planned, message = campaign(brand), published(brand)
    TopicRecord.objects.update(removed_at=NOON)
    client = browser(mara())
    for address in (f"/campaigns/{planned.pk}/change/", f"/messages/{message.pk}/change/"):
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", ["/topics/{}/?range=day", "/topics/{}/marks/"])
def test_the_number_of_questions_does_not_grow_with_the_marks(address):
    brand = topic("Aurelia")
    published(brand)
    campaign(brand)
    client, address = browser(ben()), address.format(brand.pk)
    client.get(address)
    few = asked(client, address)
    for number in range(9):
        published(brand, THEN + number * HOUR, by=ben())
        campaign(brand, THEN + number * HOUR, by=mara())
    assert asked(client, address) <= few
