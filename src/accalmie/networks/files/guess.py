"""A first look at a file: what it is, and which of its columns is what. A person can correct all of it."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from accalmie.networks.files import columns, dates
from accalmie.networks.files.layout import Layout, Why
from accalmie.networks.files.lines import lines, rows

#: Bytes looked at: at the beginning, and each in the middle and at the end of a file that can be wound.
_HEAD, _FURTHER = 1 << 18, 1 << 16
_ROWS = 200
#: So many lines may stand before the header (titles, filters, empty ones).
_BEFORE = 30
_SHOWN = 5
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
#: What people upload in place of a table, by its first bytes.
_OTHERS = (
    (b"PK\x03\x04", "Excel, ODS, ZIP"), (b"\xd0\xcf\x11\xe0", "Excel"), (b"%PDF", "PDF"), (b"\x1f\x8b", "gzip"),
    (b"SQLite format 3", "SQLite"), (b"BZh", "bzip2"), (b"\xfd7zXZ", "xz"), (b"PAR1", "Parquet"),
)  # fmt: skip
_DELIMITERS = ",;\t|"


def guess(source: str | Path | BinaryIO) -> Layout:
    """Return the layout of a file (a path, or an open file that can be wound or peeked into).

    Never raises because of what is in the file: `Layout.problem` says what is wrong with it. An open file
    stands at its beginning again afterwards. Raises OSError for a path that cannot be read.
    """
    if isinstance(source, str | Path):
        with Path(source).open("rb") as file:
            return guess(file)
    head, further = _looked_at(source)
    start, encoding = _encoding(head, further)
    body = head[start:]
    for mark, name in _OTHERS:
        if head.startswith(mark):
            return Layout("csv", unreadable=Why("file_not_text", {"kind": name}))
    text = body.decode(encoding, "replace")
    if not text.strip("\0 \t\r\n\ufeff"):
        return Layout("csv", unreadable=Why("file_empty", {}))
    newline = "\r" if "\n" not in text and "\r" in text else "\n"
    shape = Layout("csv", encoding=encoding, newline=newline, start=start)
    if text.lstrip()[:1] in {"{", "["}:
        return _json(shape, body, further)
    return _csv(shape, body, further)


def _looked_at(stream: BinaryIO) -> tuple[bytes, list[bytes]]:
    """Return the beginning of the file and, where it can be wound, whole lines from further on."""
    if not stream.seekable():
        peek = getattr(stream, "peek", None)
        return (peek(_HEAD)[:_HEAD] if peek else b""), []
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    head, further = stream.read(_HEAD), []
    for place in (size // 2, size - _FURTHER):
        if place > _HEAD:
            # Even, so that UTF-16 stays in step.
            stream.seek(place // 2 * 2)
            further.append(stream.read(_FURTHER))
    stream.seek(0)
    return head, further


def _encoding(head: bytes, further: list[bytes]) -> tuple[int, str]:
    """Return the length of the byte order mark, and the encoding."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return len(mark), encoding
    # ASCII letters in UTF-16 have a zero for their other half.
    pairs = max(len(head) // 2, 1)
    if head[1::2].count(0) > 0.4 * pairs and head[::2].count(0) < 0.1 * pairs:
        return 0, "utf-16-le"
    if head[::2].count(0) > 0.4 * pairs and head[1::2].count(0) < 0.1 * pairs:
        return 0, "utf-16-be"
    if all(map(_is_utf8, (head, *further))) or _mostly_utf8((head, *further)):
        return 0, "utf-8"
    # Five bytes mean nothing in Windows' code page; Latin-1 has something for every byte.
    there = set(b"".join((head, *further)))
    return 0, "latin-1" if there & {0x81, 0x8D, 0x8F, 0x90, 0x9D} else "cp1252"


def _is_utf8(piece: bytes) -> bool:
    # A piece cut out of a file may begin and end within a character.
    begin = 0
    while begin < min(3, len(piece)) and piece[begin] & 0xC0 == 0x80:
        begin += 1
    try:
        codecs.getincrementaldecoder("utf-8")().decode(piece[begin:])
    except UnicodeDecodeError:
        return False
    return True


def _mostly_utf8(pieces: Sequence[bytes]) -> bool:
    """Tell whether most of the lines with accents are UTF-8: one broken line must not spoil all others."""
    accented = [line for piece in pieces for line in piece.splitlines() if not line.isascii()]
    return 2 * sum(map(_is_whole_utf8, accented)) > len(accented)


def _is_whole_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _csv(shape: Layout, body: bytes, further: list[bytes]) -> Layout:
    text = body.decode(shape.encoding, "replace")
    delimiter = _delimiter(text)
    table = _table(body, shape, delimiter)
    at, offset = _header(table)
    header = _named(table[at][0] if at >= 0 else table[0][0] if table else [], at >= 0)
    if not header:
        return replace(shape, unreadable=Why("file_empty", {}))
    begin = at + 1
    after = [cells for cells, _ in table[begin:]]
    # Rows with fewer cells may be pieces of one that is cut off where the look ended.
    found = [cells for cells in after if len(cells) == len(header) and any(cells)] or after
    for piece in further:
        found += [cells for cells, _ in _table(piece, shape, delimiter)[1:-1] if len(cells) == len(header)]
    if not found and len(body) < _HEAD - shape.start:
        return replace(shape, unreadable=Why("file_empty", {}))
    sample = [dict(zip(header, cells, strict=False)) for cells in found if len(cells) <= len(header)]
    fitting = columns.guess(header, sample)
    return _finished(
        replace(shape, delimiter=delimiter, header=header, start=shape.start + offset, columns=fitting),
        sample,
    )


def _delimiter(text: str) -> str:
    """Return what separates the columns: what splits most lines alike, and names columns that we know."""
    first = text.partition("\n")[0]
    if first.strip().lower().startswith("sep=") and first.strip()[4:5] in _DELIMITERS:
        return first.strip()[4:5]

    def score(delimiter: str) -> tuple[int, float, int]:
        try:
            split = [row for row in csv.reader(text.splitlines()[:60], delimiter=delimiter) if row]
        except csv.Error:
            return (0, 0.0, 0)
        widths = [len(row) for row in split]
        usual = max(set(widths), key=widths.count, default=0)
        if usual < 2:
            return (0, 0.0, 0)
        names = max((columns.known(row) for row in split[:_BEFORE] if len(row) > 1), default=0)
        return (names, widths.count(usual) / len(widths), usual)

    return max(_DELIMITERS, key=score)


def _table(body: bytes, shape: Layout, delimiter: str) -> list[tuple[list[str], int]]:
    """Return the first rows in these bytes, each with the byte after it."""
    source = lines(io.BytesIO(body), shape.encoding, shape.newline, 0, 0)
    found = []
    for row in rows(source, delimiter):
        if not row.why:
            found.append((row.cells, row.offset))
        if len(found) >= _ROWS or row.line.number > 2 * _ROWS:
            break
    # The last may be cut off.
    return found[:-1] if len(found) > 2 and found[-1][1] >= len(body) and not body.endswith(b"\n") else found


def _header(table: list[tuple[list[str], int]]) -> tuple[int, int]:
    """Return which row names the columns, with the byte after it; (-1, 0) when none does.

    It is the first of the early rows that has the most names we know; without any, the first row, unless that
    has a date or a long text in it as only data do.
    """
    best, most = -1, 0
    for at, (cells, _) in enumerate(table[:_BEFORE]):
        names = columns.known(cells)
        if names > most and max(map(len, cells), default=0) < 80:
            best, most = at, names
    if best >= 0:
        return best, table[best][1]
    if table and not any(dates.moment(cell) or len(cell) > 60 for cell in table[0][0]) and len(table) > 1:
        return 0, table[0][1]
    return -1, 0


def _named(cells: list[str], is_header: bool) -> tuple[str, ...]:
    """Return a name for each column, each once; without a header they are numbered."""
    names: list[str] = []
    for count, cell in enumerate(cells, 1):
        name = cell.strip() if is_header else ""
        name = name or str(count)
        names.append(name if name not in names else f"{name} ({count})")
    return tuple(names)


def _json(shape: Layout, body: bytes, further: list[bytes]) -> Layout:
    source = lines(io.BytesIO(body), shape.encoding, shape.newline, 0, 0)
    objects, broken = _objects(source)
    for piece in further:
        more, _ = _objects(lines(io.BytesIO(piece), shape.encoding, shape.newline, 0, 0))
        objects += more
    shape = replace(shape, format="jsonl")
    if not objects:
        # One object or list over many lines, or all in one line: there are no lines to read.
        return replace(shape, unreadable=Why("file_json_not_lines" if broken else "file_empty", {}))
    sample = [flat(one) for one in objects]
    header = tuple(dict.fromkeys(name for row in sample for name in row))
    fitting = columns.guess(header, sample)
    return _finished(replace(shape, header=header, columns=fitting), sample)


def _objects(source: Iterator[Any]) -> tuple[list[Mapping[str, Any]], int]:
    found: list[Mapping[str, Any]] = []
    broken = 0
    for line in source:
        words = line.text.strip().rstrip(",")
        if line.why or words in {"", "[", "]"}:
            continue
        try:
            one = json.loads(words, strict=False)
        except (ValueError, RecursionError):
            broken += 1
        else:
            if isinstance(one, dict):
                found.append(one)
            else:
                broken += 1
        if len(found) >= _ROWS or broken >= _ROWS:
            break
    return found, broken


def flat(one: Mapping[str, Any], path: str = "", depth: int = 0) -> dict[str, str]:
    """Return an object's values as text, by dotted path; lists stay whole."""
    found: dict[str, str] = {}
    for name, value in one.items():
        place = f"{path}{name}"
        if isinstance(value, dict) and depth < 4:
            found.update(flat(value, f"{place}.", depth + 1))
        elif value is None:
            found.setdefault(place, "")
        else:
            found[place] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return found


def _finished(shape: Layout, sample: list[dict[str, str]]) -> Layout:
    """Return the layout with what only the values tell: the order in dates, and whether texts are HTML."""
    said = columns.values(sample, shape.columns.get("said_at", ""))
    texts = columns.values(sample, shape.columns.get("text", ""))
    order = dates.day_first(said)
    if order is None:
        # "PM" is written where the month comes first.
        order = not any(value.rstrip(". ").lower().endswith(("am", "pm")) for value in said)
    marked = sum("</" in text or "<br" in text for text in texts)
    return replace(shape, day_first=order, html=2 * marked > len(texts), sample=tuple(sample[:_SHOWN]))
