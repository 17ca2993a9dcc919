"""What to do next: first the alarm that nobody has looked at, then the advice, then what the team gets ready.

The advice is that of `core.fever.reaction`. What stands here beside it is after Graf and Schwede: stay calm,
look first, step in early; level 3 can already be dangerous. Short on purpose: who reads this is tired and in a
hurry.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as lazy

ACKNOWLEDGE = lazy(
    "Acknowledge the alarm first: the others see that you take care of it, and are alerted again only if it grows."
)
#: What the team gets ready, from the level on.
READY = {
    3: lazy("Get ready: hold back what you planned to post, and note what is certain and what is not."),
    4: lazy("Get ready: bring together who decides, choose one voice, and stop planned posts."),
    5: lazy("Get ready: call the crisis team now. Answer those who are affected first, and delete nothing."),
}


def ready(level: int) -> object | None:
    """Return what the team gets ready at `level` (0 to 6); None below a storm."""
    return READY.get(min(level, 5))
