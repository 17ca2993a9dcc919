"""What to do next, in a sentence or two: by level, phase, and whether somebody has acknowledged the alarm.

After the advice of Graf and Schwede for their scale: stay calm, look first, deliver facts, step in early, say
sorry; level 3 can already be dangerous. Short on purpose: who reads this is tired and in a hurry.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as lazy

from accalmie.core.fever.pulse import Phase


@dataclass(frozen=True, slots=True)
class Step:
    """What to do, and what it will bring about."""

    do: object
    then: object


LEARNING = Step(
    lazy("Nothing yet. What is usual here is still being learnt."),
    lazy("Until then no alarm is raised. Look at the mentions yourself now and then."),
)
CALM = Step(lazy("Nothing. It is calm."), lazy("Listening goes on; you are told when it changes."))
LIGHT = Step(
    lazy("Nothing must be done. If you have a minute, read what the few critics say."),
    lazy("Whoever has a real problem is best answered early, in person."),
)
GRUMBLING = Step(
    lazy("Look at the mentions: is one of them right?"),
    lazy("A calm answer to the first complaint often saves the storm. No alarm is raised yet."),
)
UNSEEN = Step(
    lazy("Acknowledge the alarm, then gather the facts: what happened, who is affected, what is certain."),
    lazy("The others see that you take care of it. They are alerted again only if it grows."),
)
UNSEEN_STORM = Step(
    lazy("Acknowledge the alarm, then call together who decides. Stop planned posts."),
    lazy(
        "The others see that you take care of it. Say publicly soon that you know, and when you speak next."
    ),
)
BREEZE = Step(
    lazy(
        "Gather the facts: what happened, who is affected, what is certain. Hold back what you planned to post."
    ),
    lazy("From here on it can become dangerous. With the facts at hand you can answer within the hour."),
)
WIND = Step(
    lazy("Bring together who decides. Choose one voice, stop planned posts, prepare a first statement."),
    lazy(
        "Critics have found each other. A statement says what you know, what you do, and when you speak next."
    ),
)
STORM = Step(
    lazy("Call the crisis team now. Say publicly that you know, what you do, and when you will speak again."),
    lazy("Answer those who are affected first. Do not argue with the loud, and delete nothing."),
)
FALLING = Step(
    lazy("Keep what you promised, and answer those who still wait."),
    lazy("It is going down. New promises or excuses could bring it back."),
)
OVER = Step(
    lazy("Thank those who helped, and note what you learnt."),
    lazy("It is calm again. It may come back in the morning: look then."),
)
BY_LEVEL = (CALM, LIGHT, GRUMBLING, BREEZE, WIND, STORM, STORM)


def next_step(level: int, phase: str, *, unseen: bool) -> Step:
    """Return what to do at `level` (0 to 6) in `phase`; `unseen`: an alarm is open that nobody acknowledged."""
    if unseen:
        return UNSEEN if level < 4 else UNSEEN_STORM
    if phase == Phase.LEARNING.value:
        return LEARNING
    if phase == Phase.CALM_AGAIN.value:
        return OVER
    if phase == Phase.FALLING.value and level < 4:
        return FALLING
    return BY_LEVEL[level]
