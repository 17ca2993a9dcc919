"""The drills, read and measured as real mentions are: storms alarm, teasing does not."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from accalmie.core import alarm
from accalmie.core.alarm import AlarmState, Verdict
from accalmie.core.drill import SCENARIOS, compose
from accalmie.core.drill.play import Play
from accalmie.core.fever import count, measure
from accalmie.core.mention import Mention
from accalmie.core.reading import Reading, Tone, read_many

ENDS = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
THRESHOLD = 3


@cache
def play(scenario: str, seed: int) -> Play:
    return compose(scenario, seed, ends=ENDS)


@cache
def read(scenario: str, seed: int) -> list[tuple[Mention, Reading]]:
    mentions = play(scenario, seed).mentions
    readings = read_many([m.text for m in mentions], [m.language for m in mentions])
    return list(zip(mentions, readings, strict=True))


def voice(mention: Mention) -> str:
    return str(json.loads(mention.raw)["voice"])


def alarms(scenario: str, seed: int) -> list[timedelta]:
    """Return when alarms were raised, counted from the beginning of the storm."""
    of, counts = play(scenario, seed), {}
    for mention, reading in read(scenario, seed):
        count.add(
            counts, mention.said_at, mention.author.key, mention.network, reading, mention.author.followers,
            mention.text,
        )  # fmt: skip
    pulses = count.pulses(counts)
    begin, end = count.minute_of(of.storm_begins), count.minute_of(of.ends) + 1
    raised, state = [], AlarmState()
    for taken, _ in measure.run(measure.State(zone="Europe/Paris"), pulses, end, [], pulses[0].minute):
        verdict, state = alarm.judge(state, taken, threshold=THRESHOLD)
        if verdict is Verdict.RAISED:
            raised.append(timedelta(minutes=taken.minute - begin))
    return raised


@pytest.mark.claim("S1")
@pytest.mark.parametrize("scenario", [name for name in SCENARIOS if name != "teasing_wave"])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_storm_raises_one_alarm_within_its_first_two_hours(scenario, seed):
    (raised,) = alarms(scenario, seed)
    assert timedelta(0) <= raised <= timedelta(hours=2)


@pytest.mark.claim("M7")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_wave_of_teasing_raises_none(seed):
    assert alarms("teasing_wave", seed) == []


@pytest.mark.parametrize("language", ["fr", "en", "de"])
def test_those_who_suffer_or_rage_read_as_negative_and_usual_life_does_not(language):
    attack, usual = Counter(), Counter()
    for mention, reading in read("outage", 1):
        if mention.language != language:
            continue
        if voice(mention) in {"affected", "downstream", "promise", "loud", "insult"}:
            attack[reading.tone] += 1
        elif mention.said_at < play("outage", 1).storm_begins:
            usual[reading.tone] += 1
    assert attack[Tone.NEGATIVE] / attack.total() >= 0.65
    assert usual[Tone.NEGATIVE] / usual.total() <= 0.30


def test_teasing_reads_as_negative_in_few_cases():
    tones = Counter(
        reading.tone for mention, reading in read("teasing_wave", 1) if voice(mention) == "teasing"
    )
    assert tones[Tone.NEGATIVE] / tones.total() <= 0.2


def test_what_people_write_is_read_in_its_own_language():
    right = [reading.language == mention.language for mention, reading in read("outage", 1)]
    assert sum(right) / len(right) > 0.97
