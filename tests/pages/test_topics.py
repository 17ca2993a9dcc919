"""Topics on the page: made, changed, removed with a warning, each by whom may."""

from __future__ import annotations

import pytest

from accalmie.records.models import SourceRecord, TopicRecord
from tests.cast import ben, browser, ines, mara, olu, ravi
from tests.heard import heard, source, topic
from tests.questions import asked

pytestmark = pytest.mark.django_db

FILLED = {
    "name": "  Aurelia   Parcel ",
    "words": "Aurelia, aurelia parcel\n\nAurélia\nAurelia",
    "excluded": "Aurelia Borealis",
    "languages": ["fr", "de"],
    "zone": "Europe/Berlin",
    "threshold": "4",
}


def test_a_topic_is_made_of_words_by_line_or_comma():
    answer = browser(ben()).post("/topics/new/", FILLED)
    made = TopicRecord.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/topics/{made.pk}/sources/add/")
    assert made.name == "Aurelia Parcel"
    assert made.words == ["Aurelia", "aurelia parcel", "Aurélia"]
    assert (made.excluded, made.languages) == (["Aurelia Borealis"], ["fr", "de"])
    assert (made.zone, made.threshold) == ("Europe/Berlin", 4)


def test_what_is_wrong_stands_at_its_field_which_has_the_focus():
    page = browser(ben()).post("/topics/new/", FILLED | {"name": "", "zone": "Moon/Base"}).content.decode()
    assert 'aria-describedby="id_name_helptext id_name_error"' in page
    assert 'id="id_name_error"' in page and 'id="id_zone_error"' in page
    assert page.count("autofocus") == 1
    assert "Aurelia Borealis" in page, "what was typed is not lost"


def test_two_topics_do_not_have_one_name():
    topic("Aurelia Parcel")
    page = browser(ben()).post("/topics/new/", FILLED).content.decode()
    assert "There is a topic with this name already." in page
    assert TopicRecord.objects.count() == 1


def test_each_level_is_explained_where_one_is_chosen():
    page = browser(ben()).get("/topics/new/").content.decode()
    assert page.count("Level ") >= 6
    assert "Criticism lasts" in page


@pytest.mark.parametrize("person", [olu, ravi])
def test_who_only_looks_or_answers_makes_no_topic(person):
    answer = browser(person()).post("/topics/new/", FILLED)
    assert answer.status_code == 403
    assert not TopicRecord.objects.exists()


def test_leads_choose_who_is_alerted_and_others_do_not_see_the_choice():
    brand = topic("Aurelia")
    brand.alerted.add(ines())
    chosen = {**FILLED, "name": "Aurelia", "alerted": [str(mara().pk), str(ravi().pk)]}
    browser(ben()).post(f"/topics/{brand.pk}/change/", chosen)
    assert set(brand.alerted.all()) == {ines()}, "an author changes words, not people"
    browser(mara()).post(f"/topics/{brand.pk}/change/", chosen)
    assert set(brand.alerted.all()) == {mara(), ravi()}


def test_a_change_shows_what_is_kept_and_keeps_what_is_changed():
    brand = topic("Aurelia", words=["Aurelia", "A & B <b>"], threshold=2)
    page = browser(ben()).get(f"/topics/{brand.pk}/change/").content.decode()
    assert "Aurelia\nA &amp; B &lt;b&gt;" in page
    answer = browser(ben()).post(f"/topics/{brand.pk}/change/", FILLED)
    brand.refresh_from_db()
    assert answer["Location"] == f"/topics/{brand.pk}/"
    assert brand.threshold == 4


def test_removing_says_what_it_will_cause_before_it_does():
    brand = topic("Aurelia")
    heard(brand, "Aurelia is late", "Aurelia is fine")
    source(brand)
    page = browser(mara()).get(f"/topics/{brand.pk}/remove/").content.decode()
    assert "One source is no longer listened to" in page
    assert "The 2 mentions that it heard are deleted" in page
    assert TopicRecord.objects.exists()
    answer = browser(mara()).post(f"/topics/{brand.pk}/remove/", follow=True)
    assert "“Aurelia” is removed." in answer.content.decode()
    assert not TopicRecord.objects.exists() and not SourceRecord.objects.exists()


def test_an_author_removes_a_drill_but_no_topic():
    brand, drill = topic("Aurelia"), topic("Drill", drill=True)
    assert browser(ben()).get(f"/topics/{brand.pk}/remove/").status_code == 403
    assert browser(ben()).post(f"/topics/{brand.pk}/remove/").status_code == 403
    assert browser(ben()).post(f"/topics/{drill.pk}/remove/").status_code == 302
    assert list(TopicRecord.objects.all()) == [brand]


@pytest.mark.parametrize("address", ["/topics/new/", "/topics/1/change/", "/topics/1/remove/"])
def test_other_methods_are_refused(address):
    assert browser(mara()).put(address).status_code == 405


def test_a_topic_that_is_gone_is_not_found():
    assert browser(mara()).get("/topics/99/change/").status_code == 404
    assert browser(mara()).post("/topics/99/remove/").status_code == 404


def test_the_questions_do_not_grow_with_sources_and_mentions():
    brand = topic("Aurelia")
    before = [asked(browser(mara()), f"/topics/{brand.pk}/{page}/") for page in ("change", "remove")]
    heard(brand, *[f"Aurelia {number}" for number in range(30)])
    for number in range(5):
        source(brand, name=f"s{number}")
    assert before == [asked(browser(mara()), f"/topics/{brand.pk}/{page}/") for page in ("change", "remove")]
