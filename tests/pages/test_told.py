"""Moments as people of each language write them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from accalmie.pages import told

MORNING = datetime(2026, 11, 21, 6, 51, 48, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "zone", "written"),
    [
        ("en", "Europe/Paris", "Saturday, 21 November 2026, 07:51:48 CET"),
        ("de", "Europe/Berlin", "Samstag, 21. November 2026, 07:51:48 MEZ"),
        ("fr", "Europe/Paris", "samedi 21 novembre 2026, 07:51:48 UTC+01:00"),
        ("de", "America/New_York", "Samstag, 21. November 2026, 01:51:48 GMT-05:00"),
    ],
)
def test_a_whole_moment_names_its_zone_as_its_readers_do(language, zone, written):
    with translation.override(language), timezone.override(ZoneInfo(zone)):
        assert told.whole(MORNING) == written


def test_a_french_day_and_its_time_are_joined_as_the_french_say_them():
    with translation.override("fr"), timezone.override(ZoneInfo("Europe/Paris")):
        later = datetime(2026, 11, 22, 12, tzinfo=UTC)
        assert told.moment(MORNING, later) == "sam. 21 nov. à 07:51"
