"""The storm scale in words: level and phase names, and what they mean, in the reader's language.

Seven levels, 0 to 6, by Barbara Schwede and Daniel Graf (Zürich 2012), after Beaufort.
"""

from __future__ import annotations

from accalmie.core.fever.pulse import Phase
from accalmie.phrasebook import say

CALM, HURRICANE = 0, 6
LEVELS = tuple(range(CALM, HURRICANE + 1))


def level_name(level: int, language: str) -> str:
    """Return the wind's name ("bonne brise"). Raises KeyError for a level that is not 0 to 6."""
    return say("levels", f"name_{level}", language)


def level_meaning(level: int, language: str) -> str:
    """Return what the level looks like in social media. Raises KeyError for a level that is not 0 to 6."""
    return say("levels", f"meaning_{level}", language)


def phase_name(phase: Phase | str, language: str) -> str:
    """Return the phase's name ("en hausse"), for a Phase or its value."""
    return say("phases", Phase(phase).value, language)


def phase_meaning(phase: Phase | str, language: str) -> str:
    """Return in a short sentence what the phase means, for a Phase or its value."""
    return say("phases", f"{Phase(phase).value}_meaning", language)
