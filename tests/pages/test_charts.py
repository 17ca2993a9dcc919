"""Charts: what they say without being seen, where gaps and marks are, and that the library understands them."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
import vl_convert
from django.contrib.staticfiles import finders
from django.utils import timezone, translation

from accalmie.core.fever.pulse import Phase
from accalmie.pages import chart_library, told
from accalmie.pages.chart import Chart
from accalmie.pages.chart_axis import ticks
from accalmie.pages.chart_panes import PHASES
from accalmie.pages.charts import compare_chart, fever_chart, sparkline
from accalmie.records.barometer import Curve, Point
from accalmie.records.marks import Campaign, Marks, OwnMessage
from accalmie.records.models import AlarmRecord, HourRecord

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PARIS = ZoneInfo("Europe/Paris")


def point(hours: int, mentions: int, level: int = 0, **fields: object) -> Point:
    made = {
        "at": NOON + hours * HOUR, "mentions": mentions, "negative": mentions // 2, "fever": 36.6 + level / 2,
        "level": level, "phase": "calm", "expected": 10.0, "ceiling": 20.0,
    }  # fmt: skip
    return Point(**(made | fields))


def curve(**fields: object) -> Curve:
    points = [point(0, 10), point(1, 30, 1), point(2, 1200, 4), point(3, 80, 2)]
    made = {"step": HOUR, "since": NOON, "until": NOON + 4 * HOUR, "points": points}
    return Curve(**(made | fields))


@dataclass
class Course:
    """One line of a comparison."""

    name: str
    points: list[tuple[datetime, int]]


COURSES = [
    Course(name, [(NOON + n * HOUR, n * size) for n in range(24)])
    for name, size in (("tills", 1), ("a & b", 40))
]


MARKS = Marks(
    [Campaign(1, "Spring sale", NOON - HOUR, NOON + 2 * HOUR)],
    [
        OwnMessage(1, NOON + 90 * HOUR / 60, "We are <b>on it</b>\nand will tell more"),
        OwnMessage(2, NOON + 3 * HOUR, "x" * 99),
    ],
)


@pytest.fixture(autouse=True)
def in_paris():
    with timezone.override(PARIS), translation.override("en"):
        yield


def drawn(chart: Chart) -> str:
    """The chart as the library itself draws it; raises when it does not understand the description."""
    spec = json.loads(json.dumps(chart.spec).replace('"container"', "600"))
    return str(vl_convert.vegalite_to_svg(spec))


def test_the_library_understands_every_chart():
    alarm = AlarmRecord(at=NOON + 2 * HOUR, peak=4)
    full = curve(gaps=[(NOON, NOON + HOUR / 2)], alarms=[alarm])
    charts = [
        fever_chart(full),
        fever_chart(full, marks=MARKS),
        fever_chart(curve()),
        compare_chart(COURSES, HOUR),
        compare_chart(COURSES[:1], HOUR),
    ]
    charts.append(sparkline([HourRecord(hour=int(NOON.timestamp() // 3600), mentions=4)], NOON, "spark-1"))
    for chart in charts:
        assert "<svg" in drawn(chart)


def test_a_topic_of_which_nothing_is_known_has_a_chart_all_the_same():
    chart = fever_chart(curve(points=[]))
    assert chart.summary == ("From Wed 4 Mar, 13:00 to 17:00: 0 mentions, 0 of them negative.",)
    assert "<svg" in drawn(chart)


def test_a_chart_says_what_it_shows():
    chart = fever_chart(curve(gaps=[(NOON, NOON + HOUR / 2)]))
    assert chart.summary == (
        "From Wed 4 Mar, 13:00 to 17:00: 1,320 mentions, 660 of them negative.",
        "Hottest: 38.6 °C, level 4, strong wind, Wed 4 Mar, 15:00.",
        "Nobody listened: Wed 4 Mar, 13:00 to 13:30.",
    )


def test_the_end_of_a_stretch_names_its_day_where_it_is_another_than_the_first():
    assert told.end(NOON, NOON + 4 * HOUR) == "17:00"
    now = timezone.now().replace(second=0, microsecond=0)
    assert told.end(now - 24 * HOUR, now) == f"{told.date(now)}, {told.clock(now)}"


@pytest.mark.parametrize(("language", "figure"), [("fr", "1\u202f320"), ("de", "1.320"), ("en", "1,320")])
def test_figures_are_written_as_the_reader_writes_them(language, figure):
    with translation.override(language):
        assert figure in fever_chart(curve()).summary[0]


def test_its_table_has_the_same_figures_newest_first_and_leads_to_what_was_said():
    points = [point(0, 10), point(1, 30, 1), point(2, 1200, 4, authors=700), point(3, 80, 2)]
    chart = fever_chart(curve(points=points), pick="/topics/7/?range=day")
    assert [row.cells[1] for row in chart.rows] == ["80", "1,200", "30", "10"]
    assert chart.rows[1].cells == (
        "Wed 4 Mar, 15:00",
        "1,200",
        "700",
        "600",
        "10",
        "up to 20",
        "38.6 °C",
        "4, strong wind",
        "calm",
    )
    assert chart.rows[3].address == (
        "/topics/7/?range=day&since=2026-03-04T12%3A00%3A00%2B00%3A00&until=2026-03-04T13%3A00%3A00%2B00%3A00"
    )


def test_people_of_a_long_step_are_at_most_so_many():
    day = [point(0, 10, authors=7), point(24, 0, authors=0), point(48, 10)]
    chart = fever_chart(curve(step=24 * HOUR, until=NOON + 72 * HOUR, points=day))
    assert [row.cells[2] for row in chart.rows] == ["", "0", "up to 7"]


def test_its_stretches_of_the_same_phase_are_named():
    phases = ["calm", "rising", "rising", "falling"]
    points = [point(hour, 10, phase=phase) for hour, phase in enumerate(phases)]
    found = fever_chart(curve(points=points)).spec["datasets"]["phases"]
    assert [(one["words"], one["share"]) for one in found] == [
        ("calm", 0.25),
        ("rising", 0.5),
        ("falling", 0.25),
    ]
    assert found[1]["meaning"] == "the storm is growing"
    assert [one["look"] for one in found] == [PHASES[phase] for phase in ("calm", "rising", "falling")]
    assert set(PHASES) == {phase.value for phase in Phase}


def test_words_are_only_written_where_there_is_room():
    spec = fever_chart(curve(points=[point(0, 1, phase="peak"), point(1, 1), point(2, 1), point(3, 1)])).spec
    assert ">at its peak</text>" in drawn(Chart("x", "", (), spec))
    narrow = json.loads(json.dumps(spec).replace('"room", "value": 600', '"room", "value": 300'))
    assert ">at its peak</text>" not in drawn(Chart("x", "", (), narrow))


@pytest.mark.claim("B9")
def test_our_own_messages_are_marks_on_the_curve_and_stand_in_the_table():
    chart = fever_chart(curve(), marks=MARKS)
    svg = drawn(chart)
    assert svg.count("var(--own)") == 2 + 4, "a point for each, and a line through two panes"
    assert "key-own" in {key.look for key in chart.keys}
    assert chart.columns[-1] == "Marked"
    assert [row.cells[-1] for row in chart.rows] == [
        f"our message at 16:00: “{'x' * 79}…”",
        "",
        "campaign “Spring sale”, our message at 14:30: “We are <b>on it</b> and will tell more”",
        "campaign “Spring sale”",
    ]
    assert chart.summary[-1] == "2 messages of ours, the last one Wed 4 Mar, 16:00."
    told_of = chart.spec["datasets"]["points"]
    assert [one["marked"] for one in told_of] == [row.cells[-1] for row in reversed(chart.rows)]


@pytest.mark.claim("M7")
def test_a_campaign_is_a_shaded_stretch_within_the_chart():
    chart = fever_chart(curve(), marks=MARKS)
    (shaded,) = chart.spec["datasets"]["campaigns"]
    assert (shaded["a"], shaded["b"]) == tuple(
        int(at.timestamp() * 1000) for at in (NOON, NOON + 2 * HOUR)
    ), "cut where the chart begins"
    assert shaded["w"] == "Wed 4 Mar, 12:00 to 15:00", "told whole"
    assert drawn(chart).count("var(--campaign)") == 3, "in two panes, and its edge"
    assert "key-campaign" in {key.look for key in chart.keys}
    assert "Campaign “Spring sale”: Wed 4 Mar, 12:00 to 15:00." in chart.summary


def test_where_nothing_is_marked_no_mark_is_spoken_of():
    chart = fever_chart(curve())
    assert "Marked" not in chart.columns
    assert not {"key-campaign", "key-own"} & {key.look for key in chart.keys}


def test_what_is_usual_is_not_claimed_while_it_is_learnt():
    chart = fever_chart(curve(points=[point(0, 10, ceiling=0.0, expected=0.0, phase="learning")]))
    assert chart.rows[0].cells[4:6] == ("", "not known yet")
    assert "key-band" not in {key.look for key in chart.keys}


def test_a_gap_covers_what_is_behind_it_in_every_pane():
    chart = fever_chart(curve(gaps=[(NOON, NOON + HOUR)]))
    for pane in chart.spec["vconcat"]:
        rows = [layer["mark"] for layer in pane["layer"] if layer["data"]["name"] == "gaps"]
        assert [mark["type"] for mark in rows] == ["rect", "rule"], "a sheet and a hatching upon it"
        assert rows[1]["strokeWidth"] == pane["height"], "hatched over the whole height"
    assert "key-gap" in {key.look for key in chart.keys}


def test_the_hour_that_still_runs_is_drawn_as_far_as_it_has_come():
    chart = fever_chart(curve(until=NOON + 3.5 * HOUR))
    last = chart.spec["datasets"]["points"][-1]
    assert last["b"] - last["a"] == 30 * 60 * 1000
    assert chart.spec["datasets"]["heat"][-1]["a"] == last["b"], "the line reaches the end"


def test_stretches_of_one_level_are_one_rectangle_with_its_number():
    points = [point(0, 1), point(1, 1), point(2, 1, 3), point(3, 1)]
    runs = fever_chart(curve(points=points)).spec["datasets"]["runs"]
    assert [(run["l"], run["b"] - run["a"]) for run in runs] == [
        (0, 7_200_000),
        (3, 3_600_000),
        (0, 3_600_000),
    ]
    assert runs[1]["level"] == "3, fresh breeze"


def test_colours_are_those_of_the_style_sheet():
    text = json.dumps([fever_chart(curve()).spec, compare_chart(COURSES, HOUR).spec])
    assert "var(--level-6)" in text and "var(--series-1)" in text
    assert '"#' not in text, "a colour of its own would not follow light and dark"


def test_what_others_wrote_is_escaped_on_the_page():
    html = str(compare_chart([Course("</script><b>", COURSES[0].points)], HOUR))
    assert "<b>" not in html
    assert "&lt;/script&gt;&lt;b&gt;" in html and "\\u003C/script\\u003E" in html


def test_half_a_mention_has_no_mark():
    few = compare_chart([Course("few", [(NOON, 0), (NOON + HOUR, 2)])], HOUR)
    assert few.spec["layer"][0]["encoding"]["y"]["axis"]["values"] == [0, 1, 2]


def test_a_comparison_tells_its_lines_apart_without_colour():
    chart = compare_chart(COURSES, HOUR)
    dashes = chart.spec["layer"][0]["encoding"]["strokeDash"]["scale"]["range"]
    assert len({tuple(dash) for dash in dashes}) == 2
    assert chart.summary[1] == "a & b: 11,040 mentions, at most 920 at once, Thu 5 Mar, 12:00."
    assert chart.columns == ("From", "tills", "a & b")


def test_small_bars_are_of_the_last_24_hours_and_empty_hours_count():
    now = int(NOON.timestamp() // 3600)
    rows = [HourRecord(hour=now - back, mentions=back, level=0, ceiling=2.0) for back in (0, 5, 23, 24)]
    chart = sparkline(rows, NOON + HOUR / 2, "spark-1")
    assert [p["n"] for p in chart.spec["datasets"]["points"]] == [23, *[0] * 17, 5, *[0] * 4, 0]
    assert chart.summary == ("28 mentions in the last 24 hours.",)


# ── The axis of time ──────────────────────────────────────────────────────────────────────────────────────


def words(since: datetime, length: timedelta, locale: str = "en_GB", zone: ZoneInfo = PARIS) -> list[str]:
    return [tick.told for tick in ticks(since, since + length, zone, locale)]


def test_marks_stand_at_round_hours_of_the_persons_zone():
    assert words(NOON, timedelta(hours=6)) == ["13:00", "14:00", "15:00", "16:00", "17:00", "18:00", "19:00"]
    assert words(NOON, timedelta(hours=6), zone=ZoneInfo("Asia/Kolkata"))[:2] == ["18:00", "19:00"]


def test_midnight_says_which_day_begins():
    assert words(NOON, timedelta(hours=24)) == [
        "15:00", "18:00", "21:00", "Thu 5 Mar", "03:00", "06:00", "09:00", "12:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("locale", "told"), [("fr_FR", "dim. 29 mars"), ("de_DE", "So., 29. März"), ("en_GB", "Sun 29 Mar")]
)
def test_days_are_named_in_the_readers_language(locale, told):
    assert words(datetime(2026, 3, 28, 12, tzinfo=UTC), timedelta(hours=24), locale)[3] == told


@pytest.mark.parametrize(
    "begin", [datetime(2026, 3, 28, 20, tzinfo=UTC), datetime(2026, 10, 24, 20, tzinfo=UTC)]
)
def test_in_the_night_when_the_clocks_change_marks_stay_at_round_hours(begin):
    marks = ticks(begin, begin + timedelta(hours=16), PARIS, "en_GB")
    assert all(tick.at.minute == 0 for tick in marks)
    assert all(a.at.astimezone(UTC) < b.at.astimezone(UTC) for a, b in pairwise(marks))
    assert len({tick.told for tick in marks}) == len(marks), "no hour has two marks"


@pytest.mark.parametrize("days", [1 / 48, 0.25, 1, 3, 7, 30, 90, 365, 3650])
def test_there_are_never_too_many_marks_and_never_too_few(days):
    marks = ticks(NOON, NOON + timedelta(days=days), PARIS, "en_GB")
    assert 2 <= len(marks) <= 10
    assert all(NOON <= tick.at <= NOON + timedelta(days=days) for tick in marks)


def test_marks_stay_where_they_are_while_the_chart_moves_on():
    length = timedelta(days=30)
    early = {tick.at for tick in ticks(NOON, NOON + length, PARIS, "en_GB")}
    later = {tick.at for tick in ticks(NOON + HOUR * 30, NOON + HOUR * 30 + length, PARIS, "en_GB")}
    assert len(early & later) >= 3


# ── The library's script ──────────────────────────────────────────────────────────────────────────────────


def test_the_library_is_made_once_packed_too_and_found_like_any_static_file():
    path = chart_library.made()
    before = path.stat().st_mtime_ns
    assert finders.find(chart_library.file_name()) == str(path)
    assert chart_library.made().stat().st_mtime_ns == before, "made once"
    assert gzip.decompress(path.with_name(path.name + ".gz").read_bytes()) == path.read_bytes()
    script = path.read_text(encoding="utf-8")
    assert "window.accalmieCharts" in script
    assert 'from"http' not in script and 'import("http' not in script, "nothing is fetched from elsewhere"


def test_its_name_says_its_version_so_that_browsers_may_keep_it():
    assert chart_library.file_name().split(".")[1].isalnum()
    assert len(chart_library.file_name().split(".")[1]) == 12
