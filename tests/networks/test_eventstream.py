"""Server-sent events: the same, however the bytes are cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accalmie.networks.eventstream import Event, EventReader

STREAM = (
    ":)\n\n"
    'event: update\r\ndata: {"id":"1",\r\ndata: "content":"Schöne Bescherung — 🌊"}\r\n\r\n'
    "data:without a space\n\n"
    ":thump\n\n"
    "id: 7\nretry: 10\nevent: delete\rdata: 4711\r\r"
    "event: filters_changed\n\n"
    "\n\nevent: cut off\ndata: never ended\n"
).encode()
EVENTS = [
    Event("update", '{"id":"1",\n"content":"Schöne Bescherung — 🌊"}'),
    Event("message", "without a space"),
    Event("delete", "4711"),
    Event("filters_changed", ""),
]


def test_events_are_read_as_the_standard_says():
    assert EventReader().feed(STREAM) == EVENTS


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_events_are_the_same_however_the_bytes_are_cut(cuts):
    reader = EventReader()
    bounds = [0, *sorted(cuts), len(STREAM)]
    pieces = [STREAM[a:b] for a, b in pairwise(bounds)]
    assert [event for piece in pieces for event in reader.feed(piece)] == EVENTS


def test_an_event_may_not_grow_without_end():
    reader = EventReader(largest=1000)
    with pytest.raises(ValueError, match="more than"):
        for _ in range(100):
            reader.feed(b"data: " + b"x" * 50 + b"\n")
