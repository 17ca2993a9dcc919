"""What makes a storm worse than its number of critics, each sign against the topic's own normal."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accalmie.core.fever import signs
from accalmie.core.fever.echo import hashtags, phrase
from accalmie.core.fever.familiar import BITS, Familiar
from accalmie.core.fever.heat import WORSE
from accalmie.core.fever.measure import State, settle
from accalmie.core.fever.pulse import Measure, Pulse
from accalmie.core.fever.usual import Hour, Usual
from accalmie.core.fever.window import Window
from tests.core.crowd import (
    DAY,
    HOUR,
    MONDAY,
    background,
    keys,
    keys_against,
    measured,
    people,
    said,
    together,
)

STORM = MONDAY + 14 * DAY


def with_(pulses: list[Pulse], **changes: object) -> list[Pulse]:
    """The pulses, each with these values in place of its own."""
    return [replace(pulse, **changes) for pulse in pulses]  # type: ignore[arg-type]


def hottest(before: list[Pulse], burst: list[Pulse]) -> Measure:
    state = settle(State(), before, STORM, (), MONDAY)
    return max(measured(burst, STORM + HOUR, start=STORM, state=state), key=lambda m: m.fever)


def reason(measure: Measure, key: str) -> dict[str, float | str]:
    (values,) = [dict(r.values) for r in (*measure.reasons, *measure.against) if r.key == key]
    return values


def angry(count: int = 20, minutes: int = 3) -> list[Pulse]:
    """So many different people who criticise in each of a few minutes."""
    return [said(STORM + m, people(count, 10**6 + m * 10**4)) for m in range(minutes)]


QUIET = background(14, 10)


def test_insults_weigh_more_where_they_are_not_usual():
    rude_burst = with_(angry(), insults=8)
    polite, rude = hottest(QUIET, rude_burst), hottest(with_(QUIET, insults=1), rude_burst)

    assert polite.fever > rude.fever
    assert reason(polite, "insults_usual") == {
        "insults": 24,
        "share": pytest.approx(0.35, abs=0.03),
        "usual": 0.0,
    }
    assert "insults_usual" not in keys(rude)
    assert reason(rude, "insults")["insults"] >= 24


def test_the_ten_loudest_are_told_when_the_others_hardly_speak():
    noisy = [said(STORM + m, [*range(10), 100 + 2 * m, 101 + 2 * m]) for m in range(15)]
    assert reason(hottest(QUIET, noisy), "ten_people")["share"] == pytest.approx(150 / 185, abs=0.05)
    assert "few_people" not in keys_against(hottest(QUIET, noisy))
    few = [said(STORM + m, [*range(10), 100 + m]) for m in range(6)]
    assert "few_people" in keys_against(hottest(QUIET, few))
    assert "ten_people" not in keys_against(hottest(QUIET, few))
    many = [said(STORM + m, people(11, 10**6 + m * 100)) for m in range(12)]
    assert "ten_people" not in keys_against(hottest(QUIET, many))


def test_the_first_article_of_the_press_makes_it_worse():
    article = said(STORM + 2, [77], network="feed")
    without, with_one = hottest(QUIET, angry()), hottest(QUIET, together([*angry(), article]))

    assert reason(with_one, "press") == {"articles": 1}
    assert "press" not in keys(without)
    assert with_one.fever > without.fever + 0.05


def test_where_articles_come_every_hour_one_more_is_no_news():
    daily = [said(MONDAY + h * HOUR + 7, (), [60_000], network="feed") for h in range(14 * 24)]
    article = said(STORM + 2, [77], network="feed")
    before = together(QUIET + daily)

    assert "press" not in keys(hottest(before, together([*angry(), article])))
    flood = said(STORM + 2, [77], network="feed")
    assert "press" in keys(hottest(before, together([*angry(), *[flood] * 5])))


def test_people_who_reach_many_more_than_usual_make_it_worse():
    before = with_(QUIET, reach=200)
    usual, famous = with_(angry(), reach=20 * 200), with_(angry(), reach=20 * 4000)

    assert "reach" not in keys(hottest(before, usual))
    assert reason(hottest(before, famous), "reach")["times"] == pytest.approx(18, rel=0.15)
    assert hottest(before, famous).fever > hottest(before, usual).fever
    # Where it was never known, or is known of a few mentions only, nothing is said of it.
    assert "reach" not in keys(hottest(QUIET, famous))
    known = settle(State(), before, STORM, (), MONDAY).usual
    few, some = (Window().moved(0, replace(said(9, people(count)), reach=10**7)) for count in (4, 5))
    assert signs.found(few, known, 1.0).reach == 0
    assert signs.found(some, known, 1.0).reach > 1000


def test_one_famous_author_does_not_become_the_usual_reach():
    before = with_(QUIET, reach=200)
    star = replace(said(STORM - 2 * DAY + 3, (), [9]), reach=10**8)
    plain = settle(State(), before, STORM, (), MONDAY).usual
    starred = settle(State(), together([*before, star]), STORM, (), MONDAY).usual
    assert starred.mean_reach < 1.2 * plain.mean_reach


def test_voices_that_were_never_heard_here_are_told_where_people_know_each_other():
    regulars = [
        said(MONDAY + h * HOUR + m * 5, [(h * 12 + m) % 60] if m % 3 == 0 else (), [(h * 12 + m) % 60])
        for h in range(14 * 24)
        for m in range(12)
    ]
    own = [said(STORM + m, range(20 * m, 20 * m + 20)) for m in range(3)]
    strangers = hottest(regulars, angry())

    assert reason(strangers, "new_people")["share"] > 0.8
    assert reason(strangers, "new_people")["usual"] < 0.1
    assert "new_people" not in keys(hottest(regulars, own))
    assert strangers.fever > hottest(regulars, own).fever


def test_all_signs_together_count_less_than_a_level_and_nothing_without_criticism():
    wild = signs.Signs(insults=0.5, articles=40, reach=1000.0, newcomers=1.0)
    assert wild.worse(1.0) == 0.5
    assert wild.worse(2.0) > WORSE
    before = with_(QUIET, reach=200)
    worst = with_(angry(), insults=20, reach=10**6)
    articles = said(STORM + 2, [77], network="feed")
    plain, bad = hottest(before, angry()), hottest(before, together([*worst, articles]))
    assert plain.fever < bad.fever <= plain.fever + 0.9 * WORSE + 0.1
    friendly = [replace(said(STORM + m, (), people(60, 10**6 + m * 100)), reach=10**7) for m in range(3)]
    assert hottest(before, together([*friendly, articles])).level <= 2


def test_one_hashtag_that_is_not_usual_here_is_named():
    before = with_(QUIET, hashtags={"aurelia": 1})
    crowd = with_(angry(), hashtags={"aurelia": 20, "aureliagate": 10})
    told, usual = hottest(before, crowd), hottest(before, with_(angry(), hashtags={"aurelia": 20}))

    assert reason(told, "one_hashtag") == {
        "share": pytest.approx(30 / 69, abs=0.03),
        "hashtag": "aureliagate",
    }
    assert "one_hashtag" not in keys(usual)
    assert told.fever > usual.fever


def test_a_hashtag_of_a_few_accounts_is_no_group():
    window = Window().moved(0, replace(said(9, [*people(4), *[5] * 100]), hashtags={"buy": 100}))
    crowd = Window().moved(0, replace(said(9, people(104)), hashtags={"buy": 100}))
    known = settle(State(), QUIET, STORM, (), MONDAY).usual
    assert signs.found(window, known, 3.0).group == pytest.approx(5 / 12)
    assert signs.found(crowd, known, 3.0).group == 1.0


def test_a_topic_remembers_its_eight_most_usual_hashtags():
    before = [replace(p, hashtags={f"tag{n % 20:02}": 1, "brand": 1}) for n, p in enumerate(QUIET)]
    usual = settle(State(), before, STORM, (), MONDAY).usual
    assert len(usual.hashtags) == 8
    assert usual.knows("brand")
    assert not usual.knows("never")


def test_the_same_words_from_many_are_told_and_those_from_few_speak_against():
    many = with_(angry(), echoes=(7,) * 15)
    assert reason(hottest(QUIET, many), "repeated")["share"] == pytest.approx(45 / 69, abs=0.03)
    few = [replace(said(STORM + m, [*range(4)] * 5), echoes=(7,) * 20) for m in range(3)]
    loudest = max(measured([*QUIET, *few]), key=lambda m: m.mentions_hour)
    assert "copies" in keys_against(loudest)
    assert "repeated" not in keys(loudest)


def test_where_much_is_always_forwarded_it_is_nothing_special():
    forwarded = with_(QUIET, echoes=(7,))
    assert "repeated" not in keys(hottest(forwarded, with_(angry(), echoes=(7,) * 15)))


# What mentions share


def test_the_same_words_are_the_same_whatever_stands_around_them():
    words = phrase("My flight was cancelled again")
    assert words is not None
    for text in (
        "my flight was CANCELLED again!!!",
        "RT @somebody: My flight was cancelled again https://example.org/a#b",
        "@airline @friend my flight was cancelled - again 2",
    ):
        assert phrase(text) == words
    assert phrase("my flight was cancelled") != words


@pytest.mark.parametrize(
    "text", ["", "Thank you, @airline!", "https://example.org/one/two/three/four", "1 2 3 4 5"]
)
def test_few_words_are_alike_by_chance(text):
    assert phrase(text) is None


def test_hashtags_are_found_as_people_write_them():
    text = "#Aurelia is a #shame. #2026 #ÉNERVÉ,#enough https://example.org/#top a#b &#8217; #_x"
    assert hashtags(text) == {"aurelia", "shame", "énervé", "enough", "_x"}
    assert hashtags("# #x no tags") == set()


@given(st.text())
def test_any_text_has_words_and_hashtags_or_none(text):
    words = phrase(text)
    assert words is None or 0 <= words < 2**32
    assert all(len(tag) >= 2 for tag in hashtags(text))


# Who was heard before


@given(st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=60, unique_by=lambda v: v % BITS))
def test_who_was_heard_is_no_stranger_when_the_next_hour_is_over(crowd):
    familiar = Familiar().with_hour(1, crowd)
    assert familiar.strangers(crowd) == 1.0
    assert familiar.with_hour(2, ()).strangers(crowd) == 0.0
    assert Familiar.from_json(json.loads(json.dumps(familiar.to_json()))) == familiar


def test_after_two_weeks_a_voice_is_forgotten():
    familiar = Familiar().with_hour(1, [5])
    for hour in range(2, 14 * 24):
        familiar = familiar.with_hour(hour, [7] if hour % 2 else ())
    assert familiar.strangers([5]) == 0.0
    for hour in range(14 * 24, 15 * 24):
        familiar = familiar.with_hour(hour, ())
    assert familiar.strangers([5]) == 1.0
    assert familiar.strangers([7]) == 0.0


def test_strangers_are_counted_right_where_many_were_heard():
    familiar = Familiar()
    for hour in range(40):
        familiar = familiar.with_hour(
            hour, [n * 2_654_435_761 % 2**31 for n in range(hour * 400, hour * 400 + 400)]
        )
    strangers = [n * 2_654_435_761 % 2**31 for n in range(10**6, 10**6 + 2000)]
    assert familiar.strangers(strangers) == pytest.approx(1.0, abs=0.08)
    assert len(json.dumps(familiar.to_json())) < 9000


def test_bits_that_are_not_ours_are_refused():
    with pytest.raises(ValueError, match="not packed by us"):
        Familiar.from_json({**Familiar().to_json(), "old": "AAAA"})


def test_what_an_older_version_remembered_is_not_taken_for_the_usual():
    old = {name: value for name, value in Usual().to_json().items() if name != "familiar"}
    with pytest.raises(KeyError, match="familiar"):
        Usual.from_json(old)
    assert Usual.from_json(Usual().to_json()) == Usual()


@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 30), st.integers(0, 10))
def test_more_people_without_insults_take_less_away_than_they_add(critics, insults, more, awaited):
    """The slope of the insults' share stays below that of the ladder."""
    from accalmie.core.fever.heat import QUIET as PSEUDO
    from accalmie.core.fever.heat import climb

    usual = Usual().with_hour(Hour(0, 10, 3, insults=1), "UTC")

    def force(count: int) -> float:
        window = Window(mentions=count + insults, judged=count + insults, insults=insults)
        level = climb((count + PSEUDO) / (awaited + PSEUDO))
        return level + signs.found(window, usual, awaited).worse(level) if level >= 1 else level

    assert force(critics + insults + more) >= force(critics + insults) - 1e-9
