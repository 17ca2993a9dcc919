"""The drill's buttons: start, pause, go on, remove."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accalmie.actions import drill as actions
from accalmie.core.drill import SCENARIOS
from accalmie.core.people import Do
from accalmie.pages import told
from accalmie.pages.door import Visit, page
from accalmie.pages.forms import Form
from accalmie.phrasebook import say
from accalmie.records.models import SourceRecord, TopicRecord

SPEEDS = (
    (60, lazy("An hour in a minute")),
    (240, lazy("Four hours in a minute")),
    (10, lazy("Ten minutes in a minute")),
    (1, lazy("As in life")),
)


class DrillForm(Form):
    """Which storm, and how fast."""

    scenario = forms.ChoiceField(label=lazy("Storm"))
    speed = forms.TypedChoiceField(label=lazy("How fast"), coerce=int, choices=SPEEDS)
    seed = forms.IntegerField(
        label=lazy("Number of the play"),
        initial=1,
        min_value=1,
        max_value=9999,
        help_text=lazy("The same number plays the same storm again."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scenario"].choices = [  # type: ignore[attr-defined]
            (name, say("drill/scenarios", name, told.reader())) for name in SCENARIOS
        ]


@dataclass(frozen=True, slots=True)
class Playing:
    """How a drill stands."""

    speed: float
    paused: bool
    ended: bool
    about: str
    clock: datetime


def playing(topic: TopicRecord, clock: datetime) -> Playing | None:
    """Return how the drill of a topic stands; None when it is no drill."""
    if not topic.drill:
        return None
    source = SourceRecord.objects.filter(topic=topic, kind=actions.KIND).first()
    if source is None:
        return None
    return Playing(
        speed=source.address.get("speed", 1),
        paused=source.state == SourceRecord.PAUSED,
        ended=source.state == SourceRecord.STOPPED,
        about=say("drill/scenarios", f"{source.address['scenario']}_about", told.reader()),
        clock=clock,
    )


@page("GET", "POST", needs=Do.DRILL)
def start(request: Visit) -> HttpResponseBase:
    """Choose a storm and play it."""
    form = DrillForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        topic = actions.start(
            request.user, scenario=fields["scenario"], seed=fields["seed"], speed=float(fields["speed"])
        )
        return redirect("topic", topic.pk)
    abouts = [
        (say("drill/scenarios", name, told.reader()), say("drill/scenarios", f"{name}_about", told.reader()))
        for name in SCENARIOS
    ]
    return render(request, "pages/drill.html", {"form": form, "abouts": abouts})


@page("POST", needs=Do.DRILL)
def pause(request: Visit, topic_id: int) -> HttpResponseBase:
    """Hold the drill's clock."""
    actions.pause(request.user, topic_id)
    return redirect("topic", topic_id)


@page("POST", needs=Do.DRILL)
def go_on(request: Visit, topic_id: int) -> HttpResponseBase:
    """Let the drill's clock run again."""
    actions.go_on(request.user, topic_id)
    return redirect("topic", topic_id)


@page("POST", needs=Do.DRILL)
def remove(request: Visit, topic_id: int) -> HttpResponseBase:
    """Remove the drill with everything that was invented for it."""
    actions.remove(request.user, topic_id)
    messages.success(request, _("The drill and all its invented mentions are removed."))
    return redirect("overview")


urls: list[URLPattern] = [
    path("drill/", start, name="drill_start"),
    path("topics/<int:topic_id>/drill/pause/", pause, name="drill_pause"),
    path("topics/<int:topic_id>/drill/go-on/", go_on, name="drill_go_on"),
    path("topics/<int:topic_id>/drill/remove/", remove, name="drill_remove"),
]
