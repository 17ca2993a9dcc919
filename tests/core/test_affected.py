"""How many are affected: laws of the estimate, its honest states, and what real and invented storms say of it."""

from __future__ import annotations

import csv
import json
import string
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from accalmie.core.drill.play import compose
from accalmie.core.fever import downstream
from accalmie.core.fever.affected import (
    FOUND,
    WRITES,
    WRONG,
    Ground,
    Known,
    State,
    Wrote,
    estimate,
    true_share,
    unseen,
    with_ground,
)
from accalmie.core.fever.downstream import Answer, pressure
from accalmie.core.reading import Stance, read
from accalmie.phrasebook import LANGUAGES, table

AIRLINES = Path(__file__).parents[2] / "../shared/data/airline-tweets-2015/tweets.csv"


@some.composite
def wrote(draw: some.DrawFn) -> Wrote:
    once, twice, more = (draw(some.integers(0, 400)) for _ in range(3))
    others, again = draw(some.integers(0, 2000)), draw(some.integers(0, 500))
    affected = once + twice + more
    mentions = affected + others + again
    return Wrote(
        mentions=mentions,
        authors=affected + others,
        affected=affected,
        once=once,
        twice=twice,
        hours=draw(some.integers(1, 72)),
        unread=draw(some.integers(0, mentions)),
        part=draw(some.sampled_from([1.0, 0.5, 0.04])),
    )


def known() -> some.SearchStrategy[Known]:
    customers = some.none() | some.integers(1, 10**7)
    return some.builds(Known, customers=customers, writing_share=some.none() | some.floats(0.001, 1))


def joined(before: Wrote, *, once: int = 0, twice: int = 0, more: int = 0) -> Wrote:
    """More different people with a case, heard in one hour, in two, or in more."""
    people = once + twice + more
    return replace(
        before, mentions=before.mentions + people, authors=before.authors + people,
        affected=before.affected + people, once=before.once + once, twice=before.twice + twice,
    )  # fmt: skip


def bounds(wrote: Wrote, what: Known) -> tuple[int, int, int, int]:
    found = estimate(wrote, what)
    return found.at_least, found.low, found.likely, found.high


# Laws


@pytest.mark.claim("S3")
@given(wrote(), known())
def test_the_bounds_are_in_order_and_known_customers_cap_them(wrote, what):
    at_least, low, likely, high = bounds(wrote, what)
    assert 0 <= at_least <= low <= likely <= high
    assert at_least <= wrote.affected
    if what.customers is not None:
        assert high <= max(what.customers, at_least)


@given(wrote(), known(), some.integers(0, 5), some.integers(0, 5), some.integers(0, 5))
def test_more_affected_people_never_lower_any_bound(wrote, what, once, twice, more):
    wrote = replace(wrote, unread=0)
    after = bounds(joined(wrote, once=once, twice=twice, more=more), what)
    assert all(b >= a for a, b in zip(bounds(wrote, what), after, strict=True))


@given(wrote(), known())
def test_the_same_gives_the_same(wrote, what):
    assert estimate(wrote, what) == estimate(replace(wrote), replace(what))


@given(some.integers(30, 300), some.floats(0.3, 1), some.integers(1, 30))
def test_ten_times_the_people_are_about_ten_times_as_many(affected, share, hours):
    authors = round(affected / share)
    one = Wrote(2 * authors, authors, affected, affected // 2, affected // 4, hours)
    ten = Wrote(*(10 * n for n in (one.mentions, one.authors, one.affected, one.once, one.twice)), hours)
    small, large = estimate(one), estimate(ten)
    assert 8 * small.likely <= large.likely <= 12 * small.likely
    # What rests on chance is smaller among more people; what rests on the reading and the surveys stays.
    assert large.high / large.likely <= 1.1 * small.high / small.likely


@given(wrote())
def test_who_has_no_case_never_adds_to_the_affected(wrote):
    wrote = replace(wrote, unread=0)
    others = replace(wrote, mentions=wrote.mentions + 50, authors=wrote.authors + 50)
    before, after = estimate(wrote), estimate(others)
    assert after.at_least <= before.at_least


@given(some.integers(0, 400), some.integers(0, 400), some.integers(1, 72))
def test_those_still_to_come_are_a_lower_bound_that_stays_one(once, twice, hours):
    more = unseen(once, twice, hours)
    assert 0 <= more <= once / 2
    assert hours > 1 or more == 0, "one hour says nothing of who comes again"


def test_those_still_to_come_follow_chao():
    # Bias-corrected: once (once - 1) / 2 (twice + 1), for an infinite number of hours.
    assert unseen(20, 18, 10**9) == pytest.approx(20 * 19 / (2 * 19))


@given(some.floats(0, 1))
def test_a_perfect_reading_needs_no_correction(told):
    assert true_share(told, 1.0, 0.0) == told


# What can be said


def test_a_reading_that_errs_may_find_cases_where_there_are_none():
    found = estimate(Wrote(1000, 1000, 100))
    assert found.state is State.SOME
    assert (found.at_least, found.low) == (0, 0) and found.high > 0


@pytest.mark.parametrize(
    ("wrote", "state"),
    [
        (Wrote(0, 0, 0), State.SILENT),
        (Wrote(40, 0, 0), State.COUNTS),
        (Wrote(40, 30, 0), State.NOBODY),
        (Wrote(40, 30, 1, 1), State.ONE),
        (Wrote(40, 30, 2, 2), State.SOME),
        (Wrote(40, 30, 9, 9, unread=25), State.UNREAD),
    ],
)
def test_each_state_is_called_what_it_is(wrote, state):
    assert estimate(wrote).state is state


def test_where_most_could_not_be_read_nothing_is_extrapolated():
    found = estimate(Wrote(100, 100, 40, 40, unread=60))
    assert found.low == found.likely == found.high == found.at_least
    assert Ground("unread_share", {"share": 0.6}) in found.rests


def test_an_own_figure_narrows_and_what_is_known_is_not_asked_for_again():
    who = Wrote(80, 60, 50, 40, 6, 12)
    published, own = estimate(who), estimate(who, Known(5000, 0.08))
    assert published.low < own.low and own.high < published.high
    assert {"narrow_customers", "narrow_share"} <= set(published.narrower)
    assert own.narrower == ("narrow_look",)
    assert {"share_given", "customers"} <= {ground.key for ground in own.rests}


def test_more_who_wrote_than_customers_means_that_the_number_does_not_fit():
    found = estimate(Wrote(100, 80, 70, 70), Known(customers=10))
    assert found.at_least > 10 and "customers_exceeded" in {ground.key for ground in found.rests}


def test_what_was_not_looked_at_widens_and_is_said():
    whole, part = Wrote(4000, 3000, 1500, 1400, 90, 24), Wrote(4000, 3000, 1500, 1400, 90, 24, part=0.1)
    assert estimate(part).low <= estimate(part).likely
    assert estimate(part).high > 3 * estimate(whole).high
    assert Ground("part", {"looked": 4000, "mentions": 40000}) in estimate(part).rests


@pytest.mark.parametrize(
    "wrong",
    [(1, 2, 0), (2, 1, 2), (5, 5, -1)],
)
def test_people_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValueError, match="cannot be"):
        Wrote(*wrong)


@pytest.mark.parametrize("wrong", [{"customers": 0}, {"writing_share": 0}, {"writing_share": 1.2}])
def test_knowledge_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError):
        Known(**wrong)


# Their own customers


@pytest.mark.claim("S11")
@pytest.mark.parametrize(
    ("people", "of", "answer"),
    [
        (0, 0, Answer.NOBODY),
        (0, 10, Answer.UNKNOWN),
        (1, 1, Answer.UNKNOWN),
        (2, 10, Answer.YES),
        (6, 100, Answer.UNKNOWN),
        (86, 750, Answer.YES),
        (0, 150, Answer.NO),
        (2, 600, Answer.NO),
    ],
)
def test_pressure_from_below_is_told_only_beyond_the_errors_of_the_reading(people, of, answer):
    assert pressure(people, of).answer is answer


@given(some.integers(1, 800).flatmap(lambda of: some.tuples(some.integers(0, of), some.just(of))))
def test_the_share_under_pressure_is_in_order_and_grows_with_those_who_say_so(said):
    people, of = said
    found = pressure(people, of)
    assert 0 <= found.share.low <= found.share.likely <= found.share.high <= 1
    if people < of:
        more = pressure(people + 1, of)
        assert more.share.high >= found.share.high and more.share.low >= found.share.low
        assert found.answer is not Answer.YES or more.answer is Answer.YES


def test_more_who_say_it_than_there_are_is_refused():
    with pytest.raises(ValueError, match="cannot be"):
        pressure(3, 2)


# In words


def every_ground() -> list[Ground]:
    """Grounds of every kind, out of estimates that need them."""
    cases = [
        (Wrote(100, 80, 70, 60, 5, 12, unread=30, part=0.5), Known()),
        (Wrote(100, 80, 70, 60, 5, 12), Known(10, 0.5)),
        (Wrote(100, 80, 70, 60, 5, 12), Known(10_000, 0.5)),
    ]
    grounds = [ground for wrote, what in cases for ground in estimate(wrote, what).rests]
    grounds += [pressure(*said).ground for said in ((0, 0), (0, 10), (5, 10), (0, 200))]
    return grounds


def test_every_ground_has_a_sentence_that_says_its_figures_and_every_sentence_its_use():
    spoken = set()
    for ground in every_ground():
        entry = table("affected")[ground.key]
        for language in LANGUAGES:
            asked = {name for _, name, _, _ in string.Formatter().parse(entry[language]) if name}
            assert asked <= set(ground.values), ground.key
        spoken.add(ground.key)
    spoken |= {state.value for state in State} | {
        "some_all",
        "perhaps",
        "most_likely",
        "usual",
        "downstream_weak",
    }
    spoken |= set(estimate(Wrote(9, 9, 9)).narrower)
    assert spoken == set(table("affected"))


def test_something_more_can_be_said_of_an_estimate():
    more = Ground("usual", {"usual": 3, "now": 40})
    before = estimate(Wrote(9, 9, 9))
    assert with_ground(before, more) == replace(before, rests=(*before.rests, more))


# Against people and plays


CASES = {
    "Customer Service Issue", "Late Flight", "Cancelled Flight", "Lost Luggage", "Flight Booking Problems",
    "longlines", "Damaged Luggage",
}  # fmt: skip


@pytest.fixture(scope="module")
def passengers() -> dict[str, list[tuple[bool, bool]]]:
    """For each airline, of each author: whether people saw a case in what they wrote, and whether we did."""
    if not AIRLINES.exists():
        pytest.skip("the airline tweets are not beside the project (../shared/data)")
    found: dict[tuple[str, str], tuple[bool, bool]] = defaultdict(lambda: (False, False))
    with AIRLINES.open(encoding="utf-8", newline="") as file:
        for row in {row["id"]: row for row in csv.DictReader(file)}.values():
            case = row["sentiment"] == "negative" and row["negative_reason"] in CASES
            told = read(row["text"], "en").stance is Stance.AFFECTED
            before = found[row["airline"], row["author"]]
            found[row["airline"], row["author"]] = (before[0] or case, before[1] or told)
    of: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for (airline, _), both in found.items():
        of[airline].append(both)
    return of


@pytest.mark.claim("S3")
def test_of_six_airlines_passengers_about_as_many_have_a_case_as_people_saw(passengers):
    for airline, people in passengers.items():
        truly, told = sum(case for case, _ in people), sum(read for _, read in people)
        likely, low, high = (
            len(people) * true_share(told / len(people), found, wrong)
            for found, wrong in (
                (FOUND.likely, WRONG.likely), (FOUND.high, WRONG.high), (FOUND.low, WRONG.low)
            )
        )  # fmt: skip
        assert low <= truly <= high, airline
        assert abs(likely - truly) <= 0.2 * truly, airline


@pytest.mark.parametrize("scenario", ["outage", "hacked_account", "small_brand", "clumsy_post"])
def test_in_invented_storms_the_truth_lies_between_what_the_reading_leaves_open(scenario):
    ends = datetime(2026, 3, 4, 20, tzinfo=UTC)
    people: dict[str, tuple[bool, bool]] = defaultdict(lambda: (False, False))
    play = compose(scenario, 11, ends=ends, days_before=1)
    for mention in play.mentions:
        if mention.said_at < play.storm_begins or mention.forwards:
            continue
        voice = json.loads(mention.raw)["voice"]
        case = voice in {"affected", "downstream", "promise", "grumble", "complaint"}
        told = read(mention.text, mention.language).stance is Stance.AFFECTED
        before = people[mention.author.key]
        people[mention.author.key] = (before[0] or case, before[1] or told)
    truly, told = (sum(each[place] for each in people.values()) for place in (0, 1))
    found = estimate(Wrote(len(people), len(people), told))
    assert found.at_least <= truly
    assert found.low <= truly / WRITES.likely <= found.high


@pytest.mark.claim("S11")
def test_in_the_outage_the_own_customers_press_and_in_a_wave_of_teasing_they_do_not():
    answers = {}
    for scenario in ("outage", "teasing_wave"):
        play = compose(scenario, 11, ends=datetime(2026, 3, 4, 20, tzinfo=UTC), days_before=1)
        could, say = set(), set()
        for mention in play.mentions:
            if mention.said_at >= play.storm_begins + timedelta(hours=1) and not mention.forwards:
                reading = read(mention.text, mention.language)
                if reading.stance in {Stance.AFFECTED, Stance.UNDERSTANDING}:
                    could.add(mention.author.key)
                    if reading.downstream >= 0.5:
                        say.add(mention.author.key)
        answers[scenario] = pressure(len(say), len(could)).answer
    assert answers["outage"] is Answer.YES
    assert answers["teasing_wave"] is not Answer.YES
    assert downstream.VOICES > 1
