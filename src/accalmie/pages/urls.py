"""Addresses of the pages: each module brings its own list `urls`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from accalmie.pages import (
    affected,
    alarms,
    barometer,
    drills,
    exports,
    figures,
    imports,
    live,
    marks,
    mentions,
    profile,
    proof,
    replay,
    search,
    shell,
    sources,
    start,
    team,
    topics,
)

urlpatterns: list[URLPattern | URLResolver] = [
    *start.urls,
    *barometer.urls,
    *affected.urls,
    *replay.urls,
    *figures.urls,
    *drills.urls,
    *topics.urls,
    *sources.urls,
    *imports.urls,
    *search.urls,
    *exports.urls,
    *mentions.urls,
    *alarms.urls,
    *marks.urls,
    *proof.urls,
    *team.urls,
    *profile.urls,
    *shell.urls,
    *live.urls,
]
