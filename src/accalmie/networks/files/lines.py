"""A file's bytes as lines and rows, each with its place, never holding more than one of them."""

from __future__ import annotations

import codecs
import csv
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from accalmie.networks.files.layout import CAP, Why

_BLOCK = 1 << 16


class Line(NamedTuple):
    """A line, its number from 1, and the byte after it. `why`: it cannot be used; `text` is its beginning."""

    text: str
    number: int
    offset: int
    why: Why | None = None


class CsvRow(NamedTuple):
    """A row of CSV, the line it begins at, and the byte after it. `why`: it cannot be used."""

    cells: list[str]
    line: Line
    offset: int
    why: Why | None = None


def lines(stream: BinaryIO, encoding: str, newline: str, offset: int, number: int) -> Iterator[Line]:
    """Yield the lines of `stream`, which stands at byte `offset`, after line `number`."""
    ending = newline.encode(encoding)
    chunks = iter(lambda: stream.readline(CAP), b"") if ending == b"\n" else _chunks(stream, ending)
    for chunk in chunks:
        number += 1
        offset += len(chunk)
        if len(chunk) >= CAP and not chunk.endswith(ending):
            begin = chunk[:400]
            for more in chunks:
                offset += len(more)
                if more.endswith(ending):
                    break
            yield Line(begin.decode(encoding, "replace"), number, offset, Why("file_line_too_long", {}))
            continue
        try:
            text = chunk.decode(encoding)
        except UnicodeDecodeError:
            begin = chunk[:400]
            yield Line(
                begin.decode(encoding, "replace"),
                number,
                offset,
                Why("file_encoding", {"encoding": encoding}),
            )
        else:
            # Zeros mean nothing in a text, and no table can hold them.
            yield Line(text.replace("\0", "") if "\0" in text else text, number, offset)


def _chunks(stream: BinaryIO, ending: bytes) -> Iterator[bytes]:
    """Yield what `readline(CAP)` would, for other line ends than the byte for "\\n"."""
    held = b""
    while block := stream.read(_BLOCK):
        held += block
        begin = at = 0
        while (at := held.find(ending, at)) >= 0:
            # In UTF-16, the second half of one character and the first of the next are no line end.
            if at % len(ending):
                at += 1
                continue
            at += len(ending)
            yield held[begin:at]
            begin = at
        held = held[begin:]
        if len(held) >= CAP:
            yield held[:CAP]
            held = held[CAP:]
    if held:
        yield held


def skip(stream: BinaryIO, encoding: str, newline: str, offset: int) -> int:
    """Move `stream`, which stands at its beginning, to byte `offset`; return how many lines that were."""
    count = 0
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    one_byte = len("\n".encode(encoding)) == 1
    while offset > 0 and (block := stream.read(min(offset, _BLOCK * 16))):
        offset -= len(block)
        count += block.count(newline.encode()) if one_byte else decoder.decode(block).count(newline)
    return count


def rows(source: Iterator[Line], delimiter: str, width: int = 0) -> Iterator[CsvRow]:
    """Yield the rows of CSV in these lines; empty ones are left out.

    A quote that is never closed must not swallow the rows after it: then its own line is rejected and reading
    goes on with the next. Where quotes only stand wrongly within one line, it is taken as it must have
    been meant, provided that it has `width` cells then.
    """
    waiting: deque[Line] = deque()
    taken: list[Line] = []

    def pull() -> Iterator[str]:
        size = 0
        while True:
            line = waiting.popleft() if waiting else next(source, None)
            if line is None:
                return
            if not taken:
                size = 0
            taken.append(line)
            size += len(line.text)
            if line.why or size > CAP:
                raise _Broken
            yield line.text

    while True:
        try:
            for cells in csv.reader(pull(), delimiter=delimiter, strict=True):
                first, offset = taken[0], taken[-1].offset
                taken.clear()
                if cells:
                    yield CsvRow(cells, first, offset)
            return
        except (csv.Error, _Broken) as error:
            first = taken[0]
            waiting.extendleft(reversed(taken[1:]))
            taken.clear()
            yield _mended(first, delimiter, width, str(error))


class _Broken(Exception):
    """A line cannot be used, or a row does not end."""


def _mended(line: Line, delimiter: str, width: int, error: str) -> CsvRow:
    if line.why:
        return CsvRow([], line, line.offset, line.why)
    if line.text.count('"') % 2 == 0:
        try:
            cells = next(csv.reader([line.text], delimiter=delimiter), [])
        except csv.Error:
            cells = []
        if cells and len(cells) == width:
            return CsvRow(cells, line, line.offset)
    return CsvRow([], line, line.offset, Why("file_quotes", {"error": error or "no closing quote"}))
