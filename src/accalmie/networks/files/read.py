"""Rows become mentions, one after the other, each with the place to go on from after it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, NamedTuple

from accalmie.core.mention import Mention
from accalmie.networks.files.layout import FIELDS, Layout, Unreadable, Why
from accalmie.networks.files.lines import Line, lines, rows, skip
from accalmie.networks.files.maker import Maker, words

_SHOWN = 200
_NO_VALUES: Mapping[str, str] = MappingProxyType({})
_HALVES = re.compile("[\ud800-\udfff]")


class Row(NamedTuple):
    """A row: a mention, or None with the reason. Reading goes on at byte `offset` after it."""

    #: The line it begins at, from 1.
    line: int
    offset: int
    mention: Mention | None
    #: What stands in the column of the topic, "" without one.
    topic: str = ""
    #: Why it is rejected: with `values`, a sentence of the phrasebook's `trouble`.
    why: str = ""
    values: Mapping[str, str] = _NO_VALUES
    #: How a rejected row begins.
    text: str = ""


def read(
    source: str | Path | BinaryIO, layout: Layout, *, offset: int = 0, now: datetime | None = None
) -> Iterator[Row]:
    """Yield the rows after byte `offset` (0, or the `offset` of a row that was read before).

    An open file must stand at its beginning. Dates after `now` (default: the clock) are rejected: they
    would count as said at this moment, and make a storm. Raises Unreadable when the layout has a problem.
    """
    if layout.problem:
        raise Unreadable(layout.problem)
    if isinstance(source, str | Path):
        with Path(source).open("rb") as file:
            yield from read(file, layout, offset=offset, now=now)
        return
    offset = max(offset, layout.start)
    number = skip(source, layout.encoding, layout.newline, offset)
    make = Maker(layout, now or datetime.now(UTC))
    yield from (_csv if layout.format == "csv" else _jsonl)(source, layout, offset, number, make)


def _csv(stream: BinaryIO, layout: Layout, offset: int, number: int, make: Maker) -> Iterator[Row]:
    header, width = layout.header, len(layout.header)
    # One place more than there are columns, for the fields that have none.
    places = {name: at for at, name in enumerate(header)}
    taken = [places[layout.columns[f]] if f in layout.columns else width for f in FIELDS]
    pick, needed = itemgetter(*taken), max((at for at in taken if at < width), default=0) + 1
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
    source = lines(stream, layout.encoding, layout.newline, offset, number)
    for cells, line, after, why in rows(source, layout.delimiter, width):
        if why is None:
            if len(cells) != width:
                cells, why = _fitted(cells, width, needed)
            if not any(cells):
                continue
        if why is None:
            raw = encode(dict(zip(header, cells, strict=True)))
            cells.append("")
            values = pick(cells)
            found = make(values, raw)
            if isinstance(found, Mention):
                yield Row(line.number, after, found, values[-1])
                continue
            why = found
        yield _rejected(line, why, after)


def _fitted(cells: list[str], width: int, needed: int) -> tuple[list[str], Why | None]:
    """Return a row with as many cells as the header: some programs leave out or add empty ones at the end."""
    if needed <= len(cells) < width:
        return cells + [""] * (width - len(cells)), None
    if len(cells) > width and not any(cells[width:]):
        return cells[:width], None
    return cells, Why("file_cells", {"expected": str(width), "found": str(len(cells))})


def _jsonl(stream: BinaryIO, layout: Layout, offset: int, number: int, make: Maker) -> Iterator[Row]:
    getters = [_getter(layout.columns.get(name, "")) for name in FIELDS]
    for line in lines(stream, layout.encoding, layout.newline, offset, number):
        why, raw = line.why, line.text.strip()
        if why is None:
            # A list with one object a line is read like objects alone.
            if raw in {"", "[", "]"}:
                continue
            one = _object(raw)
            if isinstance(one, dict):
                values = [get(one) for get in getters]
                if "\\u" in raw:
                    values = [_mended(value) for value in values]
                found = make(values, raw)
                if isinstance(found, Mention):
                    yield Row(line.number, line.offset, found, words(values[-1]))
                    continue
                why = found
            else:
                why = one
        yield _rejected(line, why, line.offset)


def _object(raw: str) -> dict[str, Any] | Why:
    try:
        one = json.loads(raw.rstrip(",") if raw[-1] == "," else raw, strict=False)
    except json.JSONDecodeError as error:
        return Why("file_json", {"error": f"{error.msg}, {error.colno}"})
    except (ValueError, RecursionError) as error:
        return Why("file_json", {"error": type(error).__name__})
    return one if isinstance(one, dict) else Why("file_not_an_object", {})


def _getter(path: str) -> Callable[[dict[str, Any]], Any]:
    """Return what takes the value at a dotted path out of an object, or None."""
    if not path:
        return lambda one: None
    if "." not in path:
        return lambda one: one.get(path)
    steps = path.split(".")

    def walk(one: dict[str, Any]) -> Any:
        if path in one:
            return one[path]
        at: Any = one
        for step in steps:
            at = at.get(step) if isinstance(at, dict) else None
        return at

    return walk


def _mended(value: Any) -> Any:
    """Return the value without halves of characters: JSON can write them, nothing else can hold them."""
    if isinstance(value, str):
        return _HALVES.sub("\ufffd", value.replace("\0", ""))
    return [_mended(one) for one in value] if isinstance(value, list) else value


def _rejected(line: Line, why: Why, offset: int) -> Row:
    return Row(line.number, offset, None, "", why.key, why.values, line.text[:_SHOWN].rstrip("\r\n"))
