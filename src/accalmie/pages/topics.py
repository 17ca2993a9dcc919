"""Make a topic, change it, remove it."""

from __future__ import annotations

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accalmie.actions import topic as actions
from accalmie.core.lifecycle import NotPossible
from accalmie.core.people import Do, NoRight, may, require
from accalmie.pages import names
from accalmie.pages.door import Visit, page
from accalmie.pages.forms import TopicForm, of_topic
from accalmie.records.models import HearingRecord, TopicRecord


@page("GET", "POST", needs=Do.LISTEN)
def make(request: Visit) -> HttpResponseBase:
    """Make a topic, then choose its first source."""
    form = _form(request, initial=_usual(request))
    if request.method == "POST" and form.is_valid() and (topic := _kept(request, form, None)):
        messages.success(request, _("The topic is made. Now choose where to listen."))
        return redirect("source_choose", topic.pk)
    return render(request, "pages/topic_form.html", {"form": form})


@page("GET", "POST", needs=Do.LISTEN)
def change(request: Visit, topic_id: int) -> HttpResponseBase:
    """Change what a topic listens for."""
    topic = get_object_or_404(TopicRecord, pk=topic_id)
    form = _form(request, initial=of_topic(topic), topic_id=topic.pk)
    if request.method == "POST" and form.is_valid() and _kept(request, form, topic.pk):
        messages.success(request, _("The topic is changed. It holds for what is heard from now on."))
        return redirect("topic", topic.pk)
    return render(
        request,
        "pages/topic_form.html",
        {"form": form, "topic": topic, "may_remove": may(request.user.rank, Do.REMOVE_TOPIC)},
    )


@page("GET", "POST")
def remove(request: Visit, topic_id: int) -> HttpResponseBase:
    """Say what removing will cause, and do it when that was confirmed."""
    topic = get_object_or_404(TopicRecord, pk=topic_id)
    require(request.user.rank, Do.DRILL if topic.drill else Do.REMOVE_TOPIC)
    if request.method == "POST":
        actions.remove(request.user, topic.pk)
        messages.success(request, _("The topic “%(name)s” is removed.") % {"name": topic.name})
        return redirect("overview")
    causes = {
        "topic": topic,
        "sources": topic.sources.count(),
        "alarms": topic.alarms.count(),
        "mentions": HearingRecord.objects.filter(topic=topic).count(),
    }
    return render(request, "pages/topic_remove.html", causes)


def _usual(request: Visit) -> dict[str, object]:
    return {"zone": request.user.zone or "Europe/Paris", "threshold": 3, "alerted": [request.user.pk]}


def _form(request: Visit, initial: dict[str, object], topic_id: int | None = None) -> TopicForm:
    return TopicForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        language=get_language() or "en",
        topic_id=topic_id,
        may_choose_alerted=may(request.user.rank, Do.CHOOSE_ALERTS),
    )


def _kept(request: Visit, form: TopicForm, topic_id: int | None) -> TopicRecord | None:
    """Store what was filled in; what the action refuses is told in the form, which keeps what was typed."""
    fields = dict(form.cleaned_data)
    alerted = fields.pop("alerted", None)
    try:
        if topic_id is None:
            topic = actions.make(request.user, **fields)
        else:
            topic = actions.change(request.user, topic_id, **fields)
        if alerted is not None:
            actions.choose_alerted(request.user, topic.pk, [person.pk for person in alerted])
    except NoRight:
        raise
    except NotPossible as refusal:
        form.add_error(None, names.sentence(refusal))
        return None
    return topic


urls: list[URLPattern] = [
    path("topics/new/", make, name="topic_make"),
    path("topics/<int:topic_id>/change/", change, name="topic_change"),
    path("topics/<int:topic_id>/remove/", remove, name="topic_remove"),
]
