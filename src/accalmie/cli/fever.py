"""`accalmie fever`: the fever of a series of counts, row by row, without a database.

In: timestamp,value in equally spaced rows. Out: timestamp,value,expected,score,level,phase, each row from the
rows up to it alone. `expected` is per row; `score` (0 to 1) marks the row at which a burst begins.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from accalmie.cli import wrong
from accalmie.core.fever import onset
from accalmie.core.fever.count import merge
from accalmie.core.fever.measure import State, take
from accalmie.core.fever.pulse import Measure, Pulse

COLUMNS = ("timestamp", "value", "expected", "score", "level", "phase")
HOUR = 3600.0


class BadRow(Exception):
    """The input cannot be used; the message names the line and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One row: its time as it stood there, in seconds since 1970, and its count."""

    line: int
    written: str
    at: float
    count: int


@dataclass(slots=True)
class Series:
    """A series being measured. Rows lie on a grid that the first two of them span.

    Rows further apart than an hour count as hours (the habits of the day are not to be seen in them); of rows
    closer than a minute the running minute is measured as it fills.
    """

    before: State = field(default_factory=State)
    after: State = field(default_factory=State)
    running: Pulse | None = None
    first: Counted | None = None
    spacing: float = 0.0
    index: int = 0
    waiting: list[int] = field(default_factory=list)
    onset: onset.Onset | None = None

    def take(self, row: Counted) -> tuple[float, float, Measure]:
        """Return what is expected in the row, its score, and its measure."""
        index = self._place(row)
        minutes = self._minutes
        begin = self._minute(index)
        if self.running is None or self.running.minute != begin:
            self.before, self.running = self.after, None
            self._silent(begin)
        pulse = Pulse(begin, row.count)
        self.running = merge(self.running, pulse) if self.running else pulse
        measure, self.after = take(self.before, self.running, minutes=minutes)
        self.index = index
        return measure.expected * min(self.spacing or minutes * 60, HOUR) / HOUR, self._score(row), measure

    def _place(self, row: Counted) -> int:
        if self.first is None:
            self.first = row
            return 0
        if not self.spacing:
            self.spacing = row.at - self.first.at
        place = (row.at - self.first.at) / self.spacing if self.spacing > 0 else 0.0
        index = round(place)
        if index <= self.index or abs(place - index) > 0.45:
            raise BadRow(
                f"line {row.line}: {row.written} does not follow the row before it; rows must be in order of "
                f"time and equally spaced, here every {self.spacing:g} seconds."
            )
        return index

    @property
    def _minutes(self) -> int:
        return min(60, max(1, int(self.spacing // 60)))

    def _minute(self, index: int) -> int:
        if self.first is None:
            return 0
        if self.spacing > HOUR:
            return int(self.first.at // HOUR + index) * 60
        return int((self.first.at + index * self.spacing) // 60)

    def _silent(self, begin: int) -> None:
        """Where rows are missing nobody counted: a gap, not silence."""
        at = self.before.end
        while self.before.hour is not None and begin - at > self._minutes:
            step = min(60, begin - at)
            _, self.before = take(self.before, Pulse(at, 0), minutes=step, gap=True)
            at += step

    def _score(self, row: Counted) -> float:
        self.waiting.append(row.count)
        if not self.spacing:
            return 0.0  # how far rows are apart is not known before the second one
        state = self.onset or onset.begin(self.spacing / 60)
        score = 0.0
        for count in self.waiting:
            score, state = onset.take(state, count)
        self.waiting, self.onset = [], state
        return score


def fever(counts: str, out: str) -> int:
    """Measure the series in the file `counts` and write `out` (both may be "-"); return the exit code."""
    name = "standard input" if counts == "-" else counts
    try:
        with ExitStack() as files:
            source: TextIO = sys.stdin
            if counts != "-":
                source = files.enter_context(Path(counts).open(encoding="utf-8-sig", newline=""))
            rows = _rows(source)
            first = next(rows, None)
            if first is None:
                raise BadRow("there are no rows below the header.")
            target: TextIO = sys.stdout
            if out != "-":
                if counts != "-" and Path(out).exists() and Path(out).samefile(counts):
                    raise BadRow("--out is the same file; choose another, it would be overwritten.")
                target = files.enter_context(Path(out).open("w", encoding="utf-8", newline=""))
            _write(first, rows, target)
            target.flush()
    except BadRow as error:
        return wrong.end(f"{name}: {error}")
    except UnicodeDecodeError:
        return wrong.end(f"{name}: this is not UTF-8 text; save it as CSV in UTF-8.")
    except csv.Error as error:
        return wrong.end(f"{name}: this is not CSV: {error}.")
    except BrokenPipeError:
        raise  # Whoever read us has seen enough.
    except OSError as error:
        return wrong.end(wrong.at(error, counts, out))
    return 0


def _write(first: Counted, rows: Iterator[Counted], target: TextIO) -> None:
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(COLUMNS)
    series = Series()
    row: Counted | None = first
    while row is not None:
        expected, score, measure = series.take(row)
        writer.writerow(
            (row.written, row.count, f"{expected:.2f}", f"{score:.6f}", measure.level, measure.phase.value)
        )
        row = next(rows, None)


def _rows(source: TextIO) -> Iterator[Counted]:
    reader = csv.reader(source)
    header = [name.strip().casefold() for name in next(reader, [])]
    if "timestamp" not in header or "value" not in header:
        raise BadRow("the first line must name the columns timestamp and value.")
    when, much = header.index("timestamp"), header.index("value")
    for cells in reader:
        if any(cells):
            yield _counted(reader.line_num, cells, when, much)


def _counted(line: int, cells: Sequence[str], when: int, much: int) -> Counted:
    if len(cells) <= max(when, much):
        raise BadRow(f"line {line}: there are {len(cells)} cells, too few for a timestamp and a value.")
    written, value = cells[when], cells[much].strip()
    try:
        at = datetime.fromisoformat(written.strip())
    except ValueError:
        raise BadRow(f"line {line}: {written!r} is not a time such as 2026-03-01T12:05:00.") from None
    try:
        count = float(value)
    except ValueError:
        count = -1.0
    if not (count >= 0 and count.is_integer()):
        raise BadRow(f"line {line}: {value!r} is not a count (a whole number, 0 or more).")
    known = at if at.tzinfo else at.replace(tzinfo=UTC)
    return Counted(line, written, known.timestamp(), int(count))
