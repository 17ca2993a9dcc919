"""The proof: how long its chain is, and whether it still holds."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone

from accalmie.actions import prove
from accalmie.pages.door import Visit, page
from accalmie.records.models import ProofRecord


@page("GET", "POST")
def proof(request: Visit) -> HttpResponseBase:
    """Show the end of the chain; asked to (POST, since it costs some seconds), walk along the whole of it."""
    shown = {
        "last": ProofRecord.objects.order_by("-seq").first(),
        "verdict": prove.verify_all() if request.method == "POST" else None,
        "now": timezone.now(),
    }
    return render(request, "pages/proof.html", shown)


urls: list[URLPattern] = [path("proof/", proof, name="proof")]
