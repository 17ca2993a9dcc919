"""What a word or a few in a row stand for: the marks that lexicons give and weights add up."""

from __future__ import annotations


class Mark:
    """What a cue stands for, and what a message is found to be; the lexicons and weights name them.

    Plain numbers, one bit each, and no enum: they are put together millions of times.
    """

    NEGATOR = 1 << 0  # turns what follows
    BACK = 1 << 1  # turns what stands before ("marche pas", "geht nicht")
    CONTRAST = 1 << 2  # what follows weighs more
    NEEDED = 1 << 3  # tells of a failure when denied
    FAILURE = 1 << 4  # something of the brand's does not work
    STILL = 1 << 5  # lasts, or happens again
    ME = 1 << 6
    YOU = 1 << 7
    THANKS = 1 << 8
    HELP = 1 << 9  # asks for something, or names a case of one's own
    WAITING = 1 << 10
    CLOSED = 1 << 11  # the case is over
    MONEY = 1 << 12
    MERCY = 1 << 13  # patience, fairness, defence
    BOYCOTT = 1 << 14
    GRUDGE = 1 << 15
    THREAT = 1 << 16
    REPORTED = 1 << 17  # names that somebody else called, or that the writer calls themselves
    CUSTOMERS = 1 << 18  # the writer's own
    PRESSURE = 1 << 19
    JOKE = 1 << 20
    LAUGH = 1 << 21  # a laughing or winking face
    HYPOTHETICAL = 1 << 22  # nothing has happened yet
    FIRM = 1 << 23  # holds its own "not", so another before it turns nothing ("n'ai toujours rien")
    # What the text as a whole shows, beside its words.
    QUESTION = 1 << 24
    EXCLAIM = 1 << 25
    LINK = 1 << 26
    NEWS = 1 << 27  # a link, and nobody speaks of themselves or to anybody
    TAGS = 1 << 28
    # What follows from the others.
    OWN = 1 << 29  # a failure, told by somebody who speaks of themselves
    STRONG = 1 << 30  # much blame and hardly any praise
    MIXED = 1 << 31  # blame and praise, both plain
    IRONY = 1 << 32  # thanks or praise for a failure
    INSULT = 1 << 33
    NEGATIVE = 1 << 34
    POSITIVE = 1 << 35


class Cue:
    """What a word or phrase says, and which words may follow it to make a phrase, whole (`tails`) or by their stem."""

    __slots__ = ("factor", "insult", "marks", "problem", "stems", "tails", "tone")

    def __init__(self) -> None:
        self.tone: float | None = None
        self.insult: float | None = None
        self.factor = 0.0
        self.marks = 0
        self.problem = ""
        self.tails: dict[str, Cue] | None = None
        self.stems: tuple[tuple[str, Cue], ...] = ()

    def then(self, word: str) -> Cue | None:
        """Return the phrase that `word` makes of it, or None."""
        found = self.tails.get(word) if self.tails is not None else None
        if found is None and self.stems:
            return next((cue for stem, cue in self.stems if word.startswith(stem)), None)
        return found

    def beginning(self, phrases: Cue) -> Cue:
        """Return a cue that says what this one says and begins the phrases of the other."""
        twin = Cue()
        for name in ("tone", "insult", "factor", "marks", "problem"):
            setattr(twin, name, getattr(self, name))
        twin.tails, twin.stems = phrases.tails, phrases.stems
        return twin


def marks(names: str) -> int:
    """Return the bits of marks named as in the phrasebook ("negator back"). Raises AttributeError for another name."""
    return sum(getattr(Mark, name.upper()) for name in names.split())
