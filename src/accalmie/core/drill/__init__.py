"""Drills: storms of invented people around invented brands, composed from a seed, to train on.

`compose` gives a `Play`; `due` the mentions of a stretch of it; `sim_at` and `clock` the moment of the play.
Everything of a drill can be told by its ids ("drill-...") and by `"drill": true` in the raw payload.
"""

from accalmie.core.drill.pace import clock, ends_at, sim_at
from accalmie.core.drill.play import Play, compose, due
from accalmie.core.drill.scenario import SCENARIOS, Scenario, about, title

__all__ = ["SCENARIOS", "Play", "Scenario", "about", "clock", "compose", "due", "ends_at", "sim_at", "title"]
