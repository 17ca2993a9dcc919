"""How many are affected: the panel on a topic and on an alarm, and a page with all of it and what people know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accalmie.actions import affected as actions
from accalmie.core.fever.affected import Estimate, Ground, State
from accalmie.core.fever.downstream import Answer
from accalmie.core.lifecycle import NotPossible
from accalmie.core.mention import time_of
from accalmie.core.people import Do, NoRight, may, require
from accalmie.pages import names, told
from accalmie.pages.door import Visit, page
from accalmie.pages.forms import Form
from accalmie.pages.marked import Piece, shortened
from accalmie.phrasebook import say
from accalmie.records import barometer
from accalmie.records.affected import Voice
from accalmie.records.models import AlarmRecord, TopicRecord

#: So many characters of an example are shown; the mention's own page has all.
MOST_TEXT = 280


@dataclass(frozen=True, slots=True)
class Example:
    """What one of them said, shortened, and when."""

    voice: Voice
    said_at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """How many are affected, in the reader's words. `storm`: "open", "over" or "" (the last 24 hours)."""

    answer: str
    likely: str
    storm: str
    #: "?alarm=7" where it is the storm of this alarm that was asked for, else "".
    query: str
    since: datetime
    until: datetime
    rests: list[str]
    narrower: list[str]
    downstream: str
    weak: str
    examples: list[Example]
    pressed: list[Example]


class CustomersForm(Form):
    """What people know of their customers."""

    customers = forms.IntegerField(
        label=lazy("Customers who can be affected"),
        required=False,
        min_value=1,
        max_value=actions.MOST_CUSTOMERS,
        help_text=lazy(
            "At most so many: all customers, or those of the product that failed. Empty: not known."
        ),
    )
    writing_share = forms.FloatField(
        label=lazy("Share of the affected that writes in public, in percent"),
        required=False,
        min_value=0.01,
        max_value=100,
        help_text=lazy(
            "From an earlier incident: those who wrote in public, divided by all who were affected. "
            "Empty: what published surveys say."
        ),
    )


def shown(topic: TopicRecord, clock: datetime, alarm: AlarmRecord | None = None) -> Told:
    """Return how many are affected by a topic's storm (of `alarm`, or the current one) for the panel."""
    found = actions.find(topic, clock, alarm)
    pressing = found.pressure.answer is not Answer.NOBODY
    over = found.alarm is not None and found.alarm.cleared_at is not None
    return Told(
        answer=_answer(found.estimate),
        likely=_likely(found.estimate),
        storm=("over" if over else "open") if found.alarm else "",
        query=f"?alarm={alarm.pk}" if alarm else "",
        since=found.since,
        until=found.until,
        rests=[_sentence(ground) for ground in found.estimate.rests],
        narrower=[_sentence(Ground(key)) for key in found.estimate.narrower],
        downstream=_sentence(found.pressure.ground) if pressing else "",
        weak=_sentence(Ground("downstream_weak")) if pressing else "",
        examples=[_example(voice) for voice in found.examples],
        pressed=[_example(voice) for voice in found.pressed],
    )


def _example(voice: Voice) -> Example:
    pieces = shortened([Piece(voice.text)], MOST_TEXT)
    return Example(voice, time_of(voice.number), "".join(piece.text for piece in pieces))


def _answer(estimate: Estimate) -> str:
    numbers = {"at_least": estimate.at_least, "low": estimate.low, "high": estimate.high}
    key = estimate.state.value
    if estimate.state is State.SOME and not estimate.at_least:
        key = "perhaps"
    elif estimate.state is State.SOME and estimate.low == estimate.high:
        key = "some_all"
    return _sentence(Ground(key, numbers))


def _likely(estimate: Estimate) -> str:
    if estimate.state is not State.SOME or not estimate.low < estimate.likely < estimate.high:
        return ""
    return _sentence(Ground("most_likely", {"likely": estimate.likely}))


def _sentence(ground: Ground) -> str:
    return say("affected", ground.key, told.reader(), **_written(ground.values))


def _written(values: Mapping[str, float]) -> dict[str, str]:
    return {
        name: _share(value) if name.startswith("share") else told.integer(value)
        for name, value in values.items()
    }


def _share(value: float) -> str:
    return told.percent(value) if value >= 0.01 or not value else f"<\N{NO-BREAK SPACE}{told.percent(0.01)}"


@page("GET", "POST")
def affected(request: Visit, topic_id: int) -> HttpResponseBase:
    """Show how many are affected with all it rests on; keep what people know of their customers."""
    topic = get_object_or_404(TopicRecord, pk=topic_id)
    right = Do.DRILL if topic.drill else Do.LISTEN
    if request.method == "POST":
        require(request.user.rank, right)
    alarm = _asked(request, topic)
    form = CustomersForm(request.POST if request.method == "POST" else None, initial=_of(topic))
    if request.method == "POST" and form.is_valid() and _kept(request, topic, form):
        messages.success(request, _("What you know is reckoned with."))
        return redirect(request.get_full_path())
    context: dict[str, Any] = {
        "topic": topic,
        "affected": shown(topic, barometer.clock_of(topic), alarm),
        "form": form if may(request.user.rank, right) else None,
    }
    return render(request, "pages/affected.html", context)


def _asked(request: Visit, topic: TopicRecord) -> AlarmRecord | None:
    """Return the alarm of whose storm the address asks; None (the current storm) for what is none."""
    asked = request.GET.get("alarm", "")
    return AlarmRecord.objects.filter(topic=topic, pk=int(asked)).first() if asked.isdecimal() else None


def _of(topic: TopicRecord) -> dict[str, float | None]:
    share = topic.writing_share
    return {"customers": topic.customers, "writing_share": None if share is None else round(share * 100, 4)}


def _kept(request: Visit, topic: TopicRecord, form: CustomersForm) -> bool:
    share = form.cleaned_data["writing_share"]
    try:
        actions.tell_customers(
            request.user,
            topic.pk,
            customers=form.cleaned_data["customers"],
            writing_share=None if share is None else share / 100,
        )
    except NoRight:
        raise
    except NotPossible as refusal:
        form.add_error(None, names.sentence(refusal))
        return False
    return True


urls: list[URLPattern] = [path("topics/<int:topic_id>/affected/", affected, name="affected")]
