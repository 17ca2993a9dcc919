"""Counting mentions into pulses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accalmie.core.fever.count import Count, add, merge, minute_of, pack_voices, pulses, unpack_voices
from accalmie.core.fever.echo import phrase
from accalmie.core.fever.pulse import Pulse
from accalmie.core.mention import voice
from accalmie.core.reading import Reading, Stance, Tone

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

said = st.tuples(
    st.integers(0, 300).map(lambda seconds: START + timedelta(seconds=seconds)),
    st.sampled_from(["ana", "bo", "cy", "dee"]),
    st.sampled_from(["mastodon", "feed", "x"]),
    st.builds(
        Reading,
        language=st.just("en"),
        tone=st.sampled_from(Tone),
        insult=st.sampled_from([0.1, 0.9]),
        stance=st.sampled_from(Stance),
        teasing=st.sampled_from([0.2, 0.7]),
    ),
    st.one_of(st.none(), st.integers(0, 10**6)),
    st.sampled_from(
        ["", "We all want our money back #shame", "we all want: our money back!", "#brand #Shame"]
    ),
)


def counted(mentions):
    counts: dict[int, Count] = {}
    for mention in mentions:
        add(counts, *mention)
    return pulses(counts)


@given(st.lists(said, max_size=30), st.randoms())
def test_the_order_in_which_mentions_come_does_not_matter(mentions, chance):
    mixed = list(mentions)
    chance.shuffle(mixed)
    assert counted(mixed) == counted(mentions)


@given(st.lists(said, max_size=30), st.integers(0, 30))
def test_counting_in_two_halves_and_merging_equals_counting_at_once(mentions, cut):
    merged: dict[int, Pulse] = {}
    for pulse in counted(mentions[:cut]) + counted(mentions[cut:]):
        merged[pulse.minute] = merge(merged[pulse.minute], pulse) if pulse.minute in merged else pulse
    assert [merged[minute] for minute in sorted(merged)] == counted(mentions)


@given(st.lists(st.integers(0, 2**32 - 1)))
def test_voices_come_back_from_their_stored_form_as_they_were(voices):
    assert unpack_voices(pack_voices(voices)) == tuple(voices)
    assert len(pack_voices(voices)) == 4 * len(voices)


def test_stored_voices_are_little_endian():
    assert pack_voices([1, 0x0A0B0C0D]) == b"\x01\x00\x00\x00\x0d\x0c\x0b\x0a"


def test_broken_stored_voices_say_so():
    with pytest.raises(ValueError, match="not a multiple of four"):
        unpack_voices(b"\x00\x00\x00")


def test_pulses_of_different_minutes_are_not_merged():
    with pytest.raises(ValueError, match="cannot be merged"):
        merge(Pulse(1, 1), Pulse(2, 1))


def test_a_mention_is_counted_with_all_that_was_read_in_it():
    reading = Reading("de", Tone.NEGATIVE, insult=0.8, stance=Stance.AFFECTED, teasing=0.1)
    unread = Reading("und", Tone.UNKNOWN)
    counts: dict[int, Count] = {}
    add(counts, START, "ana", "mastodon", reading, 120, "Never again with these people #Never #again #never")
    add(counts, START + timedelta(seconds=59.9), "ana", "feed", unread)

    assert pulses(counts) == [
        Pulse(
            minute=minute_of(START),
            mentions=2,
            judged=1,
            negative=1,
            insults=1,
            affected=1,
            reach=120,
            channels={"feed": 1, "mastodon": 1},
            voices=(voice("ana") << 1, voice("ana") << 1 | 1),
            echoes=(phrase("never again with these people never again never"),),
            hashtags={"again": 1, "never": 1},
        )
    ]
