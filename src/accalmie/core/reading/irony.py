"""Thanks that are none: for a failure ("merci pour ma valise perdue"), or as a courtesy at the end of a complaint."""

from __future__ import annotations

from accalmie.core.reading.cue import Mark
from accalmie.core.reading.weigh import Hit, Weighed

#: So many tokens after thanks or praise a failure is what one is thanked for.
NEAR = 6
#: Praise, or a failure, that weighs less is too faint for irony.
WARM = 1.2
#: What ironic praise weighs; what a thank-you at the end of a request weighs.
TURNED, COURTESY = -0.8, 0.15
#: So many tokens may stand after a closing thank-you: a name, a face, a full stop.
SIGNATURE = 3

_CASE = Mark.FAILURE | Mark.HELP | Mark.QUESTION


def turn(weighed: Weighed, tokens: list[str]) -> None:
    """Turn praise that is none, in place, and mark irony."""
    marks = weighed.marks
    if not weighed.praise or marks & Mark.CLOSED:
        return
    if not (weighed.blame or marks & _CASE or "?" in tokens):
        return
    for place, hit in enumerate(weighed.hits):
        if hit.value <= 0 or hit.cue.marks & Mark.FAILURE:
            continue
        following = weighed.hits[place + 1] if place + 1 < len(weighed.hits) else None
        if following is not None and _for_a_failure(hit, following, tokens):
            _become(weighed, hit, TURNED * hit.value)
            weighed.marks |= Mark.IRONY
        elif hit.cue.marks & Mark.THANKS and len(tokens) - hit.end <= SIGNATURE:
            _become(weighed, hit, COURTESY * hit.value)


def _for_a_failure(praise: Hit, following: Hit, tokens: list[str]) -> bool:
    if (
        praise.value < WARM
        or following.value > -WARM
        or not following.cue.marks & Mark.FAILURE
        or following.start - praise.end > NEAR
    ):
        return False
    between = tokens[praise.end : following.start]
    # "Danke, aber", "Thanks! Still delayed": the thanks end where the sentence does.
    thanked = bool(praise.cue.marks & Mark.THANKS)
    return not any(token[0] in ".,;:!?…\n" for token in between) and (thanked or len(between) <= 3)


def _become(weighed: Weighed, hit: Hit, value: float) -> None:
    weighed.praise = max(0.0, weighed.praise - hit.value)
    hit.value = value
    if value < 0:
        weighed.blame -= value
    else:
        weighed.praise += value
