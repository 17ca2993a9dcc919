"""Search over everything kept: words, phrases, exclusions, filters, and counts over time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accalmie.records import search
from accalmie.records.search import Asked, Unclear
from tests.heard import NOON, heard, topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept():
    brand = topic("Aurelia")
    heard(
        brand,
        "My parcel is lost, thanks for nothing Aurelia",
        "Où est mon colis ? Aurélia ne répond pas",
        "Aurelia parcel arrived today, lovely service",
        "A letter from Aurelia arrived",
    )
    return brand


def texts(asked: Asked) -> list[str]:
    return [mention.text for mention in search.page(asked).mentions]


@pytest.mark.claim("M4")
def test_all_words_must_be_there_newest_first(kept):
    assert texts(Asked("aurelia parcel")) == [
        "Aurelia parcel arrived today, lovely service",
        "My parcel is lost, thanks for nothing Aurelia",
    ]


def test_accents_and_case_do_not_matter(kept):
    assert texts(Asked("AURELIA COLIS repond")) == ["Où est mon colis ? Aurélia ne répond pas"]


def test_a_phrase_stands_together(kept):
    assert texts(Asked('"aurelia parcel"')) == ["Aurelia parcel arrived today, lovely service"]


def test_what_is_excluded_is_left_out(kept):
    assert texts(Asked("parcel -lost")) == ["Aurelia parcel arrived today, lovely service"]


def test_exclusions_alone_leave_the_rest(kept):
    assert len(texts(Asked("-parcel"))) == 2


@pytest.mark.parametrize("question", ["🤡", "*", "-🤡", "…"])
def test_a_question_of_signs_alone_is_not_answered_by_everything(kept, question):
    with pytest.raises(Unclear, match="emoji alone"):
        texts(Asked(question))


def test_either_of_two_words(kept):
    assert len(texts(Asked("parcel OR letter OR colis"))) == 4


@pytest.mark.parametrize("words", ['"open', "OR parcel", "parcel OR", "parcel OR -lost"])
def test_what_is_unclear_is_told_in_one_sentence(kept, words):
    with pytest.raises(Unclear):
        search.page(Asked(words))


@pytest.mark.parametrize(
    "words",
    ["a *", "a (", "NEAR(a b)", "body:x", "^a", "a' OR '1'='1", "x\x00y", "a -", "a {}", "a 🙂"],
)
def test_signs_that_mean_something_to_an_index_are_just_signs(kept, words):
    assert search.count(Asked(words)) >= 0


def test_filters_are_ored_within_and_anded_between(kept):
    assert search.count(Asked(topic=kept.id)) == 4
    assert search.count(Asked(topic=kept.id + 1)) == 0
    assert search.count(Asked(channels=("mastodon", "feed"))) == 4
    assert search.count(Asked(channels=("feed",))) == 0
    assert search.count(Asked(languages=("fr",))) == 1
    assert search.count(Asked(author="person0@social.example")) == 1
    assert search.count(Asked("parcel", since=NOON + timedelta(minutes=1))) == 1


def test_counts_over_time_are_aligned_and_complete(kept):
    counted = search.over_time(Asked(topic=kept.id), step=timedelta(hours=1))
    assert counted == [(NOON, 4)]
    by_minute = search.over_time(Asked(topic=kept.id), step=timedelta(minutes=1))
    assert [number for _, number in by_minute] == [1, 1, 1, 1]


def test_pages_follow_each_other_without_loss(kept):
    first = search.page(Asked(topic=kept.id), limit=3)
    second = search.page(Asked(topic=kept.id), limit=3, before=first.next)
    assert len(first.mentions) == 3 and len(second.mentions) == 1 and second.next is None
    assert len({m.id for m in first.mentions + second.mentions}) == 4


def test_the_most_shared_links_and_hashtags_count_people():
    brand = topic("Borea")
    heard(brand, *["Borea again https://news.example/borea #borea"] * 3, "Borea #other")
    assert [(c.value, c.count, c.people) for c in search.links(Asked(topic=brand.id))] == [
        ("https://news.example/borea", 3, 3)
    ]
    assert [c.value for c in search.hashtags(Asked(topic=brand.id))] == ["borea", "other"]


def test_the_most_heard_voices_by_reach_and_by_repetition():
    brand = topic("Borea")
    heard(brand, "Borea one", "Borea two", followers=[10, 900], shares=[50, 2])
    assert search.voices(Asked(topic=brand.id))[0].reach == 900
    assert search.voices(Asked(topic=brand.id), by="repeated")[0].shares == 50
