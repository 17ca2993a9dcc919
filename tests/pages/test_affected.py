"""The panel that says how many are affected, and the page on which people say what they know."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from accalmie.actions.mention import take_in
from accalmie.core.network import Batch
from accalmie.records.models import AlarmRecord, TopicRecord
from tests.cast import ben, browser, htmx, mara, olu
from tests.heard import mention, source, topic
from tests.questions import asked

pytestmark = pytest.mark.django_db

CASE = "My Aurelia parcel has been lost for two weeks and nobody answers me, where is it?"
PRESSED = "My customers keep calling me because your Aurelia system is down, I cannot deliver to them!"


def said(of: TopicRecord, *texts: str) -> None:
    """Let different people have said this in the last hours, a text every two minutes."""
    now = datetime.now(UTC)
    spoken = [
        mention(
            text,
            number,
            said_at=now - timedelta(minutes=2 * number + 1),
            native_id=f"{of.pk} {number} {text}",
        )
        for number, text in enumerate(texts)
    ]
    take_in(source(of), Batch("1", tuple(spoken)), now)


def panel(html: str) -> str:
    found = re.search(r'<section class="panel" id="affected".*?</section>', html, re.DOTALL)
    assert found
    return re.sub(r"\s+", " ", found.group())


@pytest.mark.claim("S3")
def test_the_topic_says_how_many_are_affected_and_what_it_rests_on():
    brand = topic("Aurelia")
    said(brand, *[CASE] * 40)
    html = panel(browser(olu()).get(f"/topics/{brand.pk}/").content.decode())
    assert re.search(r"At least \d+, likely between \d+ and [\d,]+", html)
    assert "different people who wrote: 40; read as having a case of their own: 40" in html
    assert "between 3% and 22% of those who have a problem write about it in public" in html
    assert "how many customers can be affected at most" in html, "what would narrow it"
    assert html.count(CASE) == 5 and re.search(r'href="/mentions/\d+/"', html), "with examples"


@pytest.mark.claim("S3")
@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "Une seule personne a écrit"), ("de", "Eine einzige Person schrieb"), ("en", "One person wrote")],
)
def test_a_single_case_is_called_one_in_the_readers_language(language, words):
    brand = topic("Aurelia")
    said(brand, CASE)
    reader = olu()
    reader.language = language
    reader.save()
    assert words in panel(browser(reader).get(f"/topics/{brand.pk}/").content.decode())


@pytest.mark.claim("S11")
def test_the_topic_says_whether_the_customers_are_pressed_by_their_own():
    brand = topic("Aurelia")
    said(brand, *[PRESSED] * 8, *[CASE] * 8)
    html = panel(browser(olu()).get(f"/topics/{brand.pk}/").content.decode())
    assert "Yes, say 8 of 16 voices." in html
    assert "overlooks about half of such messages" in html
    assert "Examples of those who say so" in html


def test_where_nobody_wrote_it_says_so_and_no_more():
    html = panel(browser(olu()).get(f"/topics/{topic('Aurelia').pk}/").content.decode())
    assert "Nobody wrote." in html
    assert "<details" not in html and "pressed by their own" not in html


def test_an_alarm_tells_of_its_own_storm():
    brand = topic("Aurelia")
    said(brand, *[CASE] * 40)
    now = datetime.now(UTC)
    long_ago = AlarmRecord.objects.create(
        topic=brand, at=now - timedelta(days=9), known_at=now, level=4, peak=4, fever=40,
        cleared_at=now - timedelta(days=8),
    )  # fmt: skip
    still = AlarmRecord.objects.create(
        topic=brand, at=now - timedelta(minutes=90), known_at=now, level=4, peak=4, fever=40
    )
    over = panel(browser(olu()).get(f"/alarms/{long_ago.pk}/").content.decode())
    assert "Nobody wrote." in over and "from calm to calm:" in over
    full = re.search(r'href="(/topics/[^"]+/affected/[^"]+)"', over)
    assert full and "Nobody wrote." in panel(browser(olu()).get(full[1]).content.decode())
    assert "since it was last calm" in panel(browser(olu()).get(f"/alarms/{still.pk}/").content.decode())


def test_it_goes_on_by_itself_with_the_rest_of_the_topic():
    brand = topic("Aurelia")
    html = htmx(olu()).get(f"/topics/{brand.pk}/", headers={"HX-Target": "now"}).content.decode()
    assert re.search(r'id="affected"[^>]* hx-swap-oob="outerHTML"', html)


def test_the_words_of_others_are_only_text():
    brand = topic("Aurelia")
    said(brand, "<script>alert(1)</script> " + CASE, CASE)
    assert "<script>alert(1)" not in panel(
        browser(olu()).get(f"/topics/{brand.pk}/affected/").content.decode()
    )


# What people know


def test_whoever_makes_topics_says_how_many_customers_there_are_and_which_share_writes():
    brand = topic("Aurelia")
    said(brand, *[CASE] * 40)
    answer = browser(ben()).post(
        f"/topics/{brand.pk}/affected/", {"customers": "60", "writing_share": "12.5"}, follow=True
    )
    brand.refresh_from_db()
    assert (brand.customers, brand.writing_share) == (60, 0.125)
    html = re.sub(r"\s+", " ", answer.content.decode())
    assert "What you know is reckoned with." in html
    assert "known customers: 60, so no more can be affected" in html
    assert "you say that 12% of the affected write in public" in html
    assert 'value="60"' in html and 'value="12.5"' in html


def test_both_may_be_left_empty_again():
    brand = topic("Aurelia", customers=60, writing_share=0.1)
    browser(ben()).post(f"/topics/{brand.pk}/affected/", {"customers": "", "writing_share": ""})
    brand.refresh_from_db()
    assert (brand.customers, brand.writing_share) == (None, None)


def test_what_cannot_be_is_told_at_its_field():
    brand = topic("Aurelia")
    html = (
        browser(ben())
        .post(f"/topics/{brand.pk}/affected/", {"customers": "0", "writing_share": "120"})
        .content.decode()
    )
    assert 'id="id_customers_error"' in html and 'id="id_writing_share_error"' in html
    brand.refresh_from_db()
    assert brand.customers is None


def test_who_only_looks_sees_the_estimate_and_changes_nothing():
    brand = topic("Aurelia")
    html = browser(olu()).get(f"/topics/{brand.pk}/affected/").content.decode()
    assert "How many are affected" in html and 'name="customers"' not in html
    answer = browser(olu()).post(f"/topics/{brand.pk}/affected/", {"customers": "60"})
    assert answer.status_code == 403
    brand.refresh_from_db()
    assert brand.customers is None


def test_other_methods_strangers_and_topics_that_are_gone_are_refused():
    brand = topic("Aurelia")
    assert browser(mara()).put(f"/topics/{brand.pk}/affected/").status_code == 405
    assert browser().get(f"/topics/{brand.pk}/affected/").status_code == 302
    assert browser(mara()).get("/topics/99/affected/").status_code == 404


def test_the_questions_do_not_grow_with_what_was_said():
    brand = topic("Aurelia")
    said(brand, CASE, CASE, PRESSED)
    before = asked(browser(olu()), f"/topics/{brand.pk}/affected/")
    said(brand, *[f"{CASE} {number}" for number in range(30)], *[PRESSED] * 10)
    assert asked(browser(olu()), f"/topics/{brand.pk}/affected/") == before
