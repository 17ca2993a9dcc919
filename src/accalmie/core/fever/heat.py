"""How far an hour is above the usual, as one force (0 to 6 and beyond), with what speaks for it and against it.

The heat comes from different people who criticise, not from volume: whoever repeats himself counts once, and
praise or banter makes noise, not heat. More critical mentions by people not yet heard never lower the force.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from math import log, sqrt

from accalmie.core.fever import signs
from accalmie.core.fever.phase import STORM, lasting
from accalmie.core.fever.pulse import Pulse, Reason
from accalmie.core.fever.swell import Swell
from accalmie.core.fever.usual import KNOWN_HOURS, QUIET, Usual
from accalmie.core.fever.window import Window

#: Degrees: 36.6 is usual, 38.4 a gentle breeze (2), 42 a hurricane (6).
NORMAL, DEGREES = 36.6, 0.9
STRONGEST = 6.0
#: The force may be more than the scale has levels for, or nobody would see a hurricane abate.
BEYOND = 9.0
#: What makes a storm worse counts at most this much together.
WORSE = 0.75
#: The ladder of the storm scale: so many times the usual number of critics for the levels 0 to 6. With the
#: pseudo-count of 1.5 a brand of a mention a day is at level 3 with five different critics within an hour.
LADDER = (1.0, 1.7, 2.5, 4.0, 10.0, 30.0, 100.0)
_STEPS = tuple(log(times) for times in LADDER)
#: A brand whose usual peaks are higher than this ratio is measured against its peaks.
CALM_PEAK = 2.0
#: A force at most so much for each deviation above the usual: 3.5 deviations for level 3.
NO_CHANCE = 3 / 3.5
#: Loud is not angry, and too little known is no storm: the level stays at most 2.
NO_STORM = 2.0
#: Talk that stays above the usual is a storm when its bar is full, level 2 at half of it.
HALF_FULL, NEARLY = 4.0, 2.9
#: With fewer hours heard than these, not even that: there is nothing to compare with.
SOMETHING = 6
#: Where fewer than these shares are negative (also related to the topic's own share) it is not angry; the
#: force is free from the second on.
ANGRY_FROM, ANGRY_FULL = (0.12, 0.4), (0.30, 0.8)
#: The same for the share of teasing, downwards.
TEASING_FREE, TEASING_MOST = 0.4, 0.7
#: That three of the last hours held so many times the usual makes it worse: from the first on, in full from the second.
LONG = (1.2, 1.9)
#: A network takes part when it says so many times what is usual there, and some more.
JOINS, JOINS_MORE = 2.0, 3.0


@dataclass(frozen=True, slots=True)
class Awaited:
    """What is usual for the hour at hand: mentions, critics, and critics missed while nobody listened.

    `hours`: the critics of the last closed hours, each with the number awaited.
    """

    mentions: float
    critics: float
    backlog: float = 0.0
    hours: tuple[tuple[float, float], ...] = ()
    #: The name of the campaign that was planned for this hour; empty without one.
    campaign: str = ""


@dataclass(frozen=True, slots=True)
class Heat:
    """What was found. `times`: critics against the usual; `eased`: the same, measured against usual peaks."""

    force: float
    critics: float
    times: float
    eased: float
    share: float | None
    networks: int
    signs: signs.Signs


def critics(window: Window, usual: Usual) -> float:
    """Return the number of different people who criticise.

    A mention whose tone is not known counts as much of a critic as the topic's others usually are.
    """
    known = len(window.critics)
    if not window.voiced:
        known = window.negative
    unread = window.mentions - window.judged
    if not unread:
        return float(known)
    return known + unread * window.authors / window.mentions * usual.unread_weight


def evidence(pulse: Pulse, before: Window, after: Window, usual: Usual) -> float:
    """Return how many people in `pulse` speak for a storm: its new critics, fewer where the tone speaks against.

    `before` and `after` are the trailing hour without and with the pulse.
    """
    people = _fresh(pulse, before, usual)
    return people * _between(tone_allows(after, usual), NO_STORM, STORM) if people else 0.0


def _fresh(pulse: Pulse, window: Window, usual: Usual) -> float:
    """How many of the critics in `pulse` are new to the `window` before it (unread ones as in `critics`)."""
    if not pulse.voices:
        said = pulse.mentions if not pulse.judged else pulse.negative
        return said * (1.0 if pulse.judged else usual.unread_weight)
    angry = {voice >> 1 for voice in pulse.voices if voice & 1}
    known = len(angry - window.critics.keys())
    unread = pulse.mentions - pulse.judged
    if not unread or not usual.unread_weight:
        return float(known)
    people = len({voice >> 1 for voice in pulse.voices} - window.people.keys())
    return known + unread * people / pulse.mentions * usual.unread_weight


def feel(window: Window, usual: Usual, awaited: Awaited, swell: Swell) -> Heat:
    """Return how hot the window is against what is awaited.

    Two ways lead to a storm: enough different critics within the hour, and talk that stays above the usual
    (`swell`). Where neither authors nor tone are known there is only the second one: a burst of an hour may be
    banter, an advert or an automatic account.
    """
    people = critics(window, usual)
    times = (people + QUIET) / (awaited.critics + awaited.backlog + QUIET)
    eased = times / max(1.0, usual.critic_peaks.ratio / CALM_PEAK)
    share = _share(window, usual)
    networks = sum(
        1
        for name, said in window.channels.items()
        if said >= JOINS * usual.channels.get(name, 0.0) + JOINS_MORE
    )
    force = climb(eased)
    found = signs.Signs()
    if force >= 1.0:
        found = signs.found(window, usual, awaited.critics)
        force += _bonus(usual, awaited, share, networks, found.worse(force))
    if not swell.on and not (window.voiced and window.judged):
        force = min(force, NEARLY)
    stays = STORM if swell.on else min(HALF_FULL * swell.filled, NEARLY)
    force = max(min(force, _sure_enough(people, awaited)), stays)
    ceiling = tone_allows(window, usual)
    if awaited.campaign and not window.judged:
        ceiling = min(ceiling, NO_STORM)
    if not usual.known:
        ceiling = min(ceiling, NO_STORM * min(usual.heard / SOMETHING, 1.0))
    # Rounded, so that a minute in which nothing is to be seen leaves nothing to be remembered either.
    return Heat(round(min(force, ceiling, BEYOND), 2), people, times, eased, share, networks, found)


def tone_allows(window: Window, usual: Usual) -> float:
    """Return the most force that the tone allows: loud is not angry, and teasing is no storm (claim M7)."""
    return min(_angry_enough(_share(window, usual), usual), _serious_enough(window))


def climb(times: float) -> float:
    """Return the force of so many times the usual: the ladder, in between and beyond by the logarithm."""
    if times <= 1.0:
        return 0.0
    step = min(bisect_right(LADDER, times), len(LADDER) - 1) - 1
    return step + (log(times) - _STEPS[step]) / (_STEPS[step + 1] - _STEPS[step])


def degrees(force: float) -> float:
    """Return the fever of a force: 36.6 is usual, 42 the most."""
    return round(NORMAL + DEGREES * min(force, STRONGEST), 3)


def _share(window: Window, usual: Usual) -> float | None:
    """The negative share, drawn a little to the usual one because few mentions say little. None: not known."""
    if not window.judged:
        return None
    return (window.negative + 2 * usual.negative_share) / (window.judged + 2)


def _bonus(usual: Usual, awaited: Awaited, share: float | None, networks: int, worse: float) -> float:
    """What makes it worse: `Signs.worse`, a tone worse than usual, more than one network taking part, and that it
    lasts (most bursts halve within the hour, field.md B3)."""
    tone = 0.0
    if share is not None and share > usual.negative_share:
        tone = 0.3 * (share - usual.negative_share) / (1 - usual.negative_share)
    long = 0.5 * _between(lasting(awaited.hours), *LONG)
    return min(worse + tone + long + 0.25 * min(max(networks - 1, 0), 2), WORSE)


def _sure_enough(people: float, awaited: Awaited) -> float:
    """Few people may be chance: level 3 needs some deviations of counts whose variance is twice their mean."""
    usual = awaited.critics + awaited.backlog
    return max(people - usual, 0.0) / sqrt(2 * usual + 1) * NO_CHANCE


def _between(value: float, low: float, high: float) -> float:
    return min(max((value - low) / (high - low), 0.0), 1.0)


def _angry_enough(share: float | None, usual: Usual) -> float:
    if share is None:
        return BEYOND
    low = max(ANGRY_FROM[0], ANGRY_FROM[1] * usual.negative_share)
    high = max(ANGRY_FULL[0], ANGRY_FULL[1] * usual.negative_share)
    return NO_STORM + (BEYOND - NO_STORM) * _between(share, low, high)


def _serious_enough(window: Window) -> float:
    if not window.teasing:
        return BEYOND
    teasing = window.teasing / window.mentions
    return BEYOND - (BEYOND - NO_STORM) * _between(teasing, TEASING_FREE, TEASING_MOST)


def reasons(window: Window, usual: Usual, awaited: Awaited, heat: Heat, minute: int) -> Iterator[Reason]:
    """Yield what speaks for a storm. `minute` tells for which weekday and hour it is not usual."""
    volume = (window.mentions + QUIET) / (awaited.mentions + QUIET)
    if volume >= 1.5:
        yield Reason("times_usual", {"times": _figure(volume), "minute": minute})
    if heat.times >= 1.5 and window.judged and heat.critics >= 2:
        yield Reason("critics_usual", {"critics": round(heat.critics), "times": _figure(heat.times)})
    if window.voiced and len(window.people) >= 2:
        yield Reason("many_people", {"people": len(window.people)})
    if heat.share is not None and heat.share > usual.negative_share + 0.05:
        shares = {"share": window.negative / window.judged, "usual": usual.negative_share}
        yield Reason("negative_share", {name: round(share, 3) for name, share in shares.items()})
    if heat.networks >= 2:
        yield Reason("networks", {"networks": heat.networks})
    yield from signs.reasons(window, usual, heat.signs)
    peak = usual.critic_peaks.ratio
    if usual.known and heat.times >= 1.5 * peak:
        yield Reason("above_peaks", {"times": _figure(heat.times / peak)})


def against(window: Window, usual: Usual, awaited: Awaited, heat: Heat) -> Iterator[Reason]:
    """Yield what speaks against a storm."""
    if awaited.campaign:
        yield Reason("campaign", {"name": awaited.campaign})
    if not usual.known:
        yield Reason("learning", {"heard": min(usual.heard, KNOWN_HOURS), "needed": KNOWN_HOURS})
    if awaited.backlog >= 1:
        yield Reason("after_gap")
    loudest = window.loudest()
    if window.mentions >= 5 and loudest >= 0.3 * window.mentions:
        yield Reason("one_author", {"share": round(loudest / window.mentions, 3)})
    yield from signs.against(window, usual)
    if heat.share is not None:
        yield from _against_by_tone(window, usual, awaited, heat.share)
    if window.teasing >= TEASING_FREE * window.mentions and window.teasing >= 2:
        yield Reason("mostly_teasing", {"share": round(window.teasing / window.mentions, 3)})
    if (
        usual.known
        and usual.critic_peaks.ratio > CALM_PEAK
        and 2 <= heat.times < 1.3 * usual.critic_peaks.ratio
    ):
        yield Reason("usual_peaks", {"times": _figure(usual.critic_peaks.ratio)})


def _against_by_tone(window: Window, usual: Usual, awaited: Awaited, share: float) -> Iterator[Reason]:
    negative = round(window.negative / window.judged, 3)
    if window.mentions > usual.ceiling(awaited.mentions) and _angry_enough(share, usual) < 3:
        yield Reason("loud_not_angry", {"share": negative})
    if window.positive >= 0.5 * window.judged and window.positive >= 3:
        yield Reason("mostly_friendly", {"share": round(window.positive / window.judged, 3)})
    if usual.known and usual.negative_share >= 0.4 and abs(share - usual.negative_share) <= 0.05:
        yield Reason("usual_tone", {"share": negative, "usual": round(usual.negative_share, 3)})
    unread = window.mentions - window.judged
    if unread >= 0.3 * window.mentions and usual.judged:
        yield Reason("unread_tone", {"share": round(unread / window.mentions, 3)})


def _figure(times: float) -> float:
    return round(times, 1) if times < 10 else float(round(times))
