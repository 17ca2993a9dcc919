"""What followed our messages, in words and in a table. After it, never because of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accalmie.core.fever.followed import AFTER, Change, Followed, Said
from accalmie.pages import told
from accalmie.records import followed
from accalmie.records.barometer import moment
from accalmie.records.marks import OwnMessage
from accalmie.records.models import TopicRecord


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure, and what is usual ("" where it is not known)."""

    figure: str
    usual: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A stretch of time before or after a message: its name and its figures; `late` instead of them."""

    name: str
    cells: tuple[Cell, ...] = ()
    late: str = ""


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
    """Return the heads of the table's figures."""
    return (
        _("Critics an hour"),
        _("Mentions an hour"),
        _("Negative"),
        _("Positive"),
        _("Insults an hour"),
    )


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
    sentence = said[one.change] % values
    if one.again is None:
        return sentence
    return f"{sentence} " + _("Another message of ours followed: %(when)s.") % {
        "when": told.moment(moment(one.again))
    }


def _lines(one: Followed) -> list[Line]:
    lines = [Line(_("The hour before"), _cells(one.before, one.usual_negative))]
    for length, said in zip(AFTER, one.after, strict=True):
        hours = length // 60
        name = ngettext("%(count)d hour after", "%(count)d hours after", hours) % {"count": hours}
        if said is None:
            over = moment(one.minute + length)
            lines.append(Line(name, late=_("over at %(when)s") % {"when": told.moment(over)}))
        else:
            lines.append(Line(name, _cells(said, one.usual_negative)))
    return lines


def _cells(said: Said, usual_negative: float | None) -> tuple[Cell, ...]:
    critics = said.usual * usual_negative if said.usual is not None and usual_negative is not None else None
    return (
        Cell(_rate(said.critics), _rate(critics) if critics is not None else ""),
        Cell(_rate(said.mentions), _rate(said.usual) if said.usual is not None else ""),
        Cell(_share(said.negative), _share(usual_negative) if usual_negative is not None else ""),
        Cell(_share(said.positive)),
        Cell(_rate(said.insults)),
    )


def _rate(value: float) -> str:
    return told.integer(value) if value >= 10 or round(value, 1) == round(value) else told.decimal(value)


def _share(value: float | None) -> str:
    return "–" if value is None else told.percent(value)
