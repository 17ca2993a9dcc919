"""The trailing hour: its pulses, and who spoke in it, counted as minutes come in and drop out."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from accalmie.core.fever.count import pack_voices, unpack_voices
from accalmie.core.fever.pulse import Pulse

_PACKED = ("voices", "echoes")
_OTHER = {"minute", "mentions", "channels", "hashtags", *_PACKED}
_COUNTS = tuple(f.name for f in fields(Pulse) if f.name not in _OTHER)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of pulses and its sums. `people` and `critics` hold how often each author spoke, and spoke
    negatively; `voiced` is how many mentions have a known author."""

    pulses: tuple[Pulse, ...] = ()
    mentions: int = 0
    judged: int = 0
    negative: int = 0
    positive: int = 0
    insults: int = 0
    teasing: int = 0
    reach: int = 0
    voiced: int = 0
    channels: Mapping[str, int] = field(default_factory=dict)
    people: Mapping[int, int] = field(default_factory=dict)
    critics: Mapping[int, int] = field(default_factory=dict)
    #: How often the same words were said, how many mentions say the same as another one, and how many have a hashtag.
    echoes: Mapping[int, int] = field(default_factory=dict)
    repeated: int = 0
    hashtags: Mapping[str, int] = field(default_factory=dict)

    def moved(self, since: int, pulse: Pulse | None = None) -> Window:
        """Return the window without what began before the minute `since`, and with `pulse` added."""
        gone = [old for old in self.pulses if old.minute < since] if self.pulses else []
        come = [pulse] if pulse is not None and pulse.mentions else []
        if not gone and not come:
            return self
        if len(gone) == len(self.pulses):
            return _sum(come)
        return self._changed(gone, come)

    def _changed(self, gone: list[Pulse], come: list[Pulse]) -> Window:
        # The old window stays as it is: a running minute is measured on trial, and the result thrown away.
        channels, people, critics = dict(self.channels), dict(self.people), dict(self.critics)
        echoes, hashtags, repeated = dict(self.echoes), dict(self.hashtags), self.repeated
        sums = [
            self.mentions, self.judged, self.negative, self.positive, self.insults, self.teasing, self.reach,
            self.voiced,
        ]  # fmt: skip
        for sign, pulses in ((-1, gone), (1, come)):
            for p in pulses:
                for name, said in p.channels.items():
                    _tally(channels, name, sign * said)
                for voice in p.voices:
                    _tally(people, voice >> 1, sign)
                    if voice & 1:
                        _tally(critics, voice >> 1, sign)
                for words in p.echoes:
                    _tally(echoes, words, sign)
                    now = echoes.get(words, 0)
                    repeated += _alike(now) - _alike(now - sign)
                for tag, said in p.hashtags.items():
                    _tally(hashtags, tag, sign * said)
                counts = (
                    p.mentions, p.judged, p.negative, p.positive, p.insults, p.teasing, p.reach, len(p.voices)
                )  # fmt: skip
                sums = [total + sign * count for total, count in zip(sums, counts, strict=True)]
        mentions, judged, negative, positive, insults, teasing, reach, voiced = sums
        return Window(
            (*self.pulses[len(gone) :], *come),
            mentions, judged, negative, positive, insults, teasing, reach, voiced, channels, people, critics,
            echoes, repeated, hashtags,
        )  # fmt: skip

    @property
    def authors(self) -> int:
        """Distinct authors; a mention whose author is not known (counts only) stands for one."""
        return len(self.people) + self.mentions - self.voiced

    def loudest(self) -> int:
        """Return how many mentions the author wrote who wrote most, 0 when authors are not known."""
        return max(self.people.values(), default=0)

    def to_json(self) -> list[dict[str, Any]]:
        """Return the pulses as plain values for JSON; the sums follow from them."""
        return [_pulse_to_json(pulse) for pulse in self.pulses]

    @classmethod
    def from_json(cls, data: list[dict[str, Any]]) -> Window:
        """Return the window whose `to_json` this is."""
        return _sum([_pulse_from_json(one) for one in data])


def _sum(pulses: list[Pulse]) -> Window:
    return Window()._changed([], pulses) if pulses else Window()


def _tally(counts: dict[Any, int], name: Any, change: int) -> None:
    left = counts.get(name, 0) + change
    if left:
        counts[name] = left
    else:
        counts.pop(name, None)


def _alike(said: int) -> int:
    return said if said > 1 else 0


def _pulse_to_json(pulse: Pulse) -> dict[str, Any]:
    plain: dict[str, Any] = {"minute": pulse.minute, "mentions": pulse.mentions}
    plain |= {name: value for name in _COUNTS if (value := getattr(pulse, name))}
    if pulse.channels:
        plain["channels"] = dict(pulse.channels)
    if pulse.voices:
        plain["voices"] = base64.b64encode(pack_voices(pulse.voices)).decode()
    if pulse.echoes:
        plain["echoes"] = base64.b64encode(pack_voices(pulse.echoes)).decode()
    if pulse.hashtags:
        plain["hashtags"] = dict(pulse.hashtags)
    return plain


def _pulse_from_json(plain: dict[str, Any]) -> Pulse:
    packed = {name: unpack_voices(base64.b64decode(plain.get(name, ""))) for name in _PACKED}
    return Pulse(**{**plain, **packed})
