"""Addresses of the pages: each module brings its own list `urls`."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec

from django.urls import URLPattern, URLResolver

MODULES = (
    "shell", "start", "barometer", "drills", "live",
    "topics", "sources", "imports", "search", "exports", "mentions", "alarms", "team", "profile", "proof",
)  # fmt: skip

urlpatterns: list[URLPattern | URLResolver] = []
for name in MODULES:
    if find_spec(f"accalmie.pages.{name}"):
        try:
            urlpatterns += getattr(import_module(f"accalmie.pages.{name}"), "urls", [])
        except ImportError as error:  # while the house is being built; goes away
            print(f"pages.{name} is left out: {error}", file=sys.stderr)
