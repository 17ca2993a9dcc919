"""What holds of the reading of any text at all, and of the lexicons that it rests on."""

from __future__ import annotations

import math
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accalmie.core.reading import Reading, Stance, Tone, read
from accalmie.core.reading.cue import marks
from accalmie.core.reading.lexicon import READ, book
from accalmie.core.reading.text import folded, normal
from accalmie.phrasebook import table

#: Every character there is, halves of pairs and NUL among them.
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=400)
WORDS = st.sampled_from(
    ["merci", "pas", "mal", "honte", "retard", "panne", "ne", "marche", "thanks", "not", "bad", "late", "broken",
     "great", "but", "kein", "schlecht", "Danke", "aber", "verspätet", "kaputt", "super", "mon", "my", "mein", "?",
     "!", ",", ".", "😡", "😍", ":)", "#HonteTotale", "RT", "@user", "https://x.example", "12", "İ", "ß", "’", "«",
     "»", "\x00"]
)  # fmt: skip
SENTENCES = st.lists(WORDS, max_size=40).map(" ".join)
PROBLEMS = {
    "outage", "delivery", "refund", "billing", "account_access", "data_leak", "product_defect", "safety",
    "service_unreachable", "cancellation", "other", None,
}  # fmt: skip


def is_sound(reading: Reading) -> bool:
    scores = [*reading.tone_scores.values(), *reading.stance_scores.values()]
    chances = [*scores, reading.insult, reading.teasing, reading.downstream]
    whole = [sum(each.values()) for each in (reading.tone_scores, reading.stance_scores) if each]
    return (
        all(0.0 <= chance <= 1.0 for chance in chances)
        and all(math.isclose(each, 1.0) for each in whole)
        and reading.problem in PROBLEMS
        and (reading.tone is Tone.UNKNOWN) == (reading.language not in READ)
    )


@settings(deadline=None)
@given(ANYTHING, st.sampled_from(["", "fr", "de-CH", "xx", "\x00"]))
def test_any_text_at_all_is_read(text: str, hint: str) -> None:
    assert is_sound(read(text, hint))


@settings(deadline=None)
@given(SENTENCES)
def test_any_sentence_is_read_the_same_twice(text: str) -> None:
    first = read(text)
    assert is_sound(first)
    assert read(text) == first


@settings(deadline=None)
@given(SENTENCES)
def test_the_words_given_as_reasons_stand_in_the_text(text: str) -> None:
    # A hashtag's words are taken apart, so each word is looked for and not the whole phrase.
    assert all(word in text for reason in read(text).because for word in reason.split())


@settings(deadline=None)
@given(SENTENCES)
def test_only_the_affected_have_a_problem_and_only_jokers_tease(text: str) -> None:
    reading = read(text)
    assert reading.problem is None or reading.stance is Stance.AFFECTED
    assert reading.teasing == 0.0 or reading.stance is Stance.NONE
    assert reading.downstream == 0.0 or reading.stance in (Stance.AFFECTED, Stance.UNDERSTANDING)


@settings(deadline=None)
@given(SENTENCES)
def test_accents_split_into_two_characters_are_read_alike(text: str) -> None:
    import unicodedata

    assert read(unicodedata.normalize("NFD", text)).tone_scores == read(text).tone_scores


@settings(deadline=None, max_examples=20)
@given(st.sampled_from(["a", "@", "a.", "#A", "!", "é", "\n> ", "(", "RT ", "&amp;", "\ud800", "aB"]))
def test_a_long_text_of_one_thing_takes_no_longer_than_others(piece: str) -> None:
    begun = time.process_time()
    read(piece * 200_000)
    # A regular expression that goes back and forth would need minutes.
    assert time.process_time() - begun < 10.0


def test_words_are_light_and_their_readers_load_at_first_use() -> None:
    heavy = ["py3langid", "numpy", "django", "accalmie.core.reading.lexicon"]
    code = f"import sys, accalmie.core.reading; sys.exit(any(name in sys.modules for name in {heavy}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", [*READ, "emoji"])
def test_every_group_of_a_lexicon_says_what_its_words_mean(name: str) -> None:
    for group in table(f"lexicon/{name}")["group"]:
        assert set(group) <= {"words", "tone", "marks", "insult", "factor", "problem"}
        assert len(group) > 1, group["words"][:40]
        assert -3 <= group.get("tone", 0) <= 3
        assert 0 <= group.get("insult", 0) <= 1
        assert group.get("problem") in PROBLEMS
        assert marks(group.get("marks", "")) >= 0
        if name in READ:
            assert not [word for word in group["words"].split(",") if "\n\n" in word or word.count("*") > 1]


def test_every_weight_names_marks_that_there_are() -> None:
    for kind in table("lexicon/weights").values():
        for weights in kind.values():
            for names in weights:
                assert names in ("bias", "praise", "blame") or marks(names.replace("+", " ")) > 0


@pytest.mark.parametrize("language", ["fr", "de"])
def test_a_word_of_the_lexicon_weighs_the_same_without_its_accents(language: str) -> None:
    lexicon = book(language)
    entries = {
        normal(entry.strip())
        for group in table(f"lexicon/{language}")["group"]
        for entry in group["words"].split(",")
        if group.get("tone") and entry.strip().isalpha()
    }
    accented = [word for word in entries if folded(word) != word]
    # "=schön" may not be typed as "schon", and where both spellings are words of their own they may differ.
    differing = [
        word
        for word in accented
        if folded(word) not in entries and lexicon.learn(word).tone != lexicon.learn(folded(word)).tone
    ]
    assert len(accented) > 100
    assert differing == []
