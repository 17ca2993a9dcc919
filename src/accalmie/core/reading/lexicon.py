"""The lexicons of the phrasebook, made ready for looking up: what a word, or a few in a row, is a cue of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from accalmie.core.reading.cue import Cue, Mark, marks
from accalmie.core.reading.text import folded, normal, spelt_out
from accalmie.phrasebook import table

READ = ("fr", "en", "de")
#: Words learnt on the way are kept for the next message; beyond so many we begin anew.
MOST_LEARNT = 10_000
#: No stem of the lexicons is longer, and no word that is one.
LONGEST_STEM, LONGEST_WORD = 24, 60


#: A word that says nothing to us.
NOTHING = Cue()
#: The end of a clause: what was denied before it is denied no longer.
BREAK = Cue()

_FACES = r"""(?:[:;=][-'o^]?[)(\]\[|/\\*dpo]|<3|>:-?\(|(?<!\S)\(:|(?<!\S)\):|(?<!\S)d:|\^_?\^|-[._]-|>\.<|t_t)(?!\w)"""
_PICTURE = "[\u2190-\u2bff\u2600-\u27bf\U0001f000-\U0001faff]"
_WORD = {"fr": r"[^\W\d_]+'?", "": r"[^\W\d_]+(?:'[^\W\d_]+)?"}
_LONG = re.compile(r"(.)\1{2,}")


def pattern(language: str) -> re.Pattern[str]:
    """Return what takes a text apart: words (in French, "l'" apart), numbers, faces, pictures, breaks."""
    word = _WORD.get(language, _WORD[""])
    return re.compile(rf"{word}|\d+|{_FACES}|{_PICTURE}|[.,;:!?…()\n]+", re.IGNORECASE)


class Book:
    """One language's lexicon together with the emoji's."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.pattern = pattern(language)
        self._words: dict[str, Cue] = {}
        self._stems: dict[str, Cue] = {}
        self._endings: dict[str, Cue] = {}
        phrases: list[tuple[list[str], dict[str, Any]]] = []
        for name in (language, "emoji"):
            for group in table(f"lexicon/{name}")["group"]:
                for words in self._entries(group["words"], name):
                    if len(words) > 1:
                        phrases.append((words, group))
                    else:
                        self._add(words[0], group)
        #: Tokens met so far. Grows by `learn`.
        self.known: dict[str, Cue] = {}
        for words, group in phrases:
            self._add_phrase(words, group)

    def take_apart(self, words: str) -> list[str]:
        """Return the tokens of `words`, which must be `normal`."""
        return self.pattern.findall(words)

    def spans(self, words: str) -> Iterator[re.Match[str]]:
        """Yield where each token stands in `words` as they were written."""
        return self.pattern.finditer(words)

    def learn(self, token: str) -> Cue:
        """Return the cue of a token that is not `known` yet, and remember it."""
        if len(token) > LONGEST_WORD:
            return NOTHING
        if len(self.known) >= MOST_LEARNT:
            self.known.clear()
        cue = self._find(token)
        self.known[token] = cue
        return cue

    def weighs(self, word: str) -> bool:
        """Tell whether `word` stands in the lexicon, as it is, for clear praise or blame."""
        cue = self._words.get(word)
        return cue is not None and abs(cue.tone or 0.0) >= 1.0

    def _find(self, token: str) -> Cue:
        if token[0] in ".,;:!?…()\n" and token not in self._words:
            return BREAK
        found = self._looked_up(token)
        if found is None and _LONG.search(token):
            # "nuuuul", "sooo", "merciii": first as "nuul", then as "nul".
            found = self._looked_up(_LONG.sub(r"\1\1", token)) or self._looked_up(_LONG.sub(r"\1", token))
        return found or NOTHING

    def _looked_up(self, token: str) -> Cue | None:
        word = self._words.get(token)
        if word is not None and (word.marks or word.tone is not None or word.factor or word.insult):
            return word
        lengths = range(min(len(token), LONGEST_STEM), 2, -1)
        like = next((self._stems[token[:n]] for n in lengths if token[:n] in self._stems), None)
        if like is None:
            like = next((self._endings[token[-n:]] for n in lengths if token[-n:] in self._endings), None)
        if like is None or word is None:
            return like or word
        # Like other words of its stem, and it can begin a phrase too.
        return like.beginning(word)

    def _entries(self, words: str, name: str) -> Iterator[list[str]]:
        """Yield each entry of a group as its tokens, once for each way in which it is typed."""
        if name == "emoji":
            for picture in words.split():
                # A variation selector behind a picture changes its colour, not its meaning.
                yield [picture.lower().replace("\ufe0f", "")]
            return
        for entry in words.split(","):
            as_written = normal(entry.strip())
            if not as_written:
                continue
            exact = as_written.startswith("=")
            as_written = as_written.lstrip("=")
            ways = {as_written, spelt_out(as_written)} if self.language == "de" else {as_written}
            for way in ways if exact else ways | _hurried(as_written):
                yield self._tokens(way)

    def _tokens(self, entry: str) -> list[str]:
        tokens = []
        for part in entry.split():
            found = self.pattern.findall(part.replace("*", "")) or [part]
            if part.startswith("*"):
                found[0] = "*" + found[0]
            if part.endswith("*"):
                found[-1] += "*"
            tokens += found
        return tokens

    def _add(self, word: str, group: dict[str, Any]) -> None:
        if word.startswith("*"):
            cue = self._endings.setdefault(word[1:], Cue())
        elif word.endswith("*"):
            cue = self._stems.setdefault(word[:-1], Cue())
        else:
            cue = self._words.setdefault(word, Cue())
        _fill(cue, group)

    def _add_phrase(self, words: list[str], group: dict[str, Any]) -> None:
        cue = self._words.setdefault(words[0].strip("*"), Cue())
        for word in words[1:]:
            cue.tails = {} if cue.tails is None else cue.tails
            if word.endswith("*"):
                following = dict(cue.stems).get(word[:-1])
                if following is None:
                    following = Cue()
                    cue.stems = (*cue.stems, (word[:-1], following))
            else:
                following = cue.tails.setdefault(word, Cue())
            cue = following
        _fill(cue, group)
        self._inherit(cue, words, group)

    def _inherit(self, phrase: Cue, words: list[str], group: dict[str, Any]) -> None:
        """Let a phrase keep what its words say of who speaks, and their tone where it has none of its own."""
        parts = [self._looked_up(word.strip("*")) or NOTHING for word in words]
        for part in parts:
            phrase.marks |= part.marks & _KEPT
        if parts[-1].marks & Mark.NEGATOR:
            phrase.marks |= (Mark.NEGATOR | Mark.BACK) & parts[-1].marks
        if any(part.marks & Mark.NEGATOR for part in parts):
            phrase.marks |= Mark.FIRM
        if phrase.tone is None and "tone" not in group and not phrase.marks & Mark.REPORTED:
            denied = any(part.marks & Mark.NEGATOR for part in parts)
            phrase.tone = 0.0 if denied else sum(part.tone or 0.0 for part in parts) or None
            for part in parts:
                phrase.marks |= part.marks & Mark.FAILURE
                phrase.problem = phrase.problem or part.problem


def _hurried(entry: str) -> set[str]:
    """Return `entry` as typed without accents. The stem of "reporté*" may then end like "reportée", not "reporter"."""
    plain = folded(entry)
    if plain == entry or not entry.endswith("é*"):
        return {plain}
    return {plain[:-1] + ending for ending in ("", "e", "s", "es")}


_KEPT = Mark.ME | Mark.YOU | Mark.CUSTOMERS


def _fill(cue: Cue, group: dict[str, Any]) -> None:
    cue.marks |= marks(group.get("marks", ""))
    cue.tone = group.get("tone", cue.tone)
    cue.insult = group.get("insult", cue.insult)
    cue.factor = group.get("factor", cue.factor)
    cue.problem = group.get("problem", cue.problem)


@cache
def book(language: str) -> Book:
    """Return the lexicon of `language` (one of READ), made at its first use."""
    return Book(language)
