"""Taking in: once, proved, indexed, counted; edits and deletions lose nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accalmie.actions import prove
from accalmie.actions.mention import take_in
from accalmie.core.mention import time_of
from accalmie.core.network import Batch
from accalmie.records import search
from accalmie.records.models import (
    HearingRecord,
    MentionRecord,
    MentionVersion,
    ProofRecord,
    PulseRecord,
    SourceRecord,
)
from accalmie.records.search import Asked
from tests.heard import LATER, NOON, heard, mention, source, topic

pytestmark = pytest.mark.django_db


@pytest.mark.claim("M4")
def test_a_mention_is_kept_once_whatever_comes_again():
    brand = topic("Aurelia")
    first = heard(brand, "Aurelia is late", "Aurelia is fine")
    again = heard(brand, "Aurelia is late", "Aurelia is fine")
    assert (first.new, again.new, again.repeated) == (2, 0, 2)
    assert MentionRecord.objects.count() == HearingRecord.objects.count() == 2
    assert sum(PulseRecord.objects.values_list("mentions", flat=True)) == 2


def test_what_comes_twice_in_one_batch_is_kept_once():
    brand = topic("Aurelia")
    taken = take_in(source(brand), Batch("1", (mention("Aurelia!"), mention("Aurelia!"))), LATER)
    assert MentionRecord.objects.count() == 1
    assert (taken.new, taken.repeated) == (1, 1)


def test_the_cursor_is_stored_with_the_mentions():
    brand = topic("Aurelia")
    place = source(brand)
    take_in(place, Batch("page-7", (mention("Aurelia!"),)), LATER)
    stored = SourceRecord.objects.get(pk=place.pk)
    assert (stored.cursor, stored.heard, stored.last_heard_at) == ("page-7", 1, LATER)


def test_a_fault_in_the_middle_keeps_nothing():
    brand = topic("Aurelia")

    def burst(_):
        raise RuntimeError("the light went out")

    with pytest.raises(RuntimeError):
        take_in(source(brand), Batch("7", (mention("Aurelia!"),)), LATER, also=burst)
    assert not MentionRecord.objects.exists()
    assert not ProofRecord.objects.exists()
    assert search.count(Asked("aurelia")) == 0
    assert SourceRecord.objects.get().cursor == ""


def test_only_what_holds_the_words_is_kept_where_the_source_says_so():
    brand = topic("Aurelia", excluded=["rose"])
    place = source(brand, only_matching=True)
    texts = ["AURÉLIA is late", "Something else", "Aurelia, the rose", "aurelian"]
    taken = take_in(place, Batch("1", tuple(mention(t, n) for n, t in enumerate(texts))), LATER)
    assert (taken.new, taken.not_matching) == (1, 3)


def test_two_topics_hear_the_same_mention_which_is_kept_once():
    one, two = topic("Aurelia"), topic("Borea")
    heard(one, "Aurelia and Borea")
    heard(two, "Aurelia and Borea")
    assert MentionRecord.objects.count() == 1
    assert search.count(Asked(topic=one.id)) == search.count(Asked(topic=two.id)) == 1
    assert list(PulseRecord.objects.values_list("mentions", flat=True)) == [1, 1]


@pytest.mark.claim("M1c")
def test_an_edit_is_noticed_and_the_words_before_stay():
    brand = topic("Aurelia")
    heard(brand, "Aurelia is the worst")
    taken = take_in(
        source(brand), Batch("2", (mention("Aurelia is quite good"),)), LATER + timedelta(hours=1)
    )
    row = MentionRecord.objects.get()
    versions = list(MentionVersion.objects.order_by("id").values_list("what", "text"))
    assert taken.edited == 1
    assert row.text == "Aurelia is quite good" and row.edited_at is not None
    assert versions == [("heard", "Aurelia is the worst"), ("edited", "Aurelia is quite good")]
    assert search.count(Asked("worst")) == 0 and search.count(Asked("quite")) == 1
    assert prove.place(row).holds


def test_a_post_and_its_edit_in_one_batch_are_both_kept():
    brand = topic("Aurelia")
    both = (mention("Aurelia is the worst"), mention("Aurelia is fine"))
    assert take_in(source(brand), Batch("1", both), LATER).edited == 1
    assert MentionRecord.objects.get().text == "Aurelia is fine"
    assert MentionVersion.objects.get(what="heard").text == "Aurelia is the worst"


@pytest.mark.claim("M1c")
def test_a_deletion_is_noticed_and_nothing_is_lost():
    brand = topic("Aurelia")
    heard(brand, "Aurelia is the worst")
    place = source(brand)
    gone = Batch("2", deleted=("https://social.example/statuses/0",))
    assert take_in(place, gone, LATER).deleted == 1
    assert take_in(place, gone, LATER).deleted == 0, "noticed once"
    row = MentionRecord.objects.get()
    assert row.text == "Aurelia is the worst" and row.deleted_at == LATER
    assert list(ProofRecord.objects.order_by("seq").values_list("kind", flat=True)) == ["heard", "deleted"]


@pytest.mark.claim("M1c")
def test_the_chain_holds_until_somebody_touches_it():
    brand = topic("Aurelia")
    heard(brand, *[f"Aurelia {n}" for n in range(5)])
    assert prove.verify_all() == prove.Verdict(5, ProofRecord.objects.get(seq=5).link, None)
    row = MentionRecord.objects.get(text="Aurelia 2")
    MentionRecord.objects.filter(pk=row.pk).update(text="Aurelia is lovely")
    row.refresh_from_db()
    assert not prove.place(row).holds, "the words are not those that were heard"
    ProofRecord.objects.filter(seq=3).update(digest="0" * 64)
    assert prove.verify_all().broken_at == 3


def test_an_entry_left_out_of_the_chain_is_seen():
    brand = topic("Aurelia")
    heard(brand, *[f"Aurelia {n}" for n in range(4)])
    ProofRecord.objects.filter(seq=2).delete()
    assert prove.verify_all().broken_at == 3


def test_a_clock_that_jumps_does_not_make_a_storm_in_the_future():
    brand = topic("Aurelia")
    ahead = replace(mention("Aurelia!"), said_at=NOON + timedelta(days=400))
    ancient = replace(mention("Aurelia?", 1), said_at=NOON.replace(year=1971))
    take_in(source(brand), Batch("1", (ahead, ancient)), LATER)
    assert {time_of(id) for id in MentionRecord.objects.values_list("id", flat=True)} == {LATER}


def test_many_said_in_the_same_second_all_find_a_number():
    brand = topic("Aurelia")
    same = tuple(replace(mention("Aurelia!", n), said_at=NOON) for n in range(3000))
    assert take_in(source(brand), Batch("1", same), LATER).new == 3000
    assert MentionRecord.objects.count() == 3000


def test_signs_that_no_database_takes_are_left_out():
    brand = topic("Aurelia")
    odd = replace(mention("Aurelia \x00 \ud83d broken"), raw='{"a": "\ud83d\x00"}')
    assert take_in(source(brand), Batch("1", (odd,)), LATER).new == 1
    assert MentionRecord.objects.get().text.startswith("Aurelia")


class Laws(TestCase):
    """Whatever the order and the pieces in which mentions come, what is kept and counted is the same."""

    @settings(max_examples=15, deadline=None)
    @given(
        order=st.permutations(range(12)),
        cut=st.integers(0, 12),
        again=st.lists(st.integers(0, 11), max_size=6),
    )
    def test_order_and_pieces_do_not_matter(self, order, cut, again):
        brand = topic("Aurelia")
        said = [mention(f"Aurelia {n % 4}", n) for n in range(12)]
        place = source(brand)
        for piece in (order[:cut], order[cut:], again):
            take_in(place, Batch("1", tuple(said[n] for n in piece)), LATER)
        assert MentionRecord.objects.count() == 12
        pulses = PulseRecord.objects.order_by("minute").values_list("mentions", flat=True)
        assert list(pulses) == [1] * 12
        assert prove.verify_all().broken_at is None
