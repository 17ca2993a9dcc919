"""Reading messages line by line, for `accalmie read --batch`: JSON in, objects out, broken lines reported."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from accalmie.core.reading import Reading, read

#: Digits of a probability that mean something.
DIGITS = 4


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that could not be read: where (counted from 1), what is wrong, and what to do."""

    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}. {self.remedy}"


class _Fault(Exception):
    """What is wrong with a line, and the remedy."""


def read_batch(lines: Iterable[str], report: Callable[[Broken], None]) -> Iterator[dict[str, Any]]:
    """Yield the reading of each line, in order: {"id", "text"} and perhaps "lang", a hint, as one JSON object a line.

    A broken line is handed to `report` and left out; empty lines are passed over. Nothing is held in memory.
    """
    for number, line in enumerate(lines, start=1):
        if number == 1:
            line = line.removeprefix("\ufeff")
        if not line.strip():
            continue
        try:
            key, text, hint = _parsed(line)
        except _Fault as fault:
            report(Broken(number, *fault.args))
            continue
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
    shape = 'Each line must be one JSON object like {"id": "1", "text": "..."}'
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise _Fault(f"not JSON ({error.msg} at character {error.pos + 1})", shape) from None
    except (ValueError, RecursionError):
        raise _Fault("not JSON that can be read", shape) from None
    if not isinstance(row, dict):
        raise _Fault(f"a JSON {_named(row)}, not an object", shape)
    key, text, hint = row.get("id"), row.get("text"), row.get("lang")
    if isinstance(key, bool) or not isinstance(key, str | int):
        raise _Fault(
            '"id" is missing' if key is None else f'"id" is a {_named(key)}', "Give a text or a number as id"
        )
    if not isinstance(text, str):
        what = '"text" is missing' if text is None else f'"text" is a {_named(text)}'
        raise _Fault(what, "Give the message as a JSON string")
    return key, text, hint if isinstance(hint, str) else ""


def _named(value: object) -> str:
    names = {"list": "list", "dict": "object", "str": "text", "bool": "truth value", "NoneType": "null"}
    return names.get(type(value).__name__, "number")
