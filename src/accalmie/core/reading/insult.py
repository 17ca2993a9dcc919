"""How likely a message calls names: the guide's true and false, as far as words tell."""

from __future__ import annotations

import re

from accalmie.core.reading.cue import Mark
from accalmie.core.reading.weigh import Hit

#: What is quoted, told of others or of oneself, denied, or said in jest is rarely an insult.
QUOTED, TOLD, DENIED, IN_JEST = 0.3, 0.35, 0.3, 0.6

_QUOTATION = re.compile(r"[«“„][^»”“]{1,300}[»”“]|\"[^\"]{1,300}\"")


def insult(hits: list[Hit], tokens: list[str], marks: int, words: str) -> float:
    """Return the probability that the message degrades, dismisses or threatens somebody.

    `words` are the text that `tokens` were taken from.
    """
    spared = 1.0
    quotations: list[str] | None = None
    for hit in hits:
        degree = hit.cue.insult
        if not degree:
            continue
        if quotations is None:
            quotations = _QUOTATION.findall(words)
        if any(_within(tokens[hit.start : hit.end], quotation) for quotation in quotations):
            degree *= QUOTED
        if hit.denied:
            degree *= DENIED
        spared *= 1.0 - degree
    found = 1.0 - spared
    if found and marks & Mark.REPORTED:
        found *= TOLD
    if found and marks & Mark.JOKE and not marks & Mark.FAILURE:
        found *= IN_JEST
    return found


def _within(tokens: list[str], quotation: str) -> bool:
    return all(token in quotation for token in tokens)
