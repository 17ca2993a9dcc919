"""The figures behind a topic's chart as a file: every step of the stretch that is shown, for a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone

from accalmie.pages import barometer as page_of_topic
from accalmie.pages.door import Visit, page
from accalmie.pages.replay import heard_curve
from accalmie.records import barometer
from accalmie.records.models import TopicRecord

COLUMNS = (
    "from", "mentions", "people", "negative", "usual", "still_usual", "fever", "level", "phase", "nobody_listened",
)  # fmt: skip


@page("GET")
def figures(request: Visit, topic_id: int) -> HttpResponseBase:
    """Send the figures of a stretch as CSV; times are ISO 8601 in the reader's zone."""
    row = get_object_or_404(TopicRecord, pk=topic_id)
    clock = barometer.clock_of(row)
    look = page_of_topic.looked_at(request.GET, row, clock)
    since, until = look.picked or (look.since, look.until)
    begins = look.span[0] if look.span else row.created_at
    # Centuries before the first mention have no figures.
    since = max(since, begins - barometer.DAY)
    curve = heard_curve(row, since, max(min(until, clock), since + barometer.HOUR))
    answer = HttpResponse("".join(_lines(curve)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="accalmie-topic-{row.pk}-{since:%Y-%m-%d}.csv"'
    return answer


def _lines(curve: barometer.Curve) -> Iterator[str]:
    out = StringIO()
    write = csv.writer(out)
    write.writerow(COLUMNS)
    for point in curve.points:
        deaf = any(a < point.at + curve.step and b > point.at for a, b in curve.gaps)
        write.writerow(
            (
                timezone.localtime(point.at).isoformat(), point.mentions,
                "" if point.authors is None else point.authors, point.negative, round(point.expected, 1),
                round(point.ceiling, 1), round(point.fever, 1), point.level, point.phase, "yes" if deaf else "no",
            )
        )  # fmt: skip
    yield out.getvalue()


urls: list[URLPattern] = [path("topics/<int:topic_id>/figures.csv", figures, name="figures")]
