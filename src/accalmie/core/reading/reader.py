"""Reading one message: its language, then its words, then what they come to. `accalmie.core.reading.read` calls it."""

from __future__ import annotations

from accalmie.core.reading import Reading, Stance, Tone, insult, irony, language, stance, tone
from accalmie.core.reading.cue import Mark
from accalmie.core.reading.lexicon import READ, Book, book
from accalmie.core.reading.text import Plain, normal, plain
from accalmie.core.reading.weigh import Weighed, weigh

MODEL = "rules-1"
#: So many words at most are named as reasons.
REASONS = 6
#: Words that weigh less are no reason of their own.
TELLING = 0.5
#: From so much praise, or blame, on it is plainly said.
PLAINLY = 1.2
#: So much blame is more than displeasure.
FIERCE = 2.3

_OWN_FAILURE = Mark.ME | Mark.FAILURE


def read(text: str, hint: str = "") -> Reading:
    """See `accalmie.core.reading.read`."""
    prepared = plain(text)
    spoken = language.identify(prepared.sentence, hint)
    if spoken == language.UNDETERMINED and prepared.hashtags:
        spoken = language.identify(f"{prepared.words} {prepared.labels}", hint)
    if spoken not in READ:
        return Reading(language=spoken, tone=Tone.UNKNOWN, model=MODEL)
    return _judged(prepared, spoken, book(spoken))


def _judged(prepared: Plain, spoken: str, lexicon: Book) -> Reading:
    words = normal(prepared.words)
    tokens = lexicon.take_apart(words)
    labels = lexicon.take_apart(normal(prepared.labels)) if prepared.labels else []
    tokens += labels
    weighed = weigh(tokens, lexicon, len(labels))
    irony.turn(weighed, tokens)
    called = insult.insult(weighed.hits, tokens, weighed.marks, words)
    found = _found(prepared, weighed, called)
    likely = tone.scores(weighed.praise, weighed.blame, found)
    judged = Tone(max(likely, key=likely.__getitem__))
    if judged is Tone.NEGATIVE:
        found |= Mark.NEGATIVE
    elif judged is Tone.POSITIVE:
        found |= Mark.POSITIVE
    stances = stance.stances(found)
    taken = Stance(max(stances, key=stances.__getitem__))
    affected = taken is Stance.AFFECTED
    return Reading(
        language=spoken,
        tone=judged,
        tone_scores=likely,
        insult=called,
        stance=taken,
        stance_scores=stances,
        teasing=stance.teasing(found) if taken is Stance.NONE else 0.0,
        downstream=stance.downstream(found) if affected or taken is Stance.UNDERSTANDING else 0.0,
        problem=stance.problem(weighed.problems) if affected else None,
        because=_because(prepared, lexicon, tokens, weighed, judged),
        model=MODEL,
    )


def _found(prepared: Plain, weighed: Weighed, called: float) -> int:
    """Return the marks of the words, and what the text as a whole shows."""
    found = weighed.marks
    words = prepared.words
    if "?" in words:
        found |= Mark.QUESTION
    if "!" in words:
        found |= Mark.EXCLAIM
    if prepared.link:
        found |= Mark.LINK if found & (Mark.ME | Mark.YOU) else Mark.LINK | Mark.NEWS
    if prepared.hashtags > 2:
        found |= Mark.TAGS
    if found & _OWN_FAILURE == _OWN_FAILURE:
        found |= Mark.OWN
    if _both_said(weighed):
        found |= Mark.MIXED
    if weighed.blame >= FIERCE and weighed.praise < PLAINLY:
        found |= Mark.STRONG
    if called >= 0.5:
        found |= Mark.INSULT
    return found


def _both_said(weighed: Weighed) -> bool:
    """Tell whether fault and good will are both there ("late, but the crew was kind", "bad, but be patient")."""
    marks = weighed.marks
    fault = weighed.blame >= PLAINLY or marks & Mark.FAILURE
    if marks & Mark.MERCY:
        return bool(fault or marks & Mark.CONTRAST)
    return bool(fault and marks & Mark.CONTRAST and weighed.praise >= PLAINLY)


def _because(
    prepared: Plain, lexicon: Book, tokens: list[str], weighed: Weighed, judged: Tone
) -> tuple[str, ...]:
    """Return the words that spoke for the tone, as they stand in the text, in its order."""
    if judged is Tone.NEUTRAL:
        return ()
    sign = -1.0 if judged is Tone.NEGATIVE else 1.0
    spoke = [hit for hit in weighed.hits if hit.value * sign >= TELLING]
    if not spoke:
        return ()
    if len(spoke) > REASONS:
        spoke = sorted(sorted(spoke, key=lambda hit: -abs(hit.value))[:REASONS], key=lambda hit: hit.start)
    written = prepared.words + prepared.labels
    spans = [found.span() for found in lexicon.spans(written)]
    if len(spans) != len(tokens):
        # Letters that change their number when made small ("İ"): the words as they were looked up must do.
        return tuple(" ".join(tokens[hit.start : hit.end]) for hit in spoke)
    quoted = (written[spans[hit.start][0] : spans[hit.end - 1][1]] for hit in spoke)
    return tuple(dict.fromkeys(quoted))
