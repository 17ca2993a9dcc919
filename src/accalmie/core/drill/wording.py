"""What people write: templates out of the phrasebook, filled in, and typed as people in a hurry type.

A template holds `{name}` for one of the slots of that name, `{a|b}` for a choice, and `{^name}` for a slot
with a capital. Slots may hold slots.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from accalmie.core.drill.scenario import Scenario
from accalmie.core.mention import folded
from accalmie.phrasebook import table

_SLOT = re.compile(r"\{(\^?)([^{}]*)\}")
#: Words with these signs are names, addresses and tags: typos keep away from them.
_UNTOUCHED = re.compile(r"[@#/:\d«»„“\"]")


@dataclass(frozen=True, slots=True)
class Manner:
    """How somebody types: probabilities of each habit, and the mood of what they add."""

    mood: str
    emoji: str
    lower: float = 0.12
    shout: float = 0.0
    typo: float = 0.08
    plain: float = 0.08
    exclaim: float = 0.0
    pictured: float = 0.15
    tagged: float = 0.10
    head: float = 0.15
    tail: float = 0.25


_ANGRY = Manner("angry", "angry", shout=0.05, exclaim=0.18, typo=0.08, tagged=0.2, head=0.3, tail=0.4)
_WORRIED = Manner("worried", "worry", lower=0.18, shout=0.04, exclaim=0.15, head=0.25, tail=0.3)
_KIND = Manner("kind", "kind", typo=0.05, tagged=0.08)
_CURIOUS = Manner("curious", "worry", pictured=0.04, lower=0.2)
_FUN = Manner("fun", "fun", pictured=0.25, tagged=0.15, lower=0.2, head=0.2, tail=0.4)
_CALM = Manner("curious", "kind", pictured=0.08, tagged=0.0, head=0.0, tail=0.0, typo=0.04)

MANNERS: dict[str, Manner] = {
    "grumble": Manner("worried", "worry", head=0.05, tail=0.05, tagged=0.03),
    "affected": _WORRIED,
    "downstream": _WORRIED,
    "promise": _WORRIED,
    "loud": _ANGRY,
    "insult": _ANGRY,
    "understanding": _KIND,
    "knight": _KIND,
    "bystander": _CURIOUS,
    "teasing": _FUN,
    "link": Manner("curious", "worry", head=0.0, tail=0.0, pictured=0.05),
    "question": replace(_CALM, tail=0.08, pictured=0.0),
    "praise": _CALM,
    "chat": replace(_CALM, pictured=0.04),
    "complaint": replace(_CALM, emoji="worry"),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """When it is written: the hour of the day where people live, and in a storm its minutes so far."""

    hour: int
    minutes: float | None = None


@dataclass(slots=True)
class Pen:
    """Writes for all the people of a play, so that nobody says the same thing in the same words."""

    scenario: Scenario
    chance: Random
    _decks: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _written: set[str] = field(default_factory=set)

    def write(self, voice: str, language: str, moment: Moment, **values: str) -> str:
        """Return a message in that voice. `values` fill slots of their own (url, headline, media)."""
        text = ""
        for _ in range(8):
            text = self._draft(voice, language, moment, values)
            if text not in self._written:
                break
        self._written.add(text)
        return text

    def echo(self, said: str, language: str, moment: Moment) -> str:
        """Return a near copy of what somebody else said."""
        frame = self.chance.choice(table(f"drill/common.{language}")["slots"]["echo"])
        return self._signed(self._fill(frame, language, moment, {"said": said}), language, moment)

    def _draft(self, voice: str, language: str, moment: Moment, values: Mapping[str, str]) -> str:
        text = self._fill(self._deal(voice, language), language, moment, values)
        if voice in ("press", "news"):
            return text
        return self._typed(text, MANNERS[voice], language, moment)

    def _deal(self, voice: str, language: str) -> str:
        """Return the next template of a shuffled deck: each comes once before any comes again."""
        deck = self._decks.setdefault((voice, language), [])
        if not deck:
            deck += table(f"drill/{self.scenario.key}.{language}")["voices"][voice]
            self.chance.shuffle(deck)
        return deck.pop()

    def _fill(self, template: str, language: str, moment: Moment, values: Mapping[str, str]) -> str:
        own = table(f"drill/{self.scenario.key}.{language}")["slots"]
        common = table(f"drill/common.{language}")
        pick = self.chance.choice
        fixed: dict[str, Sequence[str]] = {
            "brand": (self.scenario.brand,),
            "at": (f"@{self.scenario.handle}",),
            "tag": self.scenario.tags[language],
            "since": _from(common["since"], moment.minutes or 0),
            "today": _from(common["today"], moment.hour),
        } | {name: (value,) for name, value in values.items()}

        def filled(name: str) -> str:
            if "|" in name:
                return str(pick(name.split("|")))
            if name in fixed:
                return str(pick(fixed[name]))
            return str(pick(own[name] if name in own else common["slots"][name]))

        def replaced(match: re.Match[str]) -> str:
            text = expanded(filled(match[2]))
            return text[:1].upper() + text[1:] if match[1] else text

        def expanded(text: str) -> str:
            while (after := _SLOT.sub(replaced, text)) != text:
                text = after
            return text

        return expanded(template)

    def _typed(self, text: str, manner: Manner, language: str, moment: Moment) -> str:
        """Return `text` as somebody with these habits types it, naming the brand."""
        chance, common = self.chance, table(f"drill/common.{language}")
        if chance.random() < manner.head:
            text = f"{chance.choice(common['heads'][manner.mood])} {text}"
        if chance.random() < manner.tail:
            text = f"{text.rstrip()} {chance.choice(common['tails'][manner.mood])}"
        if chance.random() < manner.shout:
            text = _words(text, str.upper)
        elif chance.random() < manner.lower:
            text = _words(text, str.lower)
        if chance.random() < manner.plain and language == "fr":
            text = _words(text, _unaccented)
        if chance.random() < manner.typo:
            text = _mistyped(text, chance)
        if chance.random() < manner.exclaim and text[-1] in ".!?":
            text = text.rstrip(".") + text[-1].replace(".", "!") * chance.randint(1, 3)
        elif chance.random() < 0.2:
            text = text.removesuffix(".")
        if chance.random() < manner.pictured:
            text = f"{text} {chance.choice(common['slots'][manner.emoji])}"
        if chance.random() < manner.tagged and "#" not in text:
            text = f"{text} {chance.choice(self.scenario.tags[language])}"
        return self._signed(text, language, moment)

    def _signed(self, text: str, language: str, moment: Moment) -> str:
        """Return `text` with the brand's name, handle or tag in it: else nobody would hear it."""
        plain = folded(text)
        if any(folded(word) in plain for word in self.scenario.words):
            return text
        at, tag = f"@{self.scenario.handle}", self.chance.choice(self.scenario.tags[language])
        if moment.minutes is None:
            return f"{at} {text}"
        return self.chance.choice((f"{at} {text}", f"{text} {at}", f"{text} {tag}"))


def _from(steps: Mapping[str, Sequence[str]], value: float) -> Sequence[str]:
    """Return the entry of the highest step that is not above `value`; the steps are in rising order."""
    return [said for step, said in steps.items() if int(step) <= value][-1]


def _words(text: str, change: Callable[[str], str]) -> str:
    """Return `text` with each word changed, but for names, addresses and tags."""
    return " ".join(w if _UNTOUCHED.search(w) else change(w) for w in text.split(" "))


def _unaccented(word: str) -> str:
    return folded(word) if word.islower() else word


def _mistyped(text: str, chance: Random) -> str:
    """Return `text` with two letters of one longer word swapped, one dropped, or one doubled."""
    words = text.split(" ")
    long = [at for at, word in enumerate(words) if len(word) > 5 and word.isalpha() and word.islower()]
    if not long:
        return text
    at = chance.choice(long)
    word, place = words[at], chance.randrange(1, len(words[at]) - 2)
    a, b = word[place], word[place + 1]
    words[at] = word[:place] + chance.choice((b + a, a, a + a + b)) + word[place + 2 :]
    return " ".join(words)
