"""Reading messages line by line, for `accalmie read --batch`: JSON in, objects out, a sentence for a broken line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from accalmie.core.reading import Reading, read

#: Digits of a probability that mean something.
DIGITS = 4


class _Fault(Exception):
    """What is wrong with a line, and the remedy."""


def read_batch(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield the reading of each line, in order: {"id", "text"} and perhaps "lang", a hint, as one JSON object a line.

    For a broken line comes {"line": its number, "error": a sentence with place, fault and remedy}, and the rest is
    read all the same. Empty lines are passed over; nothing is held in memory.
    """
    for number, line in enumerate(lines, start=1):
        if number == 1:
            line = line.removeprefix("\ufeff")
        if not line.strip():
            continue
        try:
            key, text, hint = _parsed(line)
        except _Fault as fault:
            yield {"line": number, "error": f"line {number}: {fault}"}
        else:
            yield as_row(key, read(text, hint))


def as_row(key: str | int, reading: Reading) -> dict[str, Any]:
    """Return `reading` as the command line's contract has it; a tone that is not known is "unknown"."""
    return {
        "id": key,
        "language": reading.language,
        "tone": reading.tone.value,
        "tone_scores": _rounded(reading.tone_scores),
        "insult": round(reading.insult, DIGITS),
        "stance": reading.stance.value,
        "stance_scores": _rounded(reading.stance_scores),
        "teasing": round(reading.teasing, DIGITS),
        "downstream": round(reading.downstream, DIGITS),
        "problem": reading.problem,
    }


def _rounded(scores: dict[str, float]) -> dict[str, float]:
    return {name: round(score, DIGITS) for name, score in scores.items()}


def _parsed(line: str) -> tuple[str | int, str, str]:
    shape = 'Each line must be one JSON object like {"id": "1", "text": "..."}.'
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise _Fault(f"not JSON ({error.msg}, character {error.pos + 1}). {shape}") from None
    except (ValueError, RecursionError):
        raise _Fault(f"not JSON that can be read. {shape}") from None
    if not isinstance(row, dict):
        raise _Fault(f"a JSON {_named(row)} and not an object. {shape}")
    key, text, hint = row.get("id"), row.get("text"), row.get("lang")
    if isinstance(key, bool) or not isinstance(key, str | int):
        raise _Fault(f'"id" {_instead(row, "id")}. Give a text or a whole number as id.')
    if isinstance(key, str) and not _whole(key):
        raise _Fault('"id" holds half a character (a lone surrogate). Give it as whole text.')
    if not isinstance(text, str):
        raise _Fault(f'"text" {_instead(row, "text")}. Give the message as a JSON string.')
    return key, text, hint if isinstance(hint, str) else ""


def _whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _instead(row: dict[str, Any], name: str) -> str:
    return f"is a {_named(row[name])}" if name in row else "is missing"


def _named(value: object) -> str:
    names = {list: "list", dict: "object", str: "text", bool: "truth value", type(None): "null"}
    return names.get(type(value), "number")
