"""Words found in a text, as pieces for a template: it escapes each piece, so nothing of the text becomes HTML."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

#: Comparing takes time with the square of the words; beyond so many, old and new just stand below each other.
MOST_WORDS = 4000


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text. `how` is "" or what it is: "found", "added", "gone"."""

    text: str
    how: str = ""


def found(text: str, words: Iterable[str]) -> list[Piece]:
    """Cut `text` where one of `words` (or phrases) stands in it, accents and case aside."""
    plain, places = _plain(text)
    wanted = [_plain(word)[0].strip() for word in words]
    patterns = [r"\W+".join(map(re.escape, re.findall(r"\w+", word))) for word in wanted]
    patterns = sorted({p for p in patterns if p}, key=len, reverse=True)
    if not patterns:
        return [Piece(text)] if text else []
    cuts = [0]
    for hit in re.finditer(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", plain):
        cuts += [places[hit.start()], places[hit.end()]]
    cuts.append(len(text))
    pieces = [Piece(text[a:b], "found" if n % 2 else "") for n, (a, b) in enumerate(pairwise(cuts))]
    return [piece for piece in pieces if piece.text]


def _plain(text: str) -> tuple[str, list[int]]:
    """Return `text` without accents and case, and for each of its places the place in `text`."""
    plain: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for part in unicodedata.normalize("NFKD", character.casefold()):
            if unicodedata.combining(part):
                continue
            plain.append(part)
            places.append(place)
    return "".join(plain), [*places, len(text)]


def positive_words(query: str) -> list[str]:
    """Return the words and phrases that a query looks for, leaving out what it excludes and its OR."""
    parts = re.findall(r'(-?)(?:"([^"]*)"|(\S+))', query)
    return [
        phrase or word for minus, phrase, word in parts if not minus and (phrase or word) not in {"OR", ""}
    ]


def difference(before: str, after: str) -> list[Piece]:
    """Return `after` word by word, with what was added to `before` and what is gone from it."""
    old, new = re.findall(r"\s+|\S+", before), re.findall(r"\s+|\S+", after)
    if len(old) + len(new) > MOST_WORDS:
        return [Piece(before, "gone"), Piece(after, "added")]
    pieces: list[Piece] = []
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            pieces.append(Piece("".join(new[c:d])))
            continue
        pieces += [Piece("".join(old[a:b]), "gone")] if a < b else []
        pieces += [Piece("".join(new[c:d]), "added")] if c < d else []
    return pieces


def shortened(pieces: list[Piece], most: int) -> list[Piece]:
    """Return the first `most` characters of the pieces, with an ellipsis where something was left out."""
    kept: list[Piece] = []
    for piece in pieces:
        if most < len(piece.text):
            return [*kept, Piece(piece.text[:most].rstrip() + "…", piece.how)]
        if most == len(piece.text):
            return [*kept, piece, *([Piece("…")] if piece is not pieces[-1] else [])]
        kept.append(piece)
        most -= len(piece.text)
    return kept
