"""The overview: every topic with its level; and the first steps when there is none."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from accalmie.pages.door import Visit, page


@page("GET")
def overview(request: Visit) -> HttpResponse:
    """Show all topics, those with an open alarm first."""
    return render(request, "pages/start.html")


urls = [path("", overview, name="overview")]
