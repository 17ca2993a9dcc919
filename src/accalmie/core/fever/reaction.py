"""What to do now, and when to stop: explicit rules on figures, each with its conditions and its source.

RULES is read from above: the first rule whose conditions hold is the advice. What is not known never counts as
the better case: it does not keep a stronger advice back, and it never makes "stop reacting" true. The words
stand in phrasebook/reaction.toml. A person decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from accalmie.core.fever.course import DEAF_MINUTES, Course, Hour
from accalmie.core.fever.pulse import Phase
from accalmie.core.fever.signs import PRESS
from accalmie.core.fever.usual import QUIET

#: So many messages of people with a problem of their own are many; fewer are answered one by one.
MANY = 5
#: What is new must not have come within so many hours before one stops reacting.
QUIET_HOURS = 6
#: Halved twice; a quarter of the worst hour's.
QUARTER = 0.25
#: So far above the usual (half as much again) counts as usual, whatever the peak was.
NEARLY_USUAL = 0.5
#: What makes volume and no storm, as keys of what speaks against one (phrasebook/reasons.toml).
BANTER = ("loud_not_angry", "mostly_teasing", "mostly_friendly")


class Do(StrEnum):
    """What to do: the words of the counsel's `reaction`, mildest first."""

    STOP_REACTING = "stop_reacting"
    WAIT = "wait"
    ANSWER_INDIVIDUALLY = "answer_individually"
    KEEP_INFORMING = "keep_informing"
    GO_PUBLIC = "go_public"

    @property
    def strength(self) -> int:
        """How much it asks for: more people never make it less."""
        return max(list(Do).index(self), 1)


@dataclass(frozen=True, slots=True)
class Situation:
    """What the rules look at, as of the last measure. `said` are the minutes at which the brand itself spoke;
    `against` the keys of what speaks against a storm; `press_heard`: some source is press or blogs."""

    course: Course
    level: int
    phase: Phase
    known: bool
    listening: bool
    against: frozenset[str] = frozenset()
    press_heard: bool = False
    said: Sequence[int] = ()

    @property
    def lately(self) -> tuple[Hour, ...]:
        """The hours that matter: since the storm of the last day began, else the last day."""
        if self.fresh:
            return self.course.in_storm
        return self.course.hours[-24:]

    @property
    def fresh(self) -> bool:
        """Whether there is a storm, or was one within the last day."""
        storm = self.course.storm
        return storm is not None and self.course.hours[-1].number - storm.end < 24

    @property
    def affected(self) -> int | None:
        """Messages of people with a problem of their own; None when hardly any could be read."""
        mentions = sum(hour.heard.mentions for hour in self.lately)
        judged = sum(hour.heard.judged for hour in self.lately)
        if mentions and judged < 0.3 * mentions:
            return None
        return sum(hour.heard.affected for hour in self.lately)


@dataclass(frozen=True, slots=True)
class Condition:
    """Whether something holds (None: it is not known), with the figures behind it.

    Its sentence is `{key}_yes`, `{key}_no` or `{key}_unknown` of phrasebook/reaction.toml.
    """

    key: str
    holds: bool | None
    values: Mapping[str, float | str] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The key of its sentence."""
        return f"{self.key}_{'unknown' if self.holds is None else 'yes' if self.holds else 'no'}"


@dataclass(frozen=True, slots=True)
class Rule:
    """An advice: its sentences are `{key}` (what to do) and `{key}_then` (what it will cause) of the phrasebook.

    `when` are the conditions that must hold; `claims` (docs/claims.md) and `studies` say what it rests on.
    """

    key: str
    do: Do
    when: tuple[str, ...]
    claims: str
    studies: str = ""


@dataclass(frozen=True, slots=True)
class Reaction:
    """The advice, why (the conditions of its rule), and the checklist of when to stop (empty without a storm)."""

    rule: Rule
    why: tuple[Condition, ...]
    stop: tuple[Condition, ...]

    @property
    def do(self) -> Do:
        """What to do."""
        return self.rule.do


#: When to stop reacting: all of these hold (field.md B3, claim M4b).
STOP = (
    "halved_twice",
    "not_the_hour",
    "quiet",
    "no_new_network",
    "no_new_press",
    "few_new_authors",
    "all_heard",
    "no_open_question",
)
_SCALE = "Graf, Schwede 2012"
_ENDS = "Pfeffer et al. 2014, 2023"

RULES = (
    Rule("learning", Do.WAIT, ("learning",), "M7"),
    # From level 3 on: a storm. Its step from 3 to 4, from single critics to a connected group, is the critical one.
    Rule("inform_many", Do.KEEP_INFORMING, ("storm", "many_affected", "spoken"), "S5c, B7"),
    Rule("inform_on_storm", Do.KEEP_INFORMING, ("storm", "spoken"), "S5c, B7"),
    Rule("speak_to_many", Do.GO_PUBLIC, ("storm", "many_affected"), "S3, S3b", _SCALE),
    Rule("speak_strong", Do.GO_PUBLIC, ("strong",), "B11", f"{_SCALE}; Arpan, Roskos-Ewoldsen 2005"),
    Rule("answer_few", Do.ANSWER_INDIVIDUALLY, ("storm", "some_affected"), "S3b", "Herhausen et al. 2019"),
    Rule("prepare", Do.WAIT, ("storm",), "M1, B11", _SCALE),
    # Below it, and nobody hears what is said: nothing can be judged.
    Rule("deaf", Do.WAIT, ("deaf",), "M4"),
    # After a storm: when all holds, one stops; what is not known, a person looks at first.
    Rule("stop", Do.STOP_REACTING, ("after_storm", *STOP), "M4b", _ENDS),
    Rule(
        "answer_then_stop", Do.ANSWER_INDIVIDUALLY, ("after_storm", *STOP, "some_affected"), "M4b, B6", _ENDS
    ),
    Rule("look_then_stop", Do.WAIT, ("after_storm", *STOP), "M4b", _ENDS),
    Rule("inform_on", Do.KEEP_INFORMING, ("after_storm", "spoken"), "B7, S5c"),
    Rule("answer_rest", Do.ANSWER_INDIVIDUALLY, ("after_storm", "some_affected"), "B6, S2"),
    Rule("let_fall", Do.WAIT, ("after_storm",), "M4b", "Herhausen et al. 2019"),
    # Without any storm: banter is played along with, few who need help get it.
    Rule("play_and_answer", Do.ANSWER_INDIVIDUALLY, ("banter", "some_affected"), "M7, S3b"),
    Rule("play_along", Do.WAIT, ("banter",), "M7"),
    Rule(
        "answer_early",
        Do.ANSWER_INDIVIDUALLY,
        ("above_usual", "some_affected"),
        "S3b",
        "Herhausen et al. 2019",
    ),
    Rule("look", Do.WAIT, ("above_usual",), "S1, M7", _SCALE),
    Rule("calm", Do.WAIT, (), "M4b"),
)


def advise(situation: Situation) -> Reaction:
    """Return what to do now, by the first of RULES that holds, with the checklist of when to stop."""
    told = {key: check(situation) for key, check in CHECKS.items()}
    rule = next(rule for rule in RULES if _holds(rule, told))
    stop = tuple(told[key] for key in STOP) if situation.fresh else ()
    return Reaction(rule, tuple(told[key] for key in rule.when if key not in STOP), stop)


def _holds(rule: Rule, told: Mapping[str, Condition]) -> bool:
    if rule.do is Do.STOP_REACTING:
        return all(told[key].holds is True for key in rule.when)
    return all(told[key].holds is not False for key in rule.when)


# ── What the rules ask ────────────────────────────────────────────────────────────────────────────────────


def _learning(now: Situation) -> Condition:
    return Condition("learning", not now.known)


def _deaf(now: Situation) -> Condition:
    return Condition("deaf", not now.listening)


def _storm(now: Situation) -> Condition:
    return Condition("storm", now.level >= 3, {"level": now.level})


def _strong(now: Situation) -> Condition:
    return Condition("strong", now.level >= 4, {"level": now.level})


def _above_usual(now: Situation) -> Condition:
    return Condition("above_usual", now.level >= 1 or now.phase is Phase.GRUMBLING, {"level": now.level})


def _after_storm(now: Situation) -> Condition:
    return Condition("after_storm", now.fresh and now.level < 3)


def _banter(now: Situation) -> Condition:
    return Condition("banter", not now.fresh and bool(now.against & set(BANTER)))


def _many_affected(now: Situation) -> Condition:
    return _affected("many_affected", now, MANY)


def _some_affected(now: Situation) -> Condition:
    return _affected("some_affected", now, 1)


def _affected(key: str, now: Situation, least: int) -> Condition:
    affected = now.affected
    if affected is None:
        return Condition(key, None)
    return Condition(key, affected >= least, {"affected": affected, "many": MANY})


def _spoken(now: Situation) -> Condition:
    begin = now.lately[0].number * 60 if now.lately else 0
    since = [minute for minute in now.said if minute >= begin]
    return Condition("spoken", bool(since), {"messages": len(since)})


def _halved_twice(now: Situation) -> Condition:
    peak, last = now.course.peak, _loudest(now)
    if peak is None or last is None:
        return Condition("halved_twice", None)
    left, top = last.heard.pace - last.heard.expected, peak.heard.pace - peak.heard.expected
    said = {"peak": peak.heard.pace, "last": last.heard.pace, "expected": last.heard.expected}
    return Condition("halved_twice", left <= QUARTER * top, said)


def _not_the_hour(now: Situation) -> Condition:
    """Less is said at night whatever happens: it must also have halved twice against what the hour expects."""
    peak, last = now.course.peak, _loudest(now)
    if peak is None or last is None:
        return Condition("not_the_hour", None)
    fallen = last.heard.above <= max(QUARTER * peak.heard.above, NEARLY_USUAL)
    return Condition("not_the_hour", fallen, {"times_peak": _times(peak), "times_last": _times(last)})


def _quiet(now: Situation) -> Condition:
    last = now.course.hours[-QUIET_HOURS:]
    storm = now.course.storm
    loud = [hour.number for hour in now.course.hours if hour.heard.level >= 2]
    hours = now.course.hours[-1].number - max(loud, default=storm.end if storm else 0) if last else 0
    return Condition("quiet", hours >= QUIET_HOURS and now.level < 2, {"hours": hours, "needed": QUIET_HOURS})


def _no_new_network(now: Situation) -> Condition:
    first: dict[str, int] = {}
    for hour in now.lately:
        for name in hour.networks:
            first.setdefault(name, hour.number)
    # Where it began is not new.
    since = max(now.course.now // 60 - QUIET_HOURS, min(first.values(), default=0))
    new = [name for name, begun in sorted(first.items()) if begun > since]
    if new:
        return Condition("no_new_network", False, {"network": new[0], "hours": QUIET_HOURS})
    return Condition("no_new_network", True, {"hours": QUIET_HOURS})


def _no_new_press(now: Situation) -> Condition:
    if not now.press_heard:
        return Condition("no_new_press", None)
    usual = sum(said for name, said in now.course.usual_channels.items() if name in PRESS) * QUIET_HOURS
    count = sum(hour.heard.press for hour in now.course.hours[-QUIET_HOURS:])
    return Condition("no_new_press", count <= usual, {"articles": count, "hours": QUIET_HOURS})


def _few_new_authors(now: Situation) -> Condition:
    peak, last = now.course.peak, now.course.closed(QUIET_HOURS)
    told = [hour.new_authors for hour in last if hour.new_authors is not None]
    most = max((hour.new_authors or 0 for hour in now.course.in_storm), default=0)
    if peak is None or not told or not most:
        return Condition("few_new_authors", None)
    each, usual = sum(told) / len(told), sum(hour.heard.expected for hour in last) / len(last)
    return Condition("few_new_authors", each <= max(QUARTER * most, usual), {"each": each, "most": most})


def _all_heard(now: Situation) -> Condition:
    deaf = sum(hour.heard.deaf for hour in now.course.hours[-QUIET_HOURS:])
    return Condition("all_heard", now.listening and deaf <= DEAF_MINUTES, {"hours": QUIET_HOURS})


def _no_open_question(now: Situation) -> Condition:
    """Answers are no part of the product yet: whether somebody still waits is not known here."""
    affected = now.affected
    if affected is None:
        return Condition("no_open_question", None, {"affected": "?"})
    return Condition("no_open_question", True if affected == 0 else None, {"affected": affected})


def _loudest(now: Situation) -> Hour | None:
    """Return the loudest of the last two whole hours and the running one."""
    hours = [*now.course.closed(2)]
    if now.course.hours and now.course.hours[-1].heard.minutes >= 15:
        hours.append(now.course.hours[-1])
    return max(hours, key=lambda hour: hour.heard.pace - hour.heard.expected, default=None)


def _times(hour: Hour) -> float:
    return (hour.heard.pace + QUIET) / (hour.heard.expected + QUIET)


CHECKS: Mapping[str, Callable[[Situation], Condition]] = {
    "learning": _learning,
    "deaf": _deaf,
    "storm": _storm,
    "strong": _strong,
    "above_usual": _above_usual,
    "after_storm": _after_storm,
    "banter": _banter,
    "many_affected": _many_affected,
    "some_affected": _some_affected,
    "spoken": _spoken,
    "halved_twice": _halved_twice,
    "not_the_hour": _not_the_hour,
    "quiet": _quiet,
    "no_new_network": _no_new_network,
    "no_new_press": _no_new_press,
    "few_new_authors": _few_new_authors,
    "all_heard": _all_heard,
    "no_open_question": _no_open_question,
}
