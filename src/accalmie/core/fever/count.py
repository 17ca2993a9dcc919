"""From mentions to pulses: who said something in which minute, counted without names.

`add` counts a mention into its minute, `pulses` gives the minutes in order, `merge` adds two pulses of the
same minute. Whatever the order in which mentions come, and however they are split, the pulses are the same.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from accalmie.core.fever.echo import hashtags, phrase
from accalmie.core.fever.pulse import Pulse
from accalmie.core.mention import voice
from accalmie.core.reading import Reading, Stance, Tone

#: From this probability on, a message counts as insulting, or as teasing.
LIKELY = 0.5


@dataclass(slots=True)
class Count:
    """A pulse in the making."""

    minute: int
    mentions: int = 0
    judged: int = 0
    negative: int = 0
    positive: int = 0
    insults: int = 0
    affected: int = 0
    loud: int = 0
    understanding: int = 0
    teasing: int = 0
    reach: int = 0
    channels: dict[str, int] = field(default_factory=dict)
    voices: list[int] = field(default_factory=list)
    echoes: list[int] = field(default_factory=list)
    hashtags: dict[str, int] = field(default_factory=dict)

    def take_in(
        self, author_key: str, network: str, reading: Reading, reach: int | None, text: str = ""
    ) -> None:
        """Count one mention. `reach` is None when the network did not say; `text` is what was said."""
        negative = reading.tone is Tone.NEGATIVE
        self.mentions += 1
        self.judged += reading.tone is not Tone.UNKNOWN
        self.negative += negative
        self.positive += reading.tone is Tone.POSITIVE
        self.insults += reading.insult >= LIKELY
        self.affected += reading.stance is Stance.AFFECTED
        self.loud += reading.stance is Stance.LOUD
        self.understanding += reading.stance is Stance.UNDERSTANDING
        self.teasing += reading.teasing >= LIKELY
        self.reach += reach or 0
        self.channels[network] = self.channels.get(network, 0) + 1
        self.voices.append(voice(author_key) << 1 | negative)
        words = phrase(text)
        if words is not None:
            self.echoes.append(words)
        for tag in hashtags(text):
            self.hashtags[tag] = self.hashtags.get(tag, 0) + 1

    def pulse(self) -> Pulse:
        """Return what was counted. Voices are sorted: the order in which mentions came does not matter."""
        return Pulse(
            minute=self.minute,
            mentions=self.mentions,
            judged=self.judged,
            negative=self.negative,
            positive=self.positive,
            insults=self.insults,
            affected=self.affected,
            loud=self.loud,
            understanding=self.understanding,
            teasing=self.teasing,
            reach=self.reach,
            channels=dict(sorted(self.channels.items())),
            voices=tuple(sorted(self.voices)),
            echoes=tuple(sorted(self.echoes)),
            hashtags=dict(sorted(self.hashtags.items())),
        )


def minute_of(at: datetime) -> int:
    """Return the minute since 1970 (UTC) that holds `at`, which must know its zone."""
    return int(at.timestamp() // 60)


def add(
    counts: dict[int, Count],
    said_at: datetime,
    author_key: str,
    network: str,
    reading: Reading,
    reach: int | None = None,
    text: str = "",
) -> int:
    """Count one mention into the minute in which it was said; return that minute."""
    minute = minute_of(said_at)
    count = counts.get(minute)
    if count is None:
        count = counts[minute] = Count(minute)
    count.take_in(author_key, network, reading, reach, text)
    return minute


def pulses(counts: Mapping[int, Count]) -> list[Pulse]:
    """Return the pulses of all counted minutes, in order of time."""
    return [counts[minute].pulse() for minute in sorted(counts)]


def merge(a: Pulse, b: Pulse) -> Pulse:
    """Return the sum of two pulses of the same minute. Raises ValueError when the minutes differ."""
    if a.minute != b.minute:
        raise ValueError(f"pulses of minutes {a.minute} and {b.minute} cannot be merged")
    return Pulse(
        minute=a.minute,
        mentions=a.mentions + b.mentions,
        judged=a.judged + b.judged,
        negative=a.negative + b.negative,
        positive=a.positive + b.positive,
        insults=a.insults + b.insults,
        affected=a.affected + b.affected,
        loud=a.loud + b.loud,
        understanding=a.understanding + b.understanding,
        teasing=a.teasing + b.teasing,
        reach=a.reach + b.reach,
        channels=_summed(a.channels, b.channels),
        voices=tuple(sorted(a.voices + b.voices)),
        echoes=tuple(sorted(a.echoes + b.echoes)),
        hashtags=_summed(a.hashtags, b.hashtags),
    )


def _summed(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    total = dict(one)
    for name, mentions in other.items():
        total[name] = total.get(name, 0) + mentions
    return dict(sorted(total.items()))


def pack_voices(voices: Iterable[int]) -> bytes:
    """Return `Pulse.voices`, or `Pulse.echoes`, as they are stored: four bytes each, little-endian."""
    each = tuple(voices)
    return struct.pack(f"<{len(each)}I", *each)


def unpack_voices(data: bytes | memoryview) -> tuple[int, ...]:
    """Return the voices out of their stored form. Raises ValueError when bytes are missing."""
    if len(data) % 4:
        raise ValueError(f"{len(data)} bytes of voices are not a multiple of four")
    return struct.unpack(f"<{len(data) // 4}I", data)
