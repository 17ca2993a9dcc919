"""What a message says, as far as words tell: language, tone, insult, stance. See `read`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum


class Tone(Enum):
    """Towards the brand. UNKNOWN: a language that we do not read, or nothing to read."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"
    UNKNOWN = "unknown"


class Stance(Enum):
    """Affected: a loss of their own. Loud: anger without a case. Understanding: asks for patience."""

    AFFECTED = "affected"
    LOUD = "loud"
    UNDERSTANDING = "understanding"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Reading:
    """What we made of a message. Probabilities are 0 to 1; `language` is ISO 639-1 or "und"."""

    language: str
    tone: Tone
    tone_scores: dict[str, float] = field(default_factory=dict)
    insult: float = 0.0
    stance: Stance = Stance.NONE
    stance_scores: dict[str, float] = field(default_factory=dict)
    teasing: float = 0.0
    downstream: float = 0.0
    problem: str | None = None
    #: The words that spoke for the tone, as they stand in the text.
    because: tuple[str, ...] = ()
    model: str = ""


def read(text: str, hint: str = "") -> Reading:
    """Return what `text` says. Never raises, whatever the string holds.

    `hint` is the language that the network names (ISO 639-1, "fr-CH" will do); the words count for more. A language
    other than French, English and German is named and left unread: its tone is UNKNOWN, never guessed.
    """
    # The lexicons and the library take a second to load; whoever only needs the words of this module must not wait.
    from accalmie.core.reading import reader

    return reader.read(text, hint)


def read_many(texts: Iterable[str], hints: Iterable[str] = ()) -> list[Reading]:
    """Return the reading of each text, in order; `hints` belong to the texts, or are none at all."""
    from accalmie.core.reading import reader

    given = list(hints)
    if not given:
        return list(map(reader.read, texts))
    return [reader.read(text, hint) for text, hint in zip(texts, given, strict=True)]
