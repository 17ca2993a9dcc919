"""What was found, taken along as CSV or JSONL: streamed, whatever its size."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from itertools import islice

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone

from accalmie.actions import export
from accalmie.core.people import Do
from accalmie.pages import names
from accalmie.pages.door import Visit, page
from accalmie.pages.search import opened, questions
from accalmie.records import search
from accalmie.records.models import User
from accalmie.records.search import Asked

Lines = Callable[[User, Asked], Iterator[str]]
#: So many lines go out at a time.
AT_ONCE = 500


@page("GET", needs=Do.EXPORT)
def as_csv(request: Visit) -> HttpResponseBase:
    """Send the found mentions as CSV, safe to open in a spreadsheet."""
    return _sent(request, export.csv_lines, "csv", "text/csv")


@page("GET", needs=Do.EXPORT)
def as_jsonl(request: Visit) -> HttpResponseBase:
    """Send the found mentions as JSON, one on a line."""
    return _sent(request, export.jsonl_lines, "jsonl", "application/x-ndjson")


def _sent(request: Visit, lines: Lines, ending: str, kind: str) -> HttpResponseBase:
    form, shown = opened(request)
    try:
        if form.is_valid():
            asked = questions(form)[0].asked
            # Once the first line is out, nothing can be told any more: an unclear question is told now.
            search.understood(asked.words)
            answer = StreamingHttpResponse(
                flow(lines(request.user, asked)), content_type=f"{kind}; charset=utf-8"
            )
            name = f"accalmie-{timezone.localtime():%Y-%m-%d-%H%M}.{ending}"
            answer["Content-Disposition"] = f'attachment; filename="{name}"'
            return answer
    except search.Unclear as unclear:
        form.add_error("q", names.sentence(unclear))
    return render(request, "pages/search.html", shown, status=400)


async def flow(lines: Iterator[str]) -> AsyncIterator[str]:
    """Yield the lines some at a time. A plain generator would be gathered up whole before anything is sent."""
    take = sync_to_async(lambda: "".join(islice(lines, AT_ONCE)))
    while some := await take():
        yield some


urls: list[URLPattern] = [
    path("search/export.csv", as_csv, name="export_csv"),
    path("search/export.jsonl", as_jsonl, name="export_jsonl"),
]
