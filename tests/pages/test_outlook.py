"""What comes next, on the topic's page: what to do and why, when to stop, the look ahead, and trust."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from accalmie.core.fever.count import pack_voices
from accalmie.core.fever.measure import State, settle
from accalmie.core.fever.pulse import Pulse
from accalmie.pages.outlook import length
from accalmie.records import barometer
from accalmie.records.models import (
    AlarmRecord,
    CheckpointRecord,
    HourRecord,
    MeasureRecord,
    OwnMessageRecord,
    PulseRecord,
    SourceRecord,
    TopicRecord,
)
from tests.cast import browser, htmx, olu, ravi
from tests.heard import source, topic
from tests.house import documents
from tests.questions import asked

pytestmark = pytest.mark.django_db

USUAL = 12


def page(of: TopicRecord, language: str = "en", person=olu) -> str:
    reader = person()
    reader.language = language
    reader.save()
    return browser(reader).get(f"/topics/{of.pk}/").content.decode()


def words(html: str, part: str, until: str = "</section>") -> str:
    """The words of a part of the page, as people read them."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.split(f'id="{part}"')[1].split(until)[0]))


def stood(
    mentions: list[int],
    level: int,
    phase: str = "falling",
    affected: int = 0,
    quiet: int = 200,
    **source_fields: object,
) -> TopicRecord:
    """A topic that was as usual for some days, then had these hours, the last of them whole and just over."""
    of = topic("Aurelia", zone="UTC")
    source(of, **source_fields)
    SourceRecord.objects.update(created_at=datetime.now(UTC) - timedelta(days=60))
    to = barometer.minute(datetime.now(UTC))
    last = to // 60 - 1
    said = [USUAL] * quiet + mentions
    first = last - len(said) + 1
    HourRecord.objects.bulk_create(
        HourRecord(
            topic=of, hour=first + n, mentions=m, authors=m, judged=m, channels={"mastodon": m}, expected=USUAL,
            ceiling=25, negative=m // (4 if m < 30 else 1), affected=affected if m >= 60 else 0,
            level=4 if m >= 60 else 0, phase="peak" if m >= 60 else "calm",
        )
        for n, m in enumerate(said)
    )  # fmt: skip
    PulseRecord.objects.bulk_create(
        PulseRecord(topic=of, minute=(first + n) * 60, mentions=m, voices=pack_voices(_who(m, n)))
        for n, m in enumerate(said)
    )
    learnt = [Pulse(hour * 60, USUAL, judged=USUAL, negative=3) for hour in range(first, first + 100)]
    usual = settle(State(zone="UTC"), learnt, learnt[-1].minute + 60, [], learnt[0].minute)
    CheckpointRecord.objects.create(topic=of, minute=to, state=usual.to_json(), alarm={})
    lately = mentions[-1] if mentions else USUAL
    MeasureRecord.objects.create(
        topic=of, minute=to - 1, fever=36.6 + level, level=level, phase=phase, mentions_hour=lately,
        authors_hour=lately, negative_hour=lately, judged_hour=lately, expected=USUAL, ceiling=25,
        usual_negative=0.25, known=True,
    )  # fmt: skip
    of.level, of.phase, of.fever, of.measured_to = level, phase, 36.6 + level, (last + 1) * 60
    of.measured_at = datetime.now(UTC)
    of.save()
    return of


def _who(mentions: int, n: int) -> list[int]:
    """Regulars while it is as usual, a quarter of them negative; new people in a storm."""
    first = 0 if mentions < 60 else 1000 * (n + 1)
    return sorted((first + k) << 1 | (k % 4 == 0 or mentions >= 60) for k in range(mentions))


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The topic's now is the end of its last hour, however late within the hour the test runs."""

    def at(of: TopicRecord) -> datetime:
        return barometer.moment(of.measured_to) if of.measured_to else datetime.now(UTC)

    monkeypatch.setattr(barometer, "clock_of", at)


FALLING = [90, 300, 240, 140, 100, 90]


# ── What to do ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.claim("M4b")
def test_what_to_do_stands_with_its_reasons_and_what_it_will_cause():
    html = page(stood(FALLING, 4, affected=30))
    told = words(html, "now")
    assert "Go public: say that you know" in told and "Many learn at once" in told
    assert "stop planned posts" in told, "what the team gets ready"
    why = words(html, "why-step", "</details>")
    assert "it is a storm: level 4" in why and "messages that tell of one: 180 (many: from 5 on)" in why
    assert "It rests on: Graf, Schwede 2012; claims S3, S3b. A person decides." in why


@pytest.mark.claim("M4b")
@pytest.mark.parametrize(
    ("language", "do"),
    [
        ("fr", "Continuez d’informer. Dites où vous en êtes"),
        ("de", "Informieren Sie weiter. Sagen Sie, wo Sie stehen"),
        ("en", "Keep informing. Say where things stand"),
    ],
)
def test_the_advice_is_in_the_readers_language(language, do):
    one = stood(FALLING, 3, affected=30)
    OwnMessageRecord.objects.create(topic=one, at=datetime.now(UTC), text="We are sorry")
    assert do in page(one, language)


@pytest.mark.claim("M4b")
def test_the_checklist_of_stopping_tells_yes_no_and_not_known():
    html = page(stood(FALLING, 4, affected=30))
    told = words(html, "when-to-stop", "</details>")
    assert "When to stop reacting: " in told
    assert (
        "not yet: the volume has not halved twice yet: from 300 mentions an hour to 100 (12 are usual)"
        in told
    )
    assert "yes: listened to without a gap for 6 hours" in told
    assert "not known: press: not known here" in told
    assert "not known: open questions: not known here" in told and "Messages of people affected: 180" in told
    assert {"check-yes", "check-no", "check-unknown"} <= set(re.findall(r'class="(check-\w+)"', html))


@pytest.mark.claim("M4b")
def test_when_all_of_it_holds_one_is_told_to_stop():
    quiet_again = stood([90, 300, 90, 20, *[12] * 7], 0, "calm_again", kind="feed")
    assert "Stop reacting. Everything below has come about." in words(page(quiet_again), "now")


def test_an_alarm_that_nobody_has_seen_comes_first():
    one = stood(FALLING, 4)
    now = datetime.now(UTC)
    alarm = AlarmRecord.objects.create(topic=one, at=now, known_at=now, level=4, peak=4, fever=40.6)
    assert "Acknowledge the alarm first" in words(page(one), "now")
    alarm.acknowledged_at, alarm.acknowledged_by = now, ravi()
    alarm.save()
    assert "Acknowledge the alarm first" not in page(one)


@pytest.mark.parametrize("level", range(7))
@pytest.mark.parametrize(
    "phase", ["learning", "calm", "grumbling", "rising", "peak", "falling", "calm_again"]
)
def test_there_is_always_something_to_do_and_what_it_brings(level, phase):
    html = page(stood([], level, phase, quiet=30))
    step = html.split('class="step"')[1].split("</div>")[0]
    assert len(re.findall(r"<p[^>]*>[^<]*<?[^<]{20,}", step)) >= 2


# ── The look ahead ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.claim("S1")
def test_the_look_ahead_stands_in_words_and_as_a_table():
    html = page(stood(FALLING, 4))
    told = words(html, "outlook")
    assert re.search(r"It is going down: it halves within \d+ (minutes|hours)", told)
    assert "As usual again: around" in told and "four times of five" in told
    assert "Back in the morning: " in told and "it is still at level 2 or more" in told
    assert "For the team only: told to the public, it would be a promise." in told
    assert (
        len(re.findall(r'<tr><th scope="row">', html.split('id="hour-by-hour"')[1].split("</details>")[0]))
        == 12
    )


@pytest.mark.claim("S1")
@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "fr",
            (
                "Cela retombe : le volume est divisé par deux en",
                "Retour à l’habitude : vers",
                "Rechute demain matin",
            ),
        ),
        ("de", ("Es lässt nach: Es halbiert sich binnen", "Wieder wie üblich: gegen", "Am Morgen wieder da")),
    ],
)
def test_the_look_ahead_is_in_the_readers_language(language, told):
    html = words(page(stood(FALLING, 4), language), "outlook")
    assert all(part in html for part in told)


@pytest.mark.claim("S1")
def test_the_look_ahead_is_in_nothing_that_leaves_the_house():
    source = documents.HOME / "src" / "accalmie"
    asking = set()
    for path in source.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                names = {f"{node.module}.{alias.name}" for alias in node.names}
                if any(".outlook" in name or ".forecast" in name for name in names):
                    asking.add(str(path.relative_to(source)))
    assert asking == {"actions/outlook.py", "pages/barometer.py", "pages/outlook.py"}


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (
            {"level": 0, "phase": "learning", "mentions": [], "quiet": 9},
            "Too early to say: what is usual here",
        ),
        ({"level": 0, "phase": "calm", "mentions": []}, "Nothing stands out"),
        ({"level": 3, "phase": "rising", "mentions": [90]}, "Too early to say: it has hardly begun"),
        ({"level": 4, "phase": "falling", "mentions": FALLING, "state": "paused"}, "Nothing can be said"),
        ({"level": 4, "phase": "falling", "mentions": FALLING, "kind": "file"}, "Nothing can be said"),
    ],
)
def test_too_early_to_say_is_told_as_such_and_without_figures(made, told):
    html = words(page(stood(**made)), "outlook")
    assert told in html and "Hour by hour" not in html


def test_a_topic_of_which_nothing_is_known_yet_has_its_words_too():
    html = page(topic("Aurelia"))
    assert "Too early to say" in words(html, "outlook")
    assert "What is usual here is still being learnt" in words(html, "now")
    assert "Is trust back?" not in html and "When to stop" not in html


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        (0.1, "10 minutes"),
        (1.2, "70 minutes"),
        (1.7, "2 hours"),
        (5.3, "5 hours"),
        (60, "2 days"),
        (9999, "30 days"),
    ],
)
def test_lengths_are_told_as_roughly_as_they_are_known(hours, told):
    with translation.override("en"):
        assert length(hours) == told


# ── Trust ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.claim("B9")
def test_after_a_storm_trust_is_followed_until_it_is_back():
    during = page(stood(FALLING, 4))
    assert "Is trust back?" not in during
    TopicRecord.objects.all().delete()
    TopicRecord.every.all().delete()
    just_over = words(page(stood([*FALLING, *[12] * 3], 0, "calm_again")), "trust-head")
    assert "Too little is said to know" in just_over or "Back since" in just_over
    assert "Week before the storm" in just_over and "out of" in just_over


@pytest.mark.claim("B9")
def test_trust_that_is_long_back_is_not_told_any_more():
    assert "Is trust back?" not in page(stood([*FALLING, *[12] * 100], 0, "calm"))


# ── Live, and the cost ────────────────────────────────────────────────────────────────────────────────────


def test_it_comes_with_the_parts_that_move():
    one = stood(FALLING, 4)
    parts = htmx(olu()).get(f"/topics/{one.pk}/").content.decode()
    assert re.search(r'id="outlook"[^>]*hx-swap-oob="outerHTML"', parts)
    assert 'id="when-to-stop" data-keep' in parts, "what was opened stays open"
    assert "hx-swap-oob" not in page(one)


def test_the_number_of_questions_does_not_grow_with_the_length_of_a_storm():
    short, client = stood(FALLING, 4), browser(olu())
    few = asked(client, f"/topics/{short.pk}/")
    TopicRecord.objects.update(name="Boreal")
    long = stood([*[90] * 40, *FALLING], 4, quiet=500)
    assert asked(client, f"/topics/{long.pk}/") <= few
