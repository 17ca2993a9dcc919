"""Pulses in the database: what was counted comes back as it was, and is added to."""

from __future__ import annotations

import pytest

from accalmie.core.alarm import AlarmState
from accalmie.core.fever.count import merge
from accalmie.core.fever.echo import phrase
from accalmie.core.fever.measure import State
from accalmie.core.fever.pulse import Pulse
from accalmie.records import measures, pulses
from accalmie.records.models import CheckpointRecord
from tests.heard import heard, topic

pytestmark = pytest.mark.django_db

SAID = Pulse(
    9, 3, judged=2, negative=1, insults=1, reach=10**10, channels={"x": 3}, voices=(2, 5, 2**32 - 1),
    echoes=(0, 7, 2**32 - 1), hashtags={"shame": 2, "énervé": 1},
)  # fmt: skip


def test_a_pulse_comes_back_as_it_was_and_is_added_to():
    brand = topic("Aurelia")
    pulses.add(brand.id, {9: SAID})
    assert pulses.some(brand.id, 0, 10, 5) == [SAID]
    pulses.add(brand.id, {9: SAID, 10: Pulse(10, 1)})
    assert pulses.some(brand.id, 0, 11, 5) == [merge(SAID, SAID), Pulse(10, 1)]


def test_words_and_hashtags_of_what_was_said_are_counted_for_each_topic_that_hears_it():
    text = "Aurelia never answers when you call #AureliaGate"
    for brand in (topic("Aurelia"), topic("Answers", words=["answers"])):
        heard(brand, text)
        (pulse,) = pulses.some(brand.id, 0, 10**9, 5)
        assert pulse.hashtags == {"aureliagate": 1}
        assert pulse.echoes == (phrase(text),)


def test_a_state_of_an_older_version_is_forgotten_and_all_is_measured_anew():
    brand = topic("Aurelia")
    state = State().to_json()
    measures.keep_checkpoints(brand, 0, 60, {}, (State(), AlarmState()))
    assert measures.checkpoint(brand, None) is not None
    del state["usual"]["familiar"]
    CheckpointRecord.objects.all().delete()
    CheckpointRecord.objects.create(topic=brand, minute=120, state=state, alarm=AlarmState().to_json())
    assert measures.checkpoint(brand, None) is None
    assert not CheckpointRecord.objects.exists()
