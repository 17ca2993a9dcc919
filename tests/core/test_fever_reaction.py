"""What to do now, and when to stop: by explicit rules, never milder for more people, never on what is not known."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accalmie.core.fever.course import Heard
from accalmie.core.fever.pulse import Phase
from accalmie.core.fever.reaction import CHECKS, MANY, RULES, STOP, Do, Situation, advise
from accalmie.phrasebook import LANGUAGES, table
from tests.core.storms import MONDAY, course, hour, hours, quiet, voices

WEEK = quiet(7, voices=voices([], range(10)))


def crowd(count: int, first: int, affected: int = 0, **fields: object) -> list[Heard]:
    """An hour in which so many new people speak."""
    who = voices(range(first, first + count))
    return hours(count, voices=who, affected=affected, negative=count, **fields)


def storm(affected: int = 0, press: bool = True) -> list[Heard]:
    """A storm of three hours, with so many affected."""
    where = {"channels": {"mastodon": 100, "feed": 3}} if press else {}
    hot = [*crowd(120, 1000, affected, **where), *crowd(200, 2000, **where), *crowd(60, 3000)]
    return [*WEEK, *hot]


def after(*mentions: int) -> list[Heard]:
    """Hours after it in which only those speak who always do."""
    return hours(*mentions, voices=voices([], range(8)))


def now(*parts: list[Heard], **fields: object) -> Situation:
    told: dict[str, object] = {
        "level": 0, "phase": Phase.CALM, "known": True, "listening": True, "press_heard": True,
    }  # fmt: skip
    return Situation(course(*parts), **(told | fields))  # type: ignore[arg-type]


OVER = after(20, 12, *[10] * 7)


def stops(situation: Situation) -> dict[str, bool | None]:
    return {condition.key: condition.holds for condition in advise(situation).stop}


# ── When to stop ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.claim("M4b")
def test_one_stops_reacting_when_everything_has_come_about():
    reaction = advise(now(storm(), OVER, phase=Phase.CALM_AGAIN))
    assert reaction.do is Do.STOP_REACTING
    assert [condition.key for condition in reaction.stop] == list(STOP)
    assert all(condition.holds for condition in reaction.stop)
    halved = reaction.stop[0].values
    assert (halved["peak"], halved["last"], halved["expected"]) == (200, 10, 10)


HINDERED = {
    "halved_twice": (storm(), after(*[10] * 7, 90)),
    "not_the_hour": (storm(), [*after(*[10] * 7), *hours(8, 8, expected=0.1, level=0, voices=voices())]),
    "quiet": (storm(), after(10, 10, 10)),
    "no_new_network": (storm(), [*after(*[10] * 5), hour(MONDAY, 10, channels={"x": 9}), *after(10)]),
    "no_new_press": (storm(), [*after(*[10] * 5), hour(MONDAY, 10, channels={"feed": 3}), *after(10, 10)]),
    "few_new_authors": (
        storm(),
        [*after(20, *[10] * 3), *[h for n in range(5) for h in crowd(70, 9000 + 90 * n)]],
    ),
    "all_heard": (storm(), [*after(*[10] * 6), *hours(0, deaf=60), *after(10, 10)]),
}


@pytest.mark.claim("M4b")
@pytest.mark.parametrize("key", HINDERED)
def test_one_thing_that_has_not_come_about_is_enough_not_to_stop(key):
    situation = now(*HINDERED[key], phase=Phase.CALM_AGAIN)
    assert stops(situation)[key] is False
    assert advise(situation).do is not Do.STOP_REACTING


@pytest.mark.claim("M4b")
def test_whether_somebody_still_waits_is_not_known_so_they_are_answered_first():
    reaction = advise(now(storm(affected=12), OVER, phase=Phase.CALM_AGAIN))
    assert reaction.rule.key == "answer_then_stop" and reaction.do is Do.ANSWER_INDIVIDUALLY
    assert reaction.stop[-1].holds is None and reaction.stop[-1].values == {"affected": 12}


@pytest.mark.claim("M4b")
def test_what_nobody_listens_to_a_person_looks_at_first():
    reaction = advise(now(storm(press=False), OVER, phase=Phase.CALM_AGAIN, press_heard=False))
    assert reaction.rule.key == "look_then_stop" and reaction.do is Do.WAIT


def test_without_a_storm_of_the_last_day_there_is_nothing_to_stop():
    assert advise(now(WEEK)).stop == ()
    assert advise(now(storm(), after(*[10] * 30))).stop == ()


# ── What to do ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.claim("M4b")
@pytest.mark.parametrize(
    ("do", "rule", "affected", "fields"),
    [
        (Do.GO_PUBLIC, "speak_to_many", MANY, {"level": 3}),
        (Do.GO_PUBLIC, "speak_strong", 0, {"level": 4}),
        (Do.KEEP_INFORMING, "inform_many", MANY, {"level": 3, "said": [10**9]}),
        (Do.KEEP_INFORMING, "inform_on_storm", 0, {"level": 5, "said": [10**9]}),
        (Do.GO_PUBLIC, "speak_strong", 0, {"level": 5, "said": [0]}),
        (Do.ANSWER_INDIVIDUALLY, "answer_few", 2, {"level": 3}),
        (Do.WAIT, "prepare", 0, {"level": 3}),
        (Do.KEEP_INFORMING, "inform_on", 2, {"level": 2, "phase": Phase.FALLING, "said": [10**9]}),
        (Do.ANSWER_INDIVIDUALLY, "answer_rest", 2, {"level": 2, "phase": Phase.FALLING}),
        (Do.WAIT, "let_fall", 0, {"level": 2, "phase": Phase.FALLING}),
    ],
)
def test_in_a_storm_the_advice_follows_level_affected_and_what_was_said(do, rule, affected, fields):
    reaction = advise(now(storm(affected), **({"phase": Phase.PEAK} | fields)))
    assert (reaction.rule.key, reaction.do) == (rule, do)
    assert all(condition.holds is not False for condition in reaction.why)


@pytest.mark.claim("M4b")
@pytest.mark.parametrize(
    ("do", "rule", "affected", "fields"),
    [
        (Do.WAIT, "calm", 0, {}),
        (Do.WAIT, "calm", 3, {}),
        (Do.WAIT, "look", 0, {"level": 1}),
        (Do.WAIT, "look", 0, {"phase": Phase.GRUMBLING}),
        (Do.ANSWER_INDIVIDUALLY, "answer_early", 3, {"level": 2, "phase": Phase.GRUMBLING}),
        (Do.WAIT, "learning", 9, {"known": False, "level": 2}),
        (Do.WAIT, "deaf", 3, {"listening": False, "level": 2}),
    ],
)
def test_without_a_storm_one_waits_or_answers_few(do, rule, affected, fields):
    reaction = advise(now(WEEK, hours(20, affected=affected), **fields))
    assert (reaction.rule.key, reaction.do) == (rule, do)


@pytest.mark.claim("M7")
def test_what_is_loud_but_not_angry_is_played_along_with():
    loud = {"level": 2, "against": frozenset({"loud_not_angry"})}
    assert advise(now(WEEK, hours(300, level=2), **loud)).rule.key == "play_along"
    one = advise(now(WEEK, hours(300, affected=1, level=2), **loud))
    assert one.rule.key == "play_and_answer" and one.do is Do.ANSWER_INDIVIDUALLY


def test_what_could_not_be_read_is_never_taken_for_the_better_case():
    unread = [*WEEK, *hours(200, judged=0, negative=0)]
    assert advise(now(unread, level=3, phase=Phase.RISING)).do is Do.GO_PUBLIC


def test_before_anything_was_heard_there_is_advice_too():
    assert advise(now_without_hours()).rule.key == "learning"
    assert advise(now_without_hours(known=True)).rule.key == "calm"
    assert advise(now_without_hours(known=True, level=4)).do is Do.GO_PUBLIC


def now_without_hours(**fields: object) -> Situation:
    told: dict[str, object] = {"level": 0, "phase": Phase.LEARNING, "known": False, "listening": True}
    from accalmie.core.fever.course import follow

    return Situation(follow([], 0), **(told | fields))  # type: ignore[arg-type]


# ── Laws ──────────────────────────────────────────────────────────────────────────────────────────────────

LATELY = st.lists(st.tuples(st.integers(0, 120), st.integers(0, 8)), min_size=1, max_size=12)
MORE = st.lists(st.integers(0, 100), min_size=12, max_size=12)
FIELDS = st.fixed_dictionaries(
    {
        "level": st.integers(0, 6),
        "phase": st.sampled_from([Phase.CALM, Phase.GRUMBLING, Phase.PEAK, Phase.FALLING, Phase.CALM_AGAIN]),
        "listening": st.booleans(),
        "press_heard": st.booleans(),
        "said": st.sampled_from([(), (10**9,)]),
        "against": st.sampled_from([frozenset(), frozenset({"loud_not_angry"})]),
    }
)


def lately(told: list[tuple[int, int]], more: list[int]) -> list[Heard]:
    """Hours with so many people and affected; `more` different people of the same tone on top of each."""
    made = []
    for n, (count, affected) in enumerate(told):
        extra = more[n]
        part = min(affected, count)
        scaled = round(part * (count + extra) / count) if count else 0
        made += crowd(count + extra, 10_000 * (n + 1), scaled)
    return made


@settings(deadline=None, max_examples=200)
@given(LATELY, MORE, FIELDS, st.integers(0, 3), st.booleans())
def test_more_people_of_the_same_tone_never_make_the_advice_milder(told, more, fields, higher, stormy):
    before = storm() if stormy else WEEK
    few = now(before, lately(told, [0] * 12), **fields)
    # More people on top of the last hours: they may raise the level, and never lower it.
    last = [0] * (len(told) - min(len(told), 2)) + more
    many = now(before, lately(told, last), **(fields | {"level": min(fields["level"] + higher, 6)}))
    assert advise(many).do.strength >= advise(few).do.strength


@settings(deadline=None, max_examples=200)
@given(LATELY, st.integers(0, 5), st.integers(16, 60), FIELDS)
def test_a_gap_never_makes_it_time_to_stop(told, place, deaf, fields):
    heard = [*lately(told, [0] * 12), *after(*[10] * 6)]
    silent = len(heard) - 1 - place
    heard[silent] = replace(heard[silent], mentions=0, deaf=deaf, voices=voices())
    assert advise(now(storm(), heard, **fields)).do is not Do.STOP_REACTING


@settings(deadline=None, max_examples=200)
@given(LATELY, FIELDS)
def test_stopping_is_advised_only_when_all_of_it_holds(told, fields):
    reaction = advise(now(storm(), lately(told, [0] * 12), OVER, **fields))
    if reaction.do is Do.STOP_REACTING:
        assert all(condition.holds is True for condition in reaction.stop)
        assert fields["listening"] and fields["level"] < 2


# ── The table and its words ───────────────────────────────────────────────────────────────────────────────


def test_every_rule_has_its_conditions_its_source_and_its_words():
    assert len({rule.key for rule in RULES}) == len(RULES) and RULES[-1].when == ()
    for rule in RULES:
        assert rule.claims and set(rule.when) <= set(CHECKS)
        for part in ("", "_then"):
            assert set(table("reaction")[rule.key + part]) == set(LANGUAGES)
    assert {rule.do for rule in RULES} == set(Do)


def test_every_condition_that_can_be_shown_has_its_sentence_and_no_sentence_is_left_over():
    told = set(table("reaction")) - {rule.key + part for rule in RULES for part in ("", "_then")}
    shown = {f"{key}_yes" for key in CHECKS} | {f"{key}_no" for key in STOP} - {"no_open_question_no"}
    unknown = {"many_affected", "some_affected", *STOP} - {"quiet", "no_new_network", "all_heard"}
    assert told == shown | {f"{key}_unknown" for key in unknown}
