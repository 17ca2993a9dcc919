"""Marks on a topic's course: campaigns that are planned, and what we published; made, changed, removed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accalmie.actions import mark as actions
from accalmie.core.lifecycle import NotPossible
from accalmie.core.people import Do, NoRight, may
from accalmie.pages import followed, names
from accalmie.pages.door import Visit, page
from accalmie.pages.forms import Form, Moment
from accalmie.records import barometer, marks
from accalmie.records.models import CampaignRecord, OwnMessageRecord, TopicRecord

#: So many messages are shown on the topic's page with what followed them, and on a page of all marks.
FEW, MANY = 5, 10


class CampaignForm(Form):
    """A stretch in which many mentions are expected."""

    name = forms.CharField(
        label=lazy("Name"), max_length=120, help_text=lazy("As your team calls it, for instance Spring sale.")
    )
    since = Moment(label=lazy("Begins"))
    until = Moment(label=lazy("Ends"))


class MessageForm(Form):
    """Something that we published."""

    text = forms.CharField(
        label=lazy("What did you publish?"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=lazy("Its text, or a title."),
    )
    address = forms.CharField(
        label=lazy("Link to it"),
        max_length=2_000,
        required=False,
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
    at = Moment(label=lazy("When"), required=False, help_text=lazy("Left empty: just now."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Its fields stand on the topic's page beside those of other forms.
        super().__init__(*args, **{"auto_id": "message_%s", **kwargs})


# ── On the topic's page ───────────────────────────────────────────────────────────────────────────────────


def shown(row: TopicRecord, curve: barometer.Curve, marked: marks.Marks, clock: datetime) -> dict[str, Any]:
    """Return what the topic's page tells of the marks within its chart."""
    newest = list(marked.messages)[-FEW:]
    return {
        "campaigns": marked.campaigns,
        "columns": followed.columns(),
        "followed": followed.in_words(row, newest, clock, curve.gaps),
        "more": len(marked.messages) - len(newest),
        "form": MessageForm(),
    }


@page("GET")
def all_marks(request: Visit, topic_id: int) -> HttpResponseBase:
    """Show all of a topic's marks: campaigns, then messages with what followed them, newest first."""
    topic = get_object_or_404(TopicRecord, pk=topic_id)
    clock = barometer.clock_of(topic)
    before = _moment(request.GET.get("before", ""))
    some = marks.own_messages(topic.pk, until=before, most=MANY + 1)
    listed = some[-MANY:]
    around = timedelta(hours=13)
    gaps = barometer.gaps(topic, listed[0].at - around, listed[-1].at + around) if listed else []
    context = {
        "topic": topic,
        "campaigns": list(reversed(marks.campaigns(topic.pk))),
        "columns": followed.columns(),
        "followed": followed.in_words(topic, listed, clock, gaps),
        "older": listed[0].at.isoformat() if len(some) > MANY else "",
        "later": before is not None,
        "may_mark": may(request.user.rank, Do.LISTEN),
    }
    return render(request, "pages/marks.html", context)


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return None
    return at if timezone.is_aware(at) else None


# ── Made, changed, removed ────────────────────────────────────────────────────────────────────────────────


@page("GET", "POST", needs=Do.LISTEN)
def add_campaign(request: Visit, topic_id: int) -> HttpResponseBase:
    """Plan a campaign, also one that is over."""
    topic = get_object_or_404(TopicRecord, pk=topic_id)
    form = CampaignForm(request.POST or None)
    if _done(request, form, lambda fields: actions.plan_campaign(request.user, topic.pk, **fields)):
        messages.success(request, _("The campaign is marked. That it is loud then is expected."))
        return _back(topic)
    return render(request, "pages/campaign_form.html", {"topic": topic, "form": form})


@page("GET", "POST", needs=Do.LISTEN)
def change_campaign(request: Visit, campaign_id: int) -> HttpResponseBase:
    """Change a campaign."""
    row = _standing(CampaignRecord, campaign_id)
    form = CampaignForm(
        request.POST or None, initial={"name": row.name, "since": row.since, "until": row.until}
    )
    if _done(request, form, lambda fields: actions.change_campaign(request.user, row.pk, **fields)):
        messages.success(request, _("The campaign is changed."))
        return _back(row.topic)
    return render(request, "pages/campaign_form.html", {"topic": row.topic, "form": form, "campaign": row})


@page("POST", needs=Do.LISTEN)
def remove_campaign(request: Visit, campaign_id: int) -> HttpResponseBase:
    """Take a campaign's mark away."""
    row = _standing(CampaignRecord, campaign_id)
    actions.remove_campaign(request.user, row.pk)
    messages.success(request, _("The campaign “%(name)s” is no longer marked.") % {"name": row.name})
    return _back(row.topic)


@page("GET", "POST", needs=Do.LISTEN)
def add_message(request: Visit, topic_id: int) -> HttpResponseBase:
    """Say that we published something."""
    topic = get_object_or_404(TopicRecord, pk=topic_id)
    form = MessageForm(request.POST or None)
    if _done(request, form, lambda fields: actions.note_own_message(request.user, topic.pk, **fields)):
        messages.success(request, _("Your message is marked. What follows it is counted."))
        return _back(topic)
    return render(request, "pages/message_form.html", {"topic": topic, "form": form})


@page("GET", "POST", needs=Do.LISTEN)
def change_message(request: Visit, message_id: int) -> HttpResponseBase:
    """Change what was said of a message of ours."""
    row = _standing(OwnMessageRecord, message_id)
    initial = {"text": row.text, "address": row.address, "at": row.at}
    form = MessageForm(request.POST or None, initial=initial)

    def change(fields: Mapping[str, Any]) -> OwnMessageRecord:
        # A picker knows no seconds: what was not changed there stays to the second; and empty stays as it was.
        same = fields["at"] is None or fields["at"] == row.at.replace(second=0, microsecond=0)
        return actions.change_own_message(
            request.user,
            row.pk,
            text=fields["text"],
            address=fields["address"],
            at=row.at if same else fields["at"],
        )

    if _done(request, form, change):
        messages.success(request, _("The mark is changed."))
        return _back(row.topic)
    return render(request, "pages/message_form.html", {"topic": row.topic, "form": form, "message": row})


@page("POST", needs=Do.LISTEN)
def remove_message(request: Visit, message_id: int) -> HttpResponseBase:
    """Take the mark of a message away."""
    row = _standing(OwnMessageRecord, message_id)
    actions.remove_own_message(request.user, row.pk)
    messages.success(request, _("The mark is removed. What you published stays where it is."))
    return _back(row.topic)


def _standing(kind: type[Any], id: int) -> Any:
    """Return the row of a mark that was not removed, of a topic that was not removed; else 404."""
    rows = kind.objects.select_related("topic").filter(
        removed_at__isnull=True, topic__removed_at__isnull=True
    )
    return get_object_or_404(rows, pk=id)


def _done(request: Visit, form: Form, act: Callable[[dict[str, Any]], object]) -> bool:
    """Do it with what was filled in; what the action refuses is told in the form, which keeps what was typed."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        act(form.cleaned_data)
    except NoRight:
        raise
    except NotPossible as refusal:
        form.add_error(None, names.sentence(refusal))
        return False
    return True


def _back(topic: TopicRecord) -> HttpResponseBase:
    return redirect(reverse("topic", args=[topic.pk]) + "#marks")


urls: list[URLPattern] = [
    path("topics/<int:topic_id>/marks/", all_marks, name="marks"),
    path("topics/<int:topic_id>/campaigns/add/", add_campaign, name="campaign_add"),
    path("campaigns/<int:campaign_id>/change/", change_campaign, name="campaign_change"),
    path("campaigns/<int:campaign_id>/remove/", remove_campaign, name="campaign_remove"),
    path("topics/<int:topic_id>/messages/add/", add_message, name="message_add"),
    path("messages/<int:message_id>/change/", change_message, name="message_change"),
    path("messages/<int:message_id>/remove/", remove_message, name="message_remove"),
]
