"""Measuring a topic: its pulses are walked from the last checkpoint on, and what was found is stored.

A late mention changes the pulse it belongs to; the walk then begins at the checkpoint before it, so the same
mentions give the same fever whatever the order in which they came. One walk is short, and ends with a
checkpoint: a million imported mentions are measured in many small transactions, and nobody waits for long.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from accalmie.actions import alarm, late
from accalmie.core.alarm import AlarmState, Verdict, judge
from accalmie.core.fever.measure import State, run
from accalmie.core.fever.pulse import Measure, Pulse
from accalmie.records import barometer, changes, marks, measures, pulses
from accalmie.records.models import TopicRecord
from accalmie.records.writer import alone

#: Mentions reach us some seconds late: minutes younger than this stay open, and are measured anew each time.
OPEN_MINUTES = 2
#: So many pulses are walked in one transaction.
PIECE = 3000
#: Between two pieces others may write.
BREATH_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a stretch besides its pulses: where nobody listened, and what was planned (minutes)."""

    gaps: Sequence[tuple[int, int]]
    campaigns: Sequence[tuple[int, int, str]]


@dataclass(slots=True)
class Walk:
    """One stretch of the walk, and all it has found."""

    state: State
    alarm: AlarmState
    found: list[Measure] = field(default_factory=list)
    verdicts: list[tuple[Verdict, Measure]] = field(default_factory=list)
    #: The usual level as it was known in each hour: (expected, ceiling).
    usual: dict[int, tuple[float, float]] = field(default_factory=dict)
    #: The state at the end of each whole hour, to go on from when something comes late.
    hours: dict[int, tuple[State, AlarmState]] = field(default_factory=dict)

    def through(self, coming: Iterable[Pulse], until: int, known: Known, start: int, threshold: int) -> None:
        """Walk from minute `start` to `until`, exclusive."""
        peak = self.alarm.told
        hour = start // 60
        for measure, after in run(self.state, coming, until, known.gaps, start, known.campaigns):
            while hour < measure.minute // 60:
                self._close(hour)
                hour += 1
            self.state = after
            verdict, self.alarm = judge(self.alarm, measure, threshold=threshold)
            self.found.append(measure)
            if verdict is not None and (verdict is not Verdict.HELD or measure.level > peak):
                self.verdicts.append((verdict, measure))
                peak = max(peak, measure.level)
        while hour <= (until - 1) // 60:
            self._close(hour)
            hour += 1

    def _close(self, hour: int) -> None:
        expected = self.state.usual.expected_hour(hour, self.state.zone)
        self.usual[hour] = expected, self.state.usual.ceiling(expected)
        self.hours[hour] = self.state, self.alarm


def measure(topic_id: int, now: datetime) -> int:
    """Measure a topic up to its own now. Returns how many pulses were walked."""
    walked, more = 0, True
    while more:
        count, more = _piece(topic_id, now)
        walked += count
        if more:
            # SQLite gives its lock to who asks at the right moment: listening and heartbeats must get theirs.
            time.sleep(BREATH_SECONDS)
    return walked


def _piece(topic_id: int, now: datetime) -> tuple[int, bool]:
    """Walk one piece in one transaction; return how many pulses it had, and whether more is waiting."""
    with alone():
        topic = TopicRecord.objects.select_for_update(no_key=True).filter(pk=topic_id).first()
        if topic is None:
            return 0, False
        clock = barometer.clock_of(topic)
        running = barometer.minute(clock)
        checkpoint = measures.checkpoint(topic, topic.dirty_from)
        if checkpoint is not None and checkpoint[2] > running:
            # Measured before the clock was set back: what was measured of the future does not count.
            checkpoint = measures.checkpoint(topic, running)
        state, alarm_state, start = checkpoint or (State(zone=topic.zone), AlarmState(), None)
        if start is None:
            start = pulses.first_minute(topic_id)
        if start is None or start > running:
            TopicRecord.objects.filter(pk=topic_id).update(measured_at=now, dirty_from=None)
            return 0, False
        earlier = late.before(topic, alarm_state, start, running, OPEN_MINUTES)
        coming = pulses.some(topic_id, start, running + 1, PIECE)
        more = len(coming) == PIECE
        end = coming[-1].minute + 1 if more else running + 1
        known = Known(measures.deaf(topic, start, end), marks.planned(topic_id, start, end))
        closed = max(min(end, running - OPEN_MINUTES), start)
        walk = Walk(state, alarm_state)
        walk.through((p for p in coming if p.minute < closed), closed, known, start, topic.threshold)
        measures.keep_checkpoints(topic, start, closed, walk.hours, (walk.state, walk.alarm))
        if not more:
            # The minutes that are still open: measured, but not built upon.
            last = (p for p in coming if p.minute >= closed)
            walk.through(last, end, known, closed, topic.threshold)
        _store(topic, walk, start, end, clock, now, more=more)
        if not more:
            late.tell(topic, earlier, walk.verdicts, now)
            if not walk.alarm.active:
                alarm.lapse(topic, start, clock, now)
        return len(coming), more


def _store(
    topic: TopicRecord, walk: Walk, start: int, end: int, clock: datetime, now: datetime, *, more: bool
) -> None:
    measures.replace(topic.id, start, walk.found)
    measures.keep_hours(topic.id, start, end, walk.usual)
    # A drill's storm is news on the drill's own clock; what a file tells is news only if it is.
    present = clock if topic.drill else now
    for verdict, measure in walk.verdicts:
        alarm.settle(topic, verdict.value, measure, present, now)
    if walk.alarm.active and not more and present - clock < alarm.NEWS:
        alarm.wake(topic, now)
    standing = walk.state.standing
    last = walk.found[-1] if walk.found else None
    seen = (topic.level, topic.phase, topic.fever)
    fresh = (standing.level, standing.phase.value, last.fever if last else topic.fever)
    TopicRecord.objects.filter(pk=topic.pk).update(
        level=fresh[0], phase=fresh[1], fever=fresh[2], measured_to=end, measured_at=now,
        dirty_from=end if more else None,
    )  # fmt: skip
    if fresh != seen:
        changes.note("topic", topic.id, now)
