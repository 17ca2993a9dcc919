"""Signs that a storm is worse than its number of critics: what the scale of Graf and Schwede names beside it.

From level 3 on their scale tells of other channels, of articles in blogs and the press, of a connected group that
speaks as one, and of an aggressive tone. Each sign is read against what is usual for the topic; together they lift
the force by less than a level (`heat.WORSE`), and only where enough different people criticise. Whatever falls when
more people criticise (shares, reach for each mention) may take away less than their criticism adds: their slopes
against the logarithm of the number of people add up to less than that of the ladder (1 / log 3.3).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import nlargest
from math import log, sqrt

from accalmie.core.fever.pulse import Reason
from accalmie.core.fever.usual import QUIET, Usual
from accalmie.core.fever.window import Window

#: How much each sign counts at most, in levels.
INSULTS, PRESS_COUNTS, HASHTAG, REACH, NEWCOMERS = 0.5, 0.3, 0.3, 0.15, 0.15
#: Insults count in full when their share is so many times the usual one; both sides get a pinch, since few mentions
#: say little.
INSULTS_TIMES, PINCH = 6.0, 0.02
#: The names under which the press and blogs are heard.
PRESS = frozenset({"feed", "press", "news", "blog"})
#: So many articles within an hour are many; one is news where the usual and its chance leave this much of it.
MANY_ARTICLES, FIRST_ARTICLE = 5, 0.75
#: Reach is heavy-tailed: only several times the usual says something, in full so many times. It must be known of at
#: least so many mentions now, and of a few times as many before.
REACH_TIMES, REACH_MOST, REACHED, REACHED_BEFORE = 3.0, 30.0, 5, 20.0
#: New voices are told from so many people on; they count from so much above the usual share on, in full at that.
PEOPLE, NEW_FROM, NEW_FULL = 10, 0.1, 0.6
#: A hashtag is one of a group from so many mentions and this share on. It counts in full when twice as many different
#: people as usually criticise use it.
TAGGED, TAGGED_SHARE = 5, 0.15
#: The same words from many mouths, told from so many mentions and this share above the usual on; where there are
#: fewer different people than this for each mention it is a few who copy.
REPEATED, REPEATED_MORE, FROM_MANY = 10, 0.2, 0.6
#: The ten loudest are told when they wrote this share of at least so many mentions, and are at most a third of the
#: people: ten of twenty write half of it in any case.
TEN, LOUDEST, LOUDEST_OF = 10, 0.6, 30


@dataclass(frozen=True, slots=True)
class Signs:
    """What was found in the trailing hour.

    `insults` is what they count (in levels); `articles` those of press and blogs, where they are more than usual;
    `reach` how many times the usual one, `newcomers` the share of people not heard in the days before; both 0 where
    too few are known to tell. `hashtag` is the one most used that is not usual here, in so many mentions (`tagged`), of
    which `group` counts (in parts of the most).
    """

    insults: float = 0.0
    articles: int = 0
    reach: float = 0.0
    newcomers: float = 0.0
    newcomers_usual: float = 0.0
    hashtag: str = ""
    tagged: int = 0
    group: float = 0.0

    def worse(self, force: float) -> float:
        """Return how much they add to the `force` that the number of critics alone makes, in levels."""
        beside = PRESS_COUNTS * min((1 + self.articles) / (1 + MANY_ARTICLES), 1.0) if self.articles else 0.0
        if self.reach > REACH_TIMES:
            beside += REACH * _between(log(self.reach), log(REACH_TIMES), log(REACH_MOST))
        beside += NEWCOMERS * _between(self.newcomers - self.newcomers_usual, NEW_FROM, NEW_FULL)
        beside += HASHTAG * self.group
        # What is beside the criticism counts in full only where the criticism itself is more than a murmur.
        return self.insults + beside * _between(force, 1.0, 2.0)


def found(window: Window, usual: Usual, critics: float) -> Signs:
    """Return the signs in the trailing hour, in which so many `critics` are awaited."""
    if not usual.known:
        return Signs(insults=_insults(window, usual, critics))
    newcomers = 0.0
    if len(window.people) >= PEOPLE:
        newcomers = usual.familiar.strangers(window.people.keys())
    hashtag, tagged = _hashtag(window, usual)
    group = min(min(tagged, window.authors) / (2 * (critics + 3)), 1.0)
    return Signs(
        _insults(window, usual, critics), _articles(window, usual), _reach(window, usual), newcomers,
        usual.newcomer_share if newcomers else 0.0, hashtag, tagged, group,
    )  # fmt: skip


def _insults(window: Window, usual: Usual, critics: float) -> float:
    """As many insults as else critics count in full, where their share is several times the usual one too."""
    if not window.insults:
        return 0.0
    by_number = min(window.insults / (critics + 3), 1.0)
    share = window.insults / (window.mentions + QUIET)
    times = (share + PINCH) / (usual.insult_share + PINCH)
    return INSULTS * min(by_number, _between(log(times), 0.0, log(INSULTS_TIMES)))


def _articles(window: Window, usual: Usual) -> int:
    """Articles count from the first on where they are rare, else when they are more than chance makes them."""
    said = sum(window.channels.get(name, 0) for name in PRESS)
    if not said:
        return 0
    expected = sum(usual.channels.get(name, 0.0) for name in PRESS)
    return said if said - expected - 2 * sqrt(expected) >= FIRST_ARTICLE else 0


def _reach(window: Window, usual: Usual) -> float:
    if not window.reach or not usual.reach or usual.voices < REACHED_BEFORE:
        return 0.0
    if sum(pulse.mentions for pulse in window.pulses if pulse.reach) < REACHED:
        return 0.0
    return window.reach / (window.mentions + QUIET) / usual.mean_reach


def _hashtag(window: Window, usual: Usual) -> tuple[str, int]:
    new = [(-said, tag) for tag, said in window.hashtags.items() if said >= TAGGED and not usual.knows(tag)]
    if not new:
        return "", 0
    said, tag = min(new)
    return tag, -said


def reasons(window: Window, usual: Usual, signs: Signs) -> Iterator[Reason]:
    """Yield what makes it worse."""
    if window.insults >= 2:
        share = window.insults / window.mentions
        if usual.known and share > usual.insult_share:
            yield Reason(
                "insults_usual",
                {
                    "insults": window.insults,
                    "share": round(share, 3),
                    "usual": round(usual.insult_share, 3),
                },
            )
        else:
            yield Reason("insults", {"insults": window.insults})
    if signs.articles:
        yield Reason("press", {"articles": signs.articles})
    if signs.reach > REACH_TIMES:
        yield Reason("reach", {"times": _figure(signs.reach)})
    if signs.newcomers - signs.newcomers_usual >= NEW_FROM:
        shares = {"share": round(signs.newcomers, 3), "usual": round(signs.newcomers_usual, 3)}
        yield Reason("new_people", shares)
    if signs.hashtag and signs.tagged >= TAGGED_SHARE * window.mentions:
        share = round(signs.tagged / window.mentions, 3)
        yield Reason("one_hashtag", {"share": share, "hashtag": signs.hashtag})
    if (copied := _copied(window, usual)) and len(window.people) >= FROM_MANY * window.voiced:
        yield Reason("repeated", {"share": copied})


def _copied(window: Window, usual: Usual) -> float:
    """The share of mentions that say the same words as another one, 0 where it is nothing to speak of."""
    repeated = window.repeated if window.voiced else 0
    share = repeated / window.mentions if repeated else 0.0
    told = repeated >= REPEATED and share >= usual.repeated_share + REPEATED_MORE
    return round(share, 3) if told else 0.0


def against(window: Window, usual: Usual) -> Iterator[Reason]:
    """Yield that only a few people make the noise."""
    if (copied := _copied(window, usual)) and len(window.people) < FROM_MANY * window.voiced:
        yield Reason("copies", {"share": copied})
    people = len(window.people)
    loudest = sum(nlargest(TEN, window.people.values())) if window.voiced >= LOUDEST_OF else 0
    if people >= 3 * TEN and loudest > LOUDEST * window.voiced:
        yield Reason("ten_people", {"share": round(loudest / window.voiced, 3)})
    elif window.voiced >= 5 and 2 <= people < 0.4 * window.voiced:
        yield Reason("few_people", {"people": people, "mentions": window.mentions})


def _between(value: float, low: float, high: float) -> float:
    return min(max((value - low) / (high - low), 0.0), 1.0)


def _figure(times: float) -> float:
    return round(times, 1) if times < 10 else float(round(times))
