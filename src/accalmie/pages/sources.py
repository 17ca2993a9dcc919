"""The sources of a topic: how each of them is, and adding, changing, pausing, removing them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accalmie import networks
from accalmie.actions import source as actions
from accalmie.core.network import SourceKind, Trouble
from accalmie.core.people import Do, may
from accalmie.pages.door import Visit, page
from accalmie.pages.source_form import KINDS, SourceForm
from accalmie.pages.source_state import Seen, in_words, trouble_told
from accalmie.records.models import GapRecord, SourceRecord, TopicRecord

#: So many of a source's gaps are shown, the newest first.
GAPS = 8


@page("GET")
def sources(request: Visit, topic_id: int) -> HttpResponseBase:
    """Show where a topic listens, and how each of these places is."""
    topic = get_object_or_404(TopicRecord, pk=topic_id)
    shown = {"topic": topic, "cards": _cards(_rows().filter(topic=topic)), **_rights(request)}
    return render(request, "pages/sources.html", shown)


@page("GET")
def card(request: Visit, source_id: int) -> HttpResponseBase:
    """Show one source's card, for the page of all to fetch again when something changed."""
    cards = _cards(_rows().filter(pk=source_id))
    if not cards:
        raise Http404
    if not request.headers.get("HX-Request"):
        return redirect("sources", cards[0].source.topic_id)
    return render(request, "pages/_source.html", {"card": cards[0], **_rights(request)})


def _rows() -> Any:
    newest = GapRecord.objects.order_by("-since")[:GAPS]
    rows = SourceRecord.objects.select_related("topic", "file").defer("secret").order_by("name", "id")
    return rows.prefetch_related(Prefetch("gaps", queryset=newest, to_attr="newest_gaps"))


def _cards(rows: Any) -> list[Seen]:
    return [in_words(row, get_language() or "en") for row in rows]


def _rights(request: Visit) -> dict[str, bool]:
    return {"may_listen": may(request.user.rank, Do.LISTEN)}


@page("GET", needs=Do.LISTEN)
def choose(request: Visit, topic_id: int) -> HttpResponseBase:
    """Choose what kind of source to add."""
    topic = get_object_or_404(TopicRecord, pk=topic_id)
    kinds = [(name, *KINDS.get(name, (name, ""))) for name in networks.KINDS]
    return render(request, "pages/source_choose.html", {"topic": topic, "kinds": kinds})


@page("GET", "POST", needs=Do.LISTEN)
def add(request: Visit, topic_id: int, kind: str) -> HttpResponseBase:
    """Add a source: looked at once while it is made, so that a wrong address or token is told at once."""
    topic = get_object_or_404(TopicRecord, pk=topic_id)
    form = _form(request, _kind(kind), None)
    if request.method == "POST" and form.is_valid() and _answers(request, form):
        actions.add(
            request.user, topic.pk, kind=kind, name=form.name, address=form.address, secret=form.secret,
            only_matching=form.cleaned_data["only_matching"], private_allowed=form.private_allowed,
        )  # fmt: skip
        return redirect("sources", topic.pk)
    return render(request, "pages/source_form.html", {"topic": topic, "form": form, "kind": KINDS.get(kind)})


@page("GET", "POST", needs=Do.LISTEN)
def change(request: Visit, source_id: int) -> HttpResponseBase:
    """Change a source."""
    source = get_object_or_404(SourceRecord.objects.select_related("topic"), pk=source_id)
    form = _form(request, _kind(source.kind), source)
    if request.method == "POST" and form.is_valid() and _answers(request, form):
        actions.change(
            request.user, source.pk, name=form.name, address=form.address, secret=form.secret,
            only_matching=form.cleaned_data["only_matching"], private_allowed=form.private_allowed,
        )  # fmt: skip
        return redirect("sources", source.topic_id)
    shown = {"topic": source.topic, "source": source, "form": form, "kind": KINDS.get(source.kind)}
    return render(request, "pages/source_form.html", shown)


def _kind(name: str) -> SourceKind:
    if name not in networks.KINDS:
        raise Http404
    return networks.KINDS[name]


def _form(request: Visit, kind: SourceKind, stored: SourceRecord | None) -> SourceForm:
    filled = request.POST if request.method == "POST" else None
    return SourceForm(kind, stored, filled, may_private=may(request.user.rank, Do.ALLOW_PRIVATE))


def _answers(request: Visit, form: SourceForm) -> bool:
    """Look at the place once and say what is there; a trouble is told in the form, with a way to go on."""
    if "anyway" in request.POST:
        messages.info(request, _("The source is kept as it is. It is tried again until it answers."))
        return True
    secret = form.secret or (form.stored.secret if form.stored else "")
    try:
        private = form.private_allowed or settings.PRIVATE_NETWORK_ALLOWED
        found = look(form.kind.name, form.address, secret, private_allowed=private)
    except Trouble as trouble:
        form.add_error(
            None, trouble_told(trouble.wrong.value, trouble.where, trouble.detail, get_language() or "en")
        )
        form.refused = True
        return False
    messages.success(request, found)
    return True


def look(kind: str, address: dict[str, str], secret: str, *, private_allowed: bool) -> str:
    """Look once at a place to listen to; return what was found, in words. Raises Trouble."""
    if kind == "mastodon":
        from accalmie.networks import mastodon  # its client is heavy

        seen = mastodon.probe(address, secret, private_allowed=private_allowed)
        told = {"title": seen.title, "account": seen.account}
        if seen.account and seen.streaming:
            return _("%(title)s answers, as %(account)s. It is listened to live.") % told
        if seen.streaming:
            return _("%(title)s answers. It is listened to live.") % told
        return _("%(title)s answers. It has no stream for this, so it is asked every minute.") % told
    batch = networks.listener(kind, address, secret, private_allowed=private_allowed).poll("")
    count = len(batch.mentions)
    return ngettext(
        "It answers, and holds %(count)d entry just now.",
        "It answers, and holds %(count)d entries just now.",
        count,
    ) % {"count": count}


@page("POST", needs=Do.LISTEN)
def pause(request: Visit, source_id: int) -> HttpResponseBase:
    """Stop listening to a source until somebody resumes it."""
    source = get_object_or_404(SourceRecord, pk=source_id)
    actions.pause(request.user, source.pk)
    messages.success(request, _("“%(name)s” is paused. The gap is shown as a gap.") % {"name": source.name})
    return redirect("sources", source.topic_id)


@page("POST", needs=Do.LISTEN)
def resume(request: Visit, source_id: int) -> HttpResponseBase:
    """Listen again, or try again now."""
    source = get_object_or_404(SourceRecord, pk=source_id)
    actions.resume(request.user, source.pk)
    messages.success(request, _("“%(name)s” is tried now.") % {"name": source.name})
    return redirect("sources", source.topic_id)


@page("GET", "POST", needs=Do.LISTEN)
def remove(request: Visit, source_id: int) -> HttpResponseBase:
    """Say what removing will cause, and do it when that was confirmed."""
    source = get_object_or_404(SourceRecord.objects.select_related("topic"), pk=source_id)
    if request.method == "POST":
        actions.remove(request.user, source.pk)
        messages.success(request, _("“%(name)s” is removed. What it heard stays.") % {"name": source.name})
        return redirect("sources", source.topic_id)
    return render(request, "pages/source_remove.html", {"source": source, "topic": source.topic})


urls: list[URLPattern] = [
    path("topics/<int:topic_id>/sources/", sources, name="sources"),
    path("topics/<int:topic_id>/sources/add/", choose, name="source_choose"),
    path("topics/<int:topic_id>/sources/add/<slug:kind>/", add, name="source_add"),
    path("sources/<int:source_id>/", card, name="source"),
    path("sources/<int:source_id>/change/", change, name="source_change"),
    path("sources/<int:source_id>/pause/", pause, name="source_pause"),
    path("sources/<int:source_id>/resume/", resume, name="source_resume"),
    path("sources/<int:source_id>/remove/", remove, name="source_remove"),
]
