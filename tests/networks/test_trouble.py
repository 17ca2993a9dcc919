"""Every trouble has its sentence, in three languages, with the place and the remedy."""

from __future__ import annotations

import string

import pytest

from accalmie.core.network import Wrong
from accalmie.networks import words
from accalmie.networks.files import FIELDS
from accalmie.phrasebook import LANGUAGES, table

TROUBLE = table("trouble")


def blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("wrong", list(Wrong), ids=lambda wrong: wrong.value)
def test_every_trouble_is_told_in_three_languages_with_its_place(wrong):
    entry = TROUBLE[wrong.value]

    assert set(entry) == set(LANGUAGES)
    for language in LANGUAGES:
        assert "{where}" in entry[language]
        told = words.sentence(wrong.value, "https://a.example/x", "", language)
        assert "https://a.example/x" in told and told.endswith(".") and "()" not in told


@pytest.mark.parametrize("wrong", list(Wrong), ids=lambda wrong: wrong.value)
def test_every_gap_has_its_reason(wrong):
    for language in LANGUAGES:
        assert words.gap(wrong.value, language) == TROUBLE[f"gap_{wrong.value}"][language]


@pytest.mark.parametrize("why", ["down", "paused", "window", "no older pages"])
def test_the_other_reasons_of_gaps_are_known_too(why):
    assert len({words.gap(why, language) for language in LANGUAGES}) == len(LANGUAGES)


def test_a_reason_that_nobody_foresaw_is_shown_as_it_is():
    assert words.gap("moon phase", "fr") == "moon phase"


@pytest.mark.parametrize("key", sorted(TROUBLE))
def test_the_three_languages_say_the_same(key):
    entry = TROUBLE[key]

    assert set(entry) == set(LANGUAGES)
    assert blanks(entry["en"]) == blanks(entry["fr"]) == blanks(entry["de"])
    assert len(set(entry.values())) == len(LANGUAGES), "translated, not copied"
    assert "'" not in entry["fr"].replace("jq -c '.[]'", ""), "the French apostrophe is typographic"


def test_a_page_that_names_its_feed_is_told_with_it():
    told = words.sentence("not_a_feed", "https://a.example/", "https://a.example/feed", "de")

    assert "https://a.example/feed" in told
    assert told != words.sentence("not_a_feed", "https://a.example/", "", "de")


def test_a_file_without_dates_or_texts_has_a_sentence_for_each():
    assert {f"file_no_{name}_column" for name in ("text", "said_at")} <= set(TROUBLE)
    assert "text" in FIELDS and "said_at" in FIELDS
