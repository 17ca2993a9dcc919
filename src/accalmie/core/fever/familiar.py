"""Which voices were heard in the days before: told from bits, not from names, and always the same few kilobytes.

A Bloom filter with one hash (the author's number itself is one) in two generations: when the young one is a week
old, or full, it becomes the old one, and the older is forgotten. So a brand of a mention a day remembers one to two
weeks, the largest brands some hours. Strangers whose bit somebody else has set are made up for by counting.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

BITS = 1 << 14
#: A generation ends after so many hours, or when this part of its bits is set.
TURN_HOURS, FULL = 7 * 24, 0.35
_NOBODY = bytes(BITS // 8)


@dataclass(frozen=True, slots=True)
class Familiar:
    """The voices of two generations, and those of the `last` closed hour: they join when the trailing hour has
    passed them, or everybody would be familiar as soon as he spoke. `since`: the hour of the last turn."""

    old: bytes = _NOBODY
    young: bytes = _NOBODY
    last: bytes = _NOBODY
    since: int | None = None

    def with_hour(self, number: int, people: Iterable[int]) -> Familiar:
        """Return it when the closed hour `number` is over, in which these `people` spoke."""
        since = number if self.since is None else self.since
        last = _bits(people)
        if last is _NOBODY is self.last and number - since < TURN_HOURS:
            return self if self.since is not None else Familiar(since=since)
        young = _both(self.young, self.last)
        if number - since >= TURN_HOURS or _filled(young) >= FULL:
            return Familiar(young, _NOBODY, last, number)
        return Familiar(self.old, young, last, since)

    def strangers(self, people: Collection[int]) -> float:
        """Return the share of these `people` who were not heard before, 0 when there are none."""
        if not people:
            return 0.0
        met = _both(self.old, self.young)
        # A digit for each bit, so that thousands of people are looked up without a loop of Python.
        digits = f"{int.from_bytes(met, 'little'):0{BITS}b}"[::-1].encode()
        known = sum(map(digits.__getitem__, map((BITS - 1).__and__, people))) - ord("0") * len(people)
        return min((len(people) - known) / (len(people) * (1 - _filled(met))), 1.0)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        return {
            "old": _packed(self.old),
            "young": _packed(self.young),
            "last": _packed(self.last),
            "since": self.since,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Familiar:
        """Return what `to_json` gave. Raises ValueError for what is not so many bits."""
        return cls(_unpacked(data["old"]), _unpacked(data["young"]), _unpacked(data["last"]), data["since"])


def _bits(people: Iterable[int]) -> bytes:
    bits = bytearray(BITS // 8)
    for who in people:
        bits[who % BITS >> 3] |= 1 << (who & 7)
    return bytes(bits) if any(bits) else _NOBODY


def _both(one: bytes, other: bytes) -> bytes:
    if one is _NOBODY:
        return other
    if other is _NOBODY:
        return one
    return (int.from_bytes(one) | int.from_bytes(other)).to_bytes(BITS // 8)


def _filled(bits: bytes) -> float:
    return int.from_bytes(bits).bit_count() / BITS


def _packed(bits: bytes) -> str:
    return "" if bits is _NOBODY else base64.b64encode(zlib.compress(bits)).decode()


def _unpacked(text: str) -> bytes:
    if not text:
        return _NOBODY
    try:
        bits = zlib.decompress(base64.b64decode(text))
    except zlib.error as error:
        raise ValueError("these bits were not packed by us") from error
    if len(bits) != BITS // 8:
        raise ValueError(f"{len(bits)} bytes of bits instead of {BITS // 8}")
    return bits if any(bits) else _NOBODY
