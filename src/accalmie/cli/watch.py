"""`accalmie watch`: replay a file of mentions without a database; tell each change of level and each alarm."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, TextIO

import typer

from accalmie.cli import wrong
from accalmie.core import mention as mentions
from accalmie.core import reading
from accalmie.core.alarm import AlarmState, Verdict, judge, sentence
from accalmie.core.fever.count import Count, add, pulses
from accalmie.core.fever.measure import State, run
from accalmie.core.fever.pulse import Measure
from accalmie.core.fever.scale import level_name, phase_name
from accalmie.networks import files

#: An alarm is raised from this level on, as for a new topic.
THRESHOLD = 3
#: So many rejected lines are shown one by one.
SHOWN = 10


class NothingHeard(Exception):
    """There is no mention to replay; the message says why."""


@dataclass(slots=True)
class Heard:
    """What was heard of one topic."""

    counts: dict[int, Count] = field(default_factory=dict)
    seen: set[bytes] = field(default_factory=set)
    repeated: int = 0
    alarms: int = 0

    def take_in(self, one: mentions.Mention) -> None:
        """Count a mention; one that comes again is only noted as repeated."""
        key = blake2b(mentions.key(one).encode("utf-8", "surrogatepass"), digest_size=12).digest()
        if key in self.seen:
            self.repeated += 1
            return
        self.seen.add(key)
        read = reading.read(one.text, one.language)
        add(self.counts, one.said_at, one.author.key, one.network, read, one.author.followers, one.text)


@dataclass(slots=True)
class File:
    """What was found in the file: topics by name, and the lines that are no mention."""

    topics: dict[str, Heard] = field(default_factory=dict)
    rejected: int = 0
    shown: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Event:
    """A change of level, or an alarm."""

    topic: str
    measure: Measure
    verdict: Verdict | None

    @property
    def at(self) -> str:
        """The minute in which it happened, ISO 8601, UTC."""
        return datetime.fromtimestamp(self.measure.minute * 60, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def alarm(self) -> str | None:
        """The verdict as scripts know it: an alarm that has grown is raised once more."""
        return "raised" if self.verdict is Verdict.GROWN else self.verdict and self.verdict.value


def watch(file: str, topic: str, by: str, as_json: bool, out: TextIO) -> int:
    """Replay `file` ("-" is the standard input) and write to `out`; return the exit code.

    The whole file is one topic, named `topic` (default: the file's name), or there is one for each value of
    the column `by` (default: the column that looks like a topic, if there is one and no `topic` is named).
    """
    if topic and by:
        return _wrong(
            file, "--topic and --by exclude each other: one topic, or one for each value of a column."
        )
    try:
        found = _heard(file, topic, by)
    except (files.Unreadable, NothingHeard) as error:
        return _wrong(file, str(error))
    except OSError as error:
        return _wrong(file, wrong.with_file(error))
    for event in _events(found.topics):
        out.write(_line(event, as_json) + "\n")
        found.topics[event.topic].alarms += event.verdict is Verdict.RAISED
    _sum_up(found, by)
    return 1 if any(heard.alarms for heard in found.topics.values()) else 0


def _wrong(file: str, why: str) -> int:
    return wrong.end(f"{'standard input' if file == '-' else file}: {why}")


def _heard(file: str, topic: str, by: str) -> File:
    """Read the file and count its mentions by topic and minute; the mentions themselves are not held."""
    found = File()
    name = topic or ("standard input" if file == "-" else Path(file).stem)
    with files.opened(file) as stream:
        layout = files.guess(stream)
        columns = {k: v for k, v in layout.columns.items() if k != "topic" or not topic}
        layout = replace(layout, columns=columns | ({"topic": by} if by else {}))
        split = "topic" in layout.columns
        for row in files.read(stream, layout):
            if row.mention is None:
                found.rejected += 1
                if len(found.shown) < SHOWN:
                    found.shown.append(f"line {row.line}: {files.sentence(row.why, row.values)}")
                continue
            found.topics.setdefault(row.topic if split else name, Heard()).take_in(row.mention)
    if not found.topics:
        raise NothingHeard(
            "no mention could be read. " + (found.shown[0] if found.shown else "It has no rows.")
        )
    if by and set(found.topics) == {""}:
        raise NothingHeard(f"no row has anything in the column {by}.")
    return found


def _events(topics: Mapping[str, Heard]) -> Iterator[Event]:
    """Yield the events of all topics, in order of time."""
    until = max(max(heard.counts) for heard in topics.values()) + 1
    each = [_replayed(name, heard, until) for name, heard in sorted(topics.items())]
    return heapq.merge(*each, key=lambda event: event.measure.minute)


def _replayed(topic: str, heard: Heard, until: int) -> Iterator[Event]:
    alarm, level = AlarmState(), 0
    for measure, _ in run(State(), pulses(heard.counts), until, (), min(heard.counts)):
        verdict, alarm = judge(alarm, measure, threshold=THRESHOLD)
        if measure.level != level or verdict not in {None, Verdict.HELD}:
            yield Event(topic, measure, verdict)
        level = measure.level


def _line(event: Event, as_json: bool) -> str:
    measure = event.measure
    why = [sentence(reason.key, reason.values, "en") for reason in measure.reasons]
    if as_json:
        plain: dict[str, Any] = {
            "at": event.at,
            "topic": event.topic,
            "level": measure.level,
            "phase": measure.phase.value,
            "fever": round(measure.fever, 2),
            "alarm": event.alarm,
            "reasons": why,
        }
        return json.dumps(plain, ensure_ascii=False)
    why_not = [sentence(reason.key, reason.values, "en") for reason in measure.against]
    told = {Verdict.RAISED: "ALARM  ", Verdict.GROWN: "ALARM, grown  ", Verdict.CLEARED: "alarm cleared  "}
    return (
        f"{event.at}  {event.topic or '-'}  {told.get(event.verdict, '') if event.verdict else ''}"
        f"level {measure.level} ({level_name(measure.level, 'en')}), {phase_name(measure.phase, 'en')}, "
        f"{measure.fever:.1f} °C"
        + (f": {'; '.join(why)}" if why else "")
        + (f" (but: {'; '.join(why_not)})" if why_not else "")
    )


def _sum_up(found: File, by: str) -> None:
    for line in found.shown:
        typer.echo(line, err=True)
    if found.rejected > len(found.shown):
        typer.echo(f"and {found.rejected - len(found.shown):,} more lines that are no mention", err=True)
    for name, heard in sorted(found.topics.items()):
        count = heard.counts.values()
        judged, negative = sum(one.judged for one in count), sum(one.negative for one in count)
        tone = f"{negative / judged:.0%} negative" if judged else "tone not known"
        typer.echo(
            f"{name or f'without {by}'}: {_many(len(heard.seen), 'mention')}, {heard.repeated:,} repeated, "
            f"{tone}, {_many(heard.alarms, 'alarm')}",
            err=True,
        )
    repeated = sum(heard.repeated for heard in found.topics.values())
    heard_all = sum(len(heard.seen) for heard in found.topics.values())
    typer.echo(
        f"{_many(heard_all, 'mention')} in all, {repeated:,} repeated, {found.rejected:,} rejected", err=True
    )


def _many(count: int, name: str) -> str:
    return f"{count:,} {name}" + ("" if count == 1 else "s")
