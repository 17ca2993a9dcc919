"""Drills: storms that are composed, and the clock by which they are played."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accalmie.cli.drill import drill
from accalmie.core.drill import SCENARIOS, about, clock, compose, due, ends_at, sim_at, title
from accalmie.core.drill.contagion import Wave, poisson, spread, strengths
from accalmie.core.drill.play import Play
from accalmie.core.drill.wording import MANNERS
from accalmie.core.mention import Mention, Query, key
from accalmie.phrasebook import LANGUAGES, table

#: A Friday; the summer has ended.
ENDS = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PARIS = ZoneInfo("Europe/Paris")
ATTACKING = {"affected", "downstream", "promise", "loud", "insult"}

every_scenario = pytest.mark.parametrize("scenario", SCENARIOS)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
speeds = st.floats(1, 3600)
durations = st.timedeltas(timedelta(minutes=1), timedelta(hours=12))


@cache
def play(scenario: str, seed: int = 1) -> Play:
    return compose(scenario, seed, ends=ENDS)


def voice(mention: Mention) -> str:
    return str(json.loads(mention.raw)["voice"])


def storm(of: Play) -> list[Mention]:
    return due(of, of.storm_begins, of.ends)


def usual(of: Play) -> list[Mention]:
    return [mention for mention in of.mentions if mention.said_at < of.storm_begins]


def busiest_hour(mentions: list[Mention]) -> int:
    times = [mention.said_at for mention in mentions]
    return max(sum(first <= at < first + HOUR for at in times) for first in times)


# The play


@every_scenario
def test_the_same_seed_gives_the_same_play_and_another_seed_another(scenario):
    assert compose(scenario, 7, ends=ENDS) == compose(scenario, 7, ends=ENDS)
    texts = [mention.text for mention in compose(scenario, 7, ends=ENDS).mentions]
    assert texts != [mention.text for mention in compose(scenario, 8, ends=ENDS).mentions]


@every_scenario
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_mentions_are_in_order_have_ids_of_their_own_and_none_lies_after_the_end(scenario, seed):
    mentions = play(scenario, seed).mentions
    times = [mention.said_at for mention in mentions]
    assert times == sorted(times)
    assert times[-1] <= ENDS
    assert len({mention.native_id for mention in mentions}) == len(mentions)


@every_scenario
def test_everything_invented_can_be_told_as_a_drill(scenario):
    for mention in play(scenario).mentions:
        assert mention.native_id.startswith(f"drill-{scenario}-1-")
        assert json.loads(mention.raw)["drill"] is True
        for address in (mention.url, mention.author.url, *mention.links):
            assert address.split("/")[2].endswith(".example"), address


def test_a_drill_that_is_started_again_has_other_keys():
    later = compose("small_brand", 1, ends=ENDS + HOUR)
    assert not {key(m) for m in later.mentions} & {key(m) for m in play("small_brand").mentions}


@every_scenario
def test_a_topic_with_the_words_of_the_play_hears_all_of_it(scenario):
    query = Query(play(scenario).words)
    assert [m.text for m in play(scenario).mentions if not query.hears(m.text)] == []


@every_scenario
def test_no_slot_is_left_open_in_what_people_write(scenario):
    for mention in play(scenario).mentions:
        assert not set("{}^|") & set(mention.text), mention.text


def test_an_unknown_scenario_and_a_moment_without_zone_are_refused_in_words():
    with pytest.raises(ValueError, match="there are outage, clumsy_post"):
        compose("earthquake", 1, ends=ENDS)
    with pytest.raises(ValueError, match="needs a time zone"):
        compose("outage", 1, ends=ENDS.replace(tzinfo=None))


def test_the_days_before_can_be_chosen():
    short = compose("outage", 1, ends=ENDS, days_before=2)
    assert timedelta(days=1.8) < short.storm_begins - short.mentions[0].said_at <= timedelta(days=2)


# Usual life


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_usual_life_is_long_and_busy_enough_to_know_what_is_usual(seed):
    said = usual(play("outage", seed))
    hours = Counter(mention.said_at.replace(minute=0, second=0, microsecond=0) for mention in said)
    assert len(hours) >= 30
    assert 20 <= max(hours.values()) <= 60


def test_usual_life_sleeps_at_night_and_rests_at_the_weekend():
    said = [
        mention.said_at.astimezone(PARIS)
        for mention in usual(compose("outage", 1, ends=ENDS, days_before=21))
    ]
    by_hour = Counter(at.hour for at in said)
    by_day = Counter(at.weekday() for at in said)
    assert sum(by_hour[hour] for hour in (1, 2, 3, 4)) * 5 < sum(by_hour[hour] for hour in (17, 18, 19, 20))
    assert by_day[5] + by_day[6] < 0.95 * (by_day[0] + by_day[1])


def test_a_fifth_to_a_quarter_of_usual_life_finds_fault():
    voices = Counter(voice(mention) for mention in usual(play("outage")))
    assert 0.18 <= voices["complaint"] / voices.total() <= 0.27
    assert not set(voices) & ATTACKING, "the storm has not begun"


def test_nobody_uses_the_hashtags_of_the_storm_before_it():
    assert all("down" not in tag and "panne" not in tag for m in usual(play("outage")) for tag in m.hashtags)


def test_a_small_brand_is_mentioned_about_once_a_day():
    said = usual(play("small_brand"))
    days = (play("small_brand").storm_begins - said[0].said_at) / timedelta(days=1)
    assert 0.5 <= len(said) / days <= 1.6


# The storm


@pytest.mark.parametrize("seed", range(6))
def test_the_outage_peaks_at_many_times_the_usual_and_then_falls(seed):
    of = play("outage", seed)
    said = storm(of)
    assert 20 <= busiest_hour(said) / SCENARIOS["outage"].usual <= 80
    last = [mention for mention in said if mention.said_at > of.ends - HOUR]
    assert len(last) < busiest_hour(said) / 2


@pytest.mark.parametrize("seed", range(6))
def test_the_outage_grumbles_before_it_bursts(seed):
    of = play("outage", seed)
    grumbling = due(of, of.storm_begins, of.storm_begins + timedelta(minutes=36))
    after = due(of, of.storm_begins + timedelta(minutes=60), of.storm_begins + timedelta(minutes=96))
    assert any(voice(mention) == "grumble" for mention in grumbling)
    assert len(grumbling) * 2 < len(after)


def test_the_clumsy_post_bursts_without_grumbling():
    of = play("clumsy_post")
    assert len(due(of, of.storm_begins, of.storm_begins + timedelta(minutes=40))) > 60


@pytest.mark.parametrize("scenario", ["outage", "clumsy_post", "hacked_account", "small_brand"])
def test_a_storm_has_every_voice_every_language_and_several_channels(scenario):
    said = storm(play(scenario))
    voices = {voice(mention) for mention in said}
    expected = {
        "affected",
        "loud",
        "insult",
        "understanding",
        "knight",
        "bystander",
        "teasing",
        "reshare",
        "press",
    }
    assert expected <= voices
    assert {mention.language for mention in said} == set(LANGUAGES)
    assert len({mention.network for mention in said}) >= 4


@pytest.mark.claim("S11")
def test_in_the_outage_the_customers_customers_press():
    voices = Counter(voice(mention) for mention in storm(play("outage")))
    assert voices["downstream"] > 50


@pytest.mark.claim("S2")
def test_those_who_understand_speak_up_as_the_storm_goes_on():
    early, late = Counter(), Counter()
    for of in (play("outage", seed) for seed in range(4)):
        early.update(map(voice, due(of, of.storm_begins, of.storm_begins + 2 * HOUR)))
        late.update(map(voice, due(of, of.storm_begins + 3 * HOUR, of.ends)))

    def share(voices):
        return (voices["understanding"] + voices["knight"]) / voices.total()

    assert share(late) > 2 * share(early)


def test_the_storm_begins_on_one_network_and_reaches_the_others_later():
    of = play("outage")
    opens = {channel.network: channel.opens for channel in SCENARIOS["outage"].channels}
    for network, minutes in opens.items():
        first = next(m for m in storm(of) if m.network == network and voice(m) in ATTACKING)
        assert first.said_at >= of.storm_begins + timedelta(minutes=minutes)


def test_reshares_repeat_what_was_said_before_them_on_the_same_network():
    said = {mention.native_id: mention for mention in play("outage").mentions}
    reshares = [mention for mention in said.values() if mention.forwards]
    assert reshares
    for mention in reshares:
        source = said[mention.forwards]
        assert source.said_at <= mention.said_at
        assert (source.text, source.network, source.forwards) == (mention.text, mention.network, "")
    counted = Counter(mention.forwards for mention in reshares)
    assert all(said[source].shares == count for source, count in counted.items())


def test_what_hubs_say_is_passed_on_more():
    reshared = [
        m for seed in range(4) for m in storm(play("outage", seed)) if m.author.followers and not m.forwards
    ]
    hubs = [m.shares for m in reshared if m.author.followers >= 20_000]
    others = [m.shares for m in reshared if m.author.followers < 1_000]
    assert sum(hubs) / len(hubs) > 10 * sum(others) / len(others)


def test_answers_stand_after_what_they_answer():
    said = {mention.native_id: mention for mention in play("outage").mentions}
    answers = [mention for mention in said.values() if mention.in_reply_to]
    assert len(answers) > 50
    for mention in answers:
        assert said[mention.in_reply_to].said_at <= mention.said_at
        assert said[mention.in_reply_to].network == mention.network


def test_a_storm_does_not_look_copied():
    own = [mention.text for mention in storm(play("outage")) if not mention.forwards]
    assert len(set(own)) > 0.97 * len(own)


def test_people_keep_to_what_they_stand_for():
    for mention_by in _by_author(storm(play("outage"))).values():
        voices = {voice(mention) for mention in mention_by}
        assert not (voices & {"understanding", "knight"} and voices & {"loud", "insult"})


def _by_author(mentions):
    found: dict[str, list[Mention]] = {}
    for mention in mentions:
        found.setdefault(mention.author.key, []).append(mention)
    return found


@pytest.mark.claim("M7")
def test_the_teasing_wave_is_many_mentions_and_nearly_nobody_who_complains():
    said = storm(play("teasing_wave"))
    voices = Counter(voice(mention) for mention in said)
    assert busiest_hour(said) > 4 * SCENARIOS["teasing_wave"].usual
    assert not set(voices) & ATTACKING
    assert voices["complaint"] / voices.total() < 0.1


# Contagion


@given(st.integers(), st.floats(0, 4), st.integers(1, 60))
def test_nobody_outside_the_crowd_speaks_and_every_cause_comes_before_its_effect(seed, contagion, people):
    wave = Wave(begins=5, seeds=3, seeds_over=10, people=people, contagion=contagion)
    events = spread(wave, [1.0] * people, 300, Random(seed))
    assert all(0 <= event.who < people and 5 <= event.at < 300 and 0 <= event.spent <= 1 for event in events)
    assert all(events[e.because].at <= e.at for e in events if e.because is not None)
    assert [e.at for e in events] == sorted(e.at for e in events)


def test_a_wave_below_one_dies_down_and_one_above_reaches_most_people():
    def reached(contagion):
        wave = Wave(begins=0, seeds=10, seeds_over=10, people=400, contagion=contagion, again=0)
        return sum(len(spread(wave, [1.0] * 400, 10_000, Random(seed))) for seed in range(10)) / 10

    # Without depletion 10 seeds of a wave of 0.5 have 20 messages in the mean.
    assert reached(0.5) < 40
    assert reached(2.5) > 300


def test_strengths_have_a_mean_of_one_and_rise_with_followers():
    strength = strengths([0, 100, 10_000, 400_000])
    assert strength == sorted(strength)
    assert sum(strength) / 4 == pytest.approx(1)


@pytest.mark.parametrize("mean", [0.0, 0.7, 12.0, 95.0])
def test_poisson_numbers_have_their_mean_and_their_spread(mean):
    chance = Random(3)
    drawn = [poisson(mean, chance) for _ in range(4000)]
    average = sum(drawn) / len(drawn)
    assert average == pytest.approx(mean, rel=0.06)
    assert sum((n - average) ** 2 for n in drawn) / len(drawn) == pytest.approx(mean, rel=0.12)


# The clock


@given(moments, speeds, durations, st.floats(0, 3))
def test_a_play_is_never_ahead_of_now_and_ends_exactly_now(started, speed, duration, way):
    real_end = ends_at(started, speed, duration)
    now = started + (real_end - started) * way
    assert clock(started, now, speed, duration) <= max(now, started)
    assert abs(clock(started, real_end, speed, duration) - real_end) <= timedelta(microseconds=speed)
    assert clock(started, real_end + HOUR, speed, duration) == real_end


@given(moments, speeds, durations, st.floats(0, 1), st.floats(0, 1))
def test_the_clock_of_a_play_never_runs_backwards(started, speed, duration, a, b):
    length = ends_at(started, speed, duration) - started
    first, second = started + length * min(a, b), started + length * max(a, b)
    assert clock(started, first, speed, duration) <= clock(started, second, speed, duration)


def test_a_paused_play_goes_on_where_it_stood():
    begins = ENDS - timedelta(hours=7)
    assert sim_at(begins, timedelta(minutes=2), 60) == begins + timedelta(hours=2)


def test_a_play_slower_than_life_is_refused():
    with pytest.raises(ValueError, match="slower than life"):
        sim_at(ENDS, timedelta(0), 0.5)


@given(st.lists(st.integers(0, 400), max_size=6))
def test_playing_in_pieces_gives_every_mention_once(minutes):
    of = play("small_brand")
    marks = [of.history_ends, *(of.history_ends + timedelta(minutes=m) for m in sorted(minutes)), of.ends]
    pieces = [m for a, b in pairwise(marks) for m in due(of, a, b)]
    assert pieces == due(of, of.history_ends, of.ends)


def test_before_the_play_begins_all_is_usual():
    of = play("outage")
    assert of.history_ends == of.storm_begins - timedelta(minutes=40)
    assert of.duration == SCENARIOS["outage"].duration


# The phrasebook


@every_scenario
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_drill_has_a_name_a_description_and_words_in_each_language(scenario, language):
    plan = SCENARIOS[scenario]
    assert title(scenario, language)
    assert plan.brand in about(scenario, language)
    voices = table(f"drill/{scenario}.{language}")["voices"]
    moods = [plan.usual_voices, *(mood for act in plan.acts for mood in (act.early, act.late))]
    needed = {name for mood in moods for name in mood} - {"reshare"}
    assert needed <= set(voices)
    assert needed - {"news"} <= set(MANNERS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_main_storms_have_at_least_sixty_templates_in_each_language(language):
    usual_voices = {"question", "praise", "chat", "news", "complaint"}
    for scenario in ("outage", "clumsy_post", "hacked_account"):
        voices = table(f"drill/{scenario}.{language}")["voices"]
        own = [text for name, texts in voices.items() if name not in usual_voices for text in texts]
        assert len(own) == len(set(own)) >= (100 if scenario == "outage" else 45)


@every_scenario
def test_no_language_is_written_with_the_templates_of_another(scenario):
    texts = [
        {text for said in table(f"drill/{scenario}.{language}")["voices"].values() for text in said}
        for language in LANGUAGES
    ]
    shared = (texts[0] & texts[1]) | (texts[0] & texts[2]) | (texts[1] & texts[2])
    assert all("{" in text and not any(c.isalpha() for c in _outside(text)) for text in shared), shared


def _outside(template: str) -> str:
    return "".join(part.partition("}")[2] for part in template.split("{"))


# The command


def test_the_command_writes_one_line_of_jsonl_for_each_mention(tmp_path):
    out = tmp_path / "storm.jsonl"
    assert drill("small_brand", 3, str(out), ends=ENDS) == 0
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    of = compose("small_brand", 3, ends=ENDS)
    assert [row["id"] for row in rows] == [mention.native_id for mention in of.mentions]
    assert [datetime.fromisoformat(row["created_at"]) for row in rows] == [m.said_at for m in of.mentions]
    assert all(row["drill"] is True for row in rows)


def test_the_command_names_the_drills_when_asked_for_one_that_does_not_exist(capsys):
    assert drill("earthquake", 1, "-") == 2
    assert "outage" in capsys.readouterr().err


def test_the_command_says_when_it_cannot_write(tmp_path, capsys):
    assert drill("small_brand", 1, str(tmp_path / "missing" / "storm.jsonl")) == 2
    assert "no such file" in capsys.readouterr().err
