"""A file of what was said before: sent from the browser, its columns looked over, then read in."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from secrets import token_urlsafe
from typing import cast

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django_htmx.http import HttpResponseClientRedirect

from accalmie.actions import upload as actions
from accalmie.core.lifecycle import NotPossible
from accalmie.core.people import Do
from accalmie.networks import files
from accalmie.pages import told, upload
from accalmie.pages.door import Visit, page
from accalmie.pages.exports import flow
from accalmie.pages.import_form import COLUMNS, MappingForm, UploadForm, too_large
from accalmie.records.models import ImportRecord, TopicRecord

#: A file that was uploaded and never begun is thrown away after so many seconds.
FORGOTTEN_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is. `left` is an estimate, None while there is nothing to estimate from."""

    record: ImportRecord
    left: timedelta | None
    rejects: list[tuple[int, str, str]]

    @property
    def going_on(self) -> bool:
        """Whether the page should look again."""
        return self.record.state in {ImportRecord.WAITING, ImportRecord.RUNNING}


# The rights are looked at before the body is read; then the form's secret, with the file in its own handler.
@csrf_exempt
@page("GET", "POST", needs=Do.LISTEN)
def send(request: Visit, topic_id: int) -> HttpResponseBase:
    """Take a file, as a stream into the data folder."""
    topic = get_object_or_404(TopicRecord, pk=topic_id)
    if request.method != "POST":
        return _asked(request, topic, UploadForm())
    if why := upload.refused(request):
        return _not_taken(request, topic, why)
    request.upload_handlers = [upload.Limited(request)]
    try:
        return csrf_protect(partial(_take, topic=topic))(request)
    except upload.TooLarge:
        return _not_taken(request, topic, upload.TOO_LARGE)


def _asked(request: HttpRequest, topic: TopicRecord, form: UploadForm, status: int = 200) -> HttpResponseBase:
    # htmx shows only answers that are fine.
    status = 200 if request.headers.get("HX-Request") else status
    return render(request, "pages/import_send.html", {"topic": topic, "form": form}, status=status)


def _not_taken(request: HttpRequest, topic: TopicRecord, why: str) -> HttpResponseBase:
    form = UploadForm({})
    form.full_clean()
    form.errors.clear()
    form.add_error("file", _no_room() if why == upload.NO_ROOM else too_large())
    return _asked(request, topic, form, status=413)


def _no_room() -> str:
    free = _("%(count)s MB") % {"count": told.integer(upload.room_left() / 1024**2)}
    return _(
        "The disk of this installation has room for a file of %(free)s at most. Make room, then try again."
    ) % {"free": free}


def _take(request: HttpRequest, topic: TopicRecord) -> HttpResponseBase:
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _asked(request, topic, form)
    _forget_old()
    file = cast(TemporaryUploadedFile, form.cleaned_data["file"])
    token = token_urlsafe(16)
    # Moved, not copied: a large file is on the disk once.
    Path(file.temporary_file_path()).rename(place(token))
    uploads = request.session.get("uploads", {})
    request.session["uploads"] = {**uploads, token: {"name": Path(str(file.name)).name, "topic": topic.pk}}
    address = reverse("import_columns", args=(topic.pk, token))
    return HttpResponseClientRedirect(address) if request.headers.get("HX-Request") else redirect(address)


def place(token: str) -> Path:
    """Return where an uploaded file waits until it is begun."""
    return Path(settings.DATA) / "uploads" / f"waiting-{token}"


def _forget_old() -> None:
    for file in (Path(settings.DATA) / "uploads").glob("waiting-*"):
        with suppress(FileNotFoundError):
            if time.time() - file.stat().st_mtime > FORGOTTEN_SECONDS:
                file.unlink()


@page("GET", "POST", needs=Do.LISTEN)
def columns(request: Visit, topic_id: int, token: str) -> HttpResponseBase:
    """Show what the columns seem to hold, let a person correct it, and begin."""
    topic = get_object_or_404(TopicRecord, pk=topic_id)
    known = request.session.get("uploads", {}).get(token)
    if known is None or known["topic"] != topic.pk or not place(token).exists():
        raise NotPossible(_("This file is not here any more. Send it again."))
    layout = files.guess(place(token))
    if layout.unreadable:
        shown = {"topic": topic, "name": known["name"], "why": in_words(*layout.unreadable)}
        return render(request, "pages/import_unreadable.html", shown)
    form = MappingForm(layout, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _begin(request, topic, token, form)
    shown = {"topic": topic, "name": known["name"], "layout": layout, "form": form, "sample": _sample(layout)}
    return render(request, "pages/import_columns.html", shown)


def _begin(request: Visit, topic: TopicRecord, token: str, form: MappingForm) -> HttpResponseBase:
    uploads = request.session["uploads"]
    kept = place(token).rename(place(token).with_name(f"import-{token}"))
    record = actions.begin(
        request.user, topic.pk, path=kept, name=uploads[token]["name"], mapping=form.layout.to_json(),
        only_matching=form.cleaned_data["only_matching"],
    )  # fmt: skip
    request.session["uploads"] = {waiting: one for waiting, one in uploads.items() if waiting != token}
    return redirect("import", record.pk)


def _sample(layout: files.Layout) -> list[list[str]]:
    return [[row.get(name, "")[:160] for name in layout.header[:COLUMNS]] for row in layout.sample]


def in_words(key: str, values: Mapping[str, str]) -> str:
    """Return what is wrong with a file or a line, in the reader's language."""
    return files.sentence(key, values, get_language() or "en")


@page("GET", needs=Do.LISTEN)
def progress(request: Visit, import_id: int) -> HttpResponseBase:
    """Show how far an import is, and what was rejected."""
    record = _found(import_id)
    shown = {"progress": so_far(record, timezone.now()), "topic": record.source.topic}
    return render(request, "pages/import.html", shown)


def so_far(record: ImportRecord, now: datetime) -> Progress:
    """Return the state of an import, with the reasons of rejected lines in the reader's language."""
    rejects = [
        (row["line"], in_words(row["why"], row["values"]), row.get("text", "")[:300])
        for row in record.rejects
    ]
    left = None
    if record.state == ImportRecord.RUNNING and record.offset:
        left = (now - record.started_at) * ((record.total_bytes - record.offset) / record.offset)
    return Progress(record, left, rejects)


@page("GET", needs=Do.LISTEN)
def rejects(request: Visit, import_id: int) -> HttpResponseBase:
    """Send all rejected lines as a file: line number, reason, and the line itself."""
    try:
        file = actions.rejects_path(_found(import_id)).open(encoding="utf-8")
    except FileNotFoundError:
        raise Http404 from None
    pieces: Iterator[str] = iter(partial(file.read, 16 * 1024), "")
    answer = StreamingHttpResponse(flow(pieces), content_type="application/x-ndjson; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="accalmie-rejected-{import_id}.jsonl"'
    return answer


def _found(import_id: int) -> ImportRecord:
    return get_object_or_404(
        ImportRecord.objects.select_related("source__topic").defer("source__secret"), pk=import_id
    )


urls: list[URLPattern] = [
    path("topics/<int:topic_id>/import/", send, name="import_upload"),
    path("topics/<int:topic_id>/import/<str:token>/", columns, name="import_columns"),
    path("imports/<int:import_id>/", progress, name="import"),
    path("imports/<int:import_id>/rejects/", rejects, name="import_rejects"),
]
