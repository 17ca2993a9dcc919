"""Which language a message is in: a quick look at function words, and where they do not decide, py3langid.

Why py3langid, and what was measured: docs/decisions/0002-language-identification.md.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Callable
from functools import cache
from pathlib import Path

from accalmie.core.reading.lexicon import READ, book
from accalmie.phrasebook import table

UNDETERMINED = "und"
#: The languages most written in social networks. Told to choose among these and not among all it knows, the
#: library errs half as often in short texts, and needs a quarter of the memory.
NAMED = frozenset(
    ("ar", "bg", "ca", "cs", "da", "de", "el", "en", "es", "fa", "fi", "fr", "he", "hi", "hr", "hu", "id", "it", "ja",
     "ko", "nl", "no", "pl", "pt", "ro", "ru", "sv", "ta", "th", "tr", "uk", "ur", "vi", "zh")
)  # fmt: skip
#: So many characters tell the language; more only take longer.
ENOUGH = 300
#: A word that its language shares with others counts half.
CLEAR, SHARED = 2, 1
#: The quick look decides from so much on, and only if nothing speaks for another language.
DECIDED = 4
#: What speaks for a language beside its letters, in the library's nats for each root of a byte: that people
#: listen mostly in the three that we read; that the few words there are stand in its lexicon ("Scandaleux !");
#: that the network says so.
LISTENED, IN_LEXICON, HINTED = 0.4, 1.5, 1.0
#: Up to so many words the lexicons are asked.
FEW = 4

_OTHERS = "others"
#: Written in Latin letters, as they mostly are in social networks, the library takes these for others.
_UNKNOWN_TO_THE_LIBRARY = frozenset({"hi"})
_DRAWN_OUT = re.compile(r"(\w)\1{2,}")
_WORDS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_LETTER = re.compile(r"[^\W\d_]")


def identify(sentence: str, hint: str = "") -> str:
    """Return the language of `sentence` (ISO 639-1), or "und" where there is no letter.

    `hint` is what the network says; it settles only what the words leave open.
    """
    if not _LETTER.search(sentence):
        return UNDETERMINED
    start = sentence[:ENOUGH] if len(sentence) > ENOUGH else sentence
    words = _WORDS.findall(start.lower())
    if len(words) <= FEW:
        start = _DRAWN_OUT.sub(r"\1", start)
        words = _WORDS.findall(start.lower())
    return _by_function_words(words) or _by_library(start, words, hint[:2].lower())


def _by_function_words(words: list[str]) -> str:
    """Return the language that the function words of a sentence show beyond doubt, or ""."""
    votes = _function_words()
    points: dict[str, int] = {}
    clear = 0
    for word in words:
        for language, weight in votes.get(word, ()):
            points[language] = points.get(language, 0) + weight
            clear |= weight
    if not clear & CLEAR:
        return ""
    first = max(points, key=points.__getitem__)
    rest = max((value for language, value in points.items() if language != first), default=0)
    # A half of another language is a mixed text, or one of those that share many words.
    return first if points[first] >= DECIDED and rest * 3 <= points[first] and first != _OTHERS else ""


def _by_library(start: str, words: list[str], hint: str) -> str:
    """Return the likeliest language by its letters, and by what else speaks for one."""
    known = _by_lexicon(words) if len(words) <= FEW else ""
    ranking = _library()(start)
    if ranking[0][1] == ranking[-1][1]:
        # Nothing that the library has ever seen: "ok", "ja".
        return known or (hint if hint in NAMED else UNDETERMINED)
    root = len(start.encode("utf-8", "replace")) ** 0.5
    best, most = UNDETERMINED, -math.inf
    for language, score in ranking:
        points = score / root
        if language in READ:
            points += LISTENED
        if language == known:
            points += IN_LEXICON
        if language == hint:
            points += HINTED
        if points > most:
            best, most = language, points
    return best


def _by_lexicon(words: list[str]) -> str:
    """Return the one language in whose lexicon most of these words praise or blame, or ""."""
    known = {language: sum(map(book(language).weighs, words)) for language in READ}
    most = max(known.values())
    best = [language for language in READ if known[language] == most]
    return best[0] if most and len(best) == 1 else ""


@cache
def _function_words() -> dict[str, tuple[tuple[str, int], ...]]:
    votes: dict[str, dict[str, int]] = {}
    for language in READ:
        words = table(f"lexicon/{language}")["words"]
        for word in words["sure"].split():
            votes.setdefault(word, {})[language] = CLEAR
        for word in words["shared"].split():
            votes.setdefault(word, {})[language] = SHARED
    for language, words in table("lexicon/other").items():
        for word in words.split():
            votes.setdefault(word, {})[language if language in _UNKNOWN_TO_THE_LIBRARY else _OTHERS] = CLEAR
    return {word: tuple(whose.items()) for word, whose in votes.items()}


@cache
def _library() -> Callable[[str], list[tuple[str, float]]]:
    """Return py3langid's ranking among NAMED. Takes a second; some 50 MB."""
    import numpy as np
    import py3langid
    from py3langid.langid import LanguageIdentifier
    from py3langid.modelio import load_model

    model = Path(py3langid.__file__).parent / "data" / "model.npz.xz"
    features, priors, classes, moves, rows, outputs = load_model(model)
    # Cut down here and not by its own `set_languages`, which would keep the whole table in memory.
    ours = [place for place, language in enumerate(classes) if language in NAMED]
    chosen = LanguageIdentifier(
        np.take(features, ours, axis=1),
        priors[ours],
        [classes[place] for place in ours],
        moves,
        array("i", outputs),
        tk_row=rows,
    )
    return chosen.rank  # type: ignore[no-any-return]
