"""What the words of a message weigh together: negation, intensifiers, contrast, and what they are cues of."""

from __future__ import annotations

from dataclasses import dataclass, field

from accalmie.core.reading.cue import Cue, Mark
from accalmie.core.reading.lexicon import BREAK, NOTHING, Book

#: So many tokens after "not" are denied, unless the clause ends before.
REACH = 4
#: So many tokens before "pas" or "nicht" are denied: what praises or blames, and what was needed.
REACH_BACK, REACH_BACK_NEEDED = 3, 7
#: "Not good" is bad, if less bad than "bad"; "not bad" is hardly good.
DENIED_PRAISE, DENIED_BLAME = -0.8, -0.25
#: What it says when something needed is denied.
DENIED_NEED = -1.7
#: What stands before "but" counts so much, what stands after it so much.
BEFORE_BUT, AFTER_BUT = 0.6, 1.2

_NEGATOR, _BACK, _CONTRAST = Mark.NEGATOR, Mark.BACK, Mark.CONTRAST
_NEEDED, _FAILURE, _FIRM = Mark.NEEDED, Mark.FAILURE, Mark.FIRM
#: These count only where they are not denied.
_ASSERTED = Mark.THANKS | Mark.FAILURE | Mark.CLOSED


@dataclass(slots=True)
class Hit:
    """One cue found: its weight as it stands in the sentence, and its tokens (`start` to before `end`)."""

    value: float
    start: int
    end: int
    cue: Cue
    denied: bool = False


@dataclass(slots=True)
class Weighed:
    """What the cues of a message come to."""

    praise: float = 0.0
    blame: float = 0.0
    marks: int = 0
    hits: list[Hit] = field(default_factory=list)
    #: What the message is about, each as often as it is named: "delivery" of "parcel" and "late".
    problems: list[tuple[str, float]] = field(default_factory=list)


def weigh(tokens: list[str], book: Book, labels: int = 0) -> Weighed:
    """Return what `tokens` come to. One pass; the longest phrase wins over its words.

    The last `labels` tokens are hashtags at the end: they praise or blame, and are cues of nothing else.
    """
    weighed = Weighed()
    hits = weighed.hits
    known, learn = book.known, book.learn
    marks = 0
    denied_until = -1
    factor, factor_until = 1.0, -1
    but = -1
    clause = 0
    place, last = 0, len(tokens)
    told = last - labels
    while place < last:
        token = tokens[place]
        cue = known.get(token) or learn(token)
        start = place
        place += 1
        if start == told:
            denied_until, clause = -1, len(hits)
        if cue is NOTHING:
            continue
        if cue is BREAK:
            denied_until, clause = -1, len(hits)
            continue
        if cue.tails is not None:
            cue, place = _longest(cue, tokens, place)
        found = cue.marks
        if found & _CONTRAST:
            denied_until, but, clause = -1, len(hits), len(hits)
        denied = start <= denied_until and not found & _FIRM
        if found & _BACK:
            _deny_back(hits, start, clause)
        if found & _NEGATOR:
            denied_until = place - 1 + REACH
        if cue.problem:
            weighed.problems.append((cue.problem, place - start + abs(cue.tone or 0.0)))
        if cue.tone or cue.insult or found & _NEEDED:
            value = _value(cue, denied)
            hits.append(Hit(value * factor if start <= factor_until else value, start, place, cue, denied))
        if cue.factor:
            factor, factor_until = cue.factor, place + 1
        if start < told:
            marks |= found & ~_ASSERTED if denied else found
    weighed.marks = marks
    _add_up(weighed, but)
    return weighed


def _value(cue: Cue, denied: bool) -> float:
    tone = cue.tone or 0.0
    if not denied:
        return tone
    if cue.marks & _NEEDED:
        return DENIED_NEED
    return tone * (DENIED_PRAISE if tone > 0 else DENIED_BLAME)


def _longest(cue: Cue, tokens: list[str], place: int) -> tuple[Cue, int]:
    """Return the cue of the longest phrase that goes on from `cue`, and where it ends."""
    best, end = cue, place
    while cue.tails is not None and place < len(tokens):
        following = cue.then(tokens[place])
        if following is None:
            break
        cue = following
        place += 1
        if cue.marks or cue.tone is not None or cue.factor or cue.insult is not None:
            best, end = cue, place
    return best, end


def _deny_back(hits: list[Hit], place: int, clause: int) -> None:
    """Turn the last hit before a "pas" or "nicht" at `place`, if it is near and no earlier than hit `clause`."""
    if len(hits) <= clause:
        return
    hit = hits[-1]
    if hit.denied:
        return
    away = place - hit.end
    if hit.cue.marks & _NEEDED and not hit.cue.tone:
        if away < REACH_BACK_NEEDED:
            hit.value, hit.denied = DENIED_NEED, True
    elif hit.value > 0 and away < REACH_BACK:
        hit.value, hit.denied = hit.value * DENIED_PRAISE, True


def _add_up(weighed: Weighed, but: int) -> None:
    """Sum praise and blame; what follows the last "but" counts more than what it takes back."""
    for place, hit in enumerate(weighed.hits):
        if hit.denied and hit.cue.marks & _NEEDED:
            weighed.marks |= _FAILURE
        if but > 0:
            hit.value *= AFTER_BUT if place >= but else BEFORE_BUT
        if hit.value > 0:
            weighed.praise += hit.value
        else:
            weighed.blame -= hit.value
