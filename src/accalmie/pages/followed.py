"""What followed our messages, in words and in a table. After it, never because of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accalmie.core.fever.followed import AFTER, Change, Followed, Said
from accalmie.pages import told
from accalmie.records import followed
from accalmie.records.barometer import moment
from accalmie.records.marks import OwnMessage
from accalmie.records.models import TopicRecord

Write = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Line:
    """A figure in each stretch of time before and after a message; `usual`: what would be usual instead."""

    name: str
    cells: tuple[str, ...]
    usual: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A message of ours with what followed it: a sentence, and the lines of its table."""

    message: OwnMessage
    sentence: str
    lines: tuple[Line, ...]


def in_words(
    topic: TopicRecord,
    messages: Sequence[OwnMessage],
    clock: datetime,
    gaps: Sequence[tuple[datetime, datetime]] = (),
) -> list[Told]:
    """Return what followed each of the messages (oldest first), the newest message first."""
    found = followed.followed(topic.pk, messages, clock, gaps)
    return [
        Told(message, _sentence(one), tuple(_lines(one)))
        for message, one in reversed(list(zip(messages, found, strict=True)))
    ]


def columns() -> tuple[str, ...]:
    """Return the stretches of time, as the table's heads."""
    hours = [length // 60 for length in AFTER]
    after = (ngettext("%(count)d hour after", "%(count)d hours after", n) % {"count": n} for n in hours)
    return (_("1 hour before"), *after)


def _sentence(one: Followed) -> str:
    last = one.last
    values = {
        "before": _rate(one.before.critics),
        "after": _rate(last.critics) if last else "",
        "hours": told.span(timedelta(minutes=last.until - last.since)) if last else "",
    }
    said = {
        Change.FELL: _(
            "After it there were fewer critics: %(after)s an hour over %(hours)s, %(before)s in the hour before."
        ),
        Change.ROSE: _(
            "After it there were more critics: %(after)s an hour over %(hours)s, %(before)s in the hour before."
        ),
        Change.SAME: _(
            "After it there were about as many critics as before: %(after)s an hour over %(hours)s, %(before)s "
            "in the hour before."
        ),
        Change.FEW: _("Around it there were too few critics to tell anything."),
        Change.UNHEARD: _("Nobody listened for part of that time, so nothing can be told."),
        Change.NOT_YET: _("The first hour after it is not over yet."),
    }
    return " ".join([said[one.change] % values, *_besides(one)])


def _besides(one: Followed) -> Iterator[str]:
    if one.again is not None:
        yield _("Another message of ours followed: %(when)s.") % {"when": told.moment(moment(one.again))}
    if one.after[-1] is None:
        length = timedelta(minutes=AFTER[-1])
        yield _("The %(hours)s after it end at %(when)s.") % {
            "hours": told.span(length),
            "when": told.moment(moment(one.minute) + length),
        }


def _lines(one: Followed) -> Iterator[Line]:
    said = (one.before, *one.after)

    def each(figure: Callable[[Said], float | None]) -> list[float | None]:
        return [None if stretch is None else figure(stretch) for stretch in said]

    negative = one.usual_negative
    usual = each(lambda stretch: stretch.usual)
    critics = [None if mentions is None or negative is None else mentions * negative for mentions in usual]
    yield _line(_("Critics an hour"), _rate, each(lambda stretch: stretch.critics))
    yield from _usually(_rate, critics)
    yield _line(_("Mentions an hour"), _rate, each(lambda stretch: stretch.mentions))
    yield from _usually(_rate, usual)
    yield _line(_("Negative"), told.percent, each(lambda stretch: stretch.negative))
    yield from _usually(told.percent, each(lambda stretch: negative))
    yield _line(_("Positive"), told.percent, each(lambda stretch: stretch.positive))
    yield _line(_("Insults an hour"), _rate, each(lambda stretch: stretch.insults))


def _usually(write: Write, figures: Sequence[float | None]) -> Iterator[Line]:
    if any(figure is not None for figure in figures):
        yield replace(_line(_("usually"), write, figures), usual=True)


def _line(name: str, write: Write, figures: Sequence[float | None]) -> Line:
    return Line(name, tuple("–" if figure is None else write(figure) for figure in figures))


def _rate(value: float) -> str:
    return told.integer(value) if value >= 10 or round(value, 1) == round(value) else told.decimal(value)
