"""Search as people use it: words, filters, comparison, who and what is passed on, and taking it along."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync

from accalmie.actions.mention import take_in
from accalmie.core.mention import EPOCH
from accalmie.core.network import Batch
from accalmie.pages.exports import AT_ONCE, flow
from accalmie.pages.search import MOST_STEPS, STEPS, newest, step_for
from accalmie.records.models import MentionRecord
from accalmie.records.search import Asked
from tests.cast import ben, browser, htmx, mara, olu, ravi
from tests.heard import LATER, NOON, heard, mention, source, topic
from tests.questions import asked

pytestmark = [
    pytest.mark.django_db,
    # Django's test browser is no ASGI server; the stream itself is tested at the end.
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume"),
]

ADDRESSES = ("/search/", "/search/most/")


def page(query: str = "", person=olu, address: str = "/search/") -> str:
    answer = browser(person()).get(f"{address}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def kept():
    brand = topic("Aurelia")
    heard(
        brand,
        "My parcel is lost, thanks for nothing Aurelia",
        "Où est mon colis ? Aurélia ne répond pas",
        "Aurelia parcel arrived today <script>alert('x')</script>",
        "A letter from Aurelia https://news.example/aurelia #aurelia",
        followers=[10, 20, 30, 40_000],
        shares=[0, 7, 0, 0],
    )
    return brand


@pytest.mark.claim("M4")
def test_what_was_asked_for_is_found_and_marked_and_only_text(kept):
    found = page("?q=parcel")
    assert found.count('<li class="mention">') == 2
    assert "My <mark>parcel</mark> is lost" in found
    assert "<script>alert" not in found and "&lt;script&gt;" in found


def test_newest_first_and_older_ones_on_the_next_page(kept):
    heard(kept, *[f"Aurelia number {number}" for number in range(60)], now=LATER + timedelta(days=1))
    first = browser(olu()).get("/search/?q=number")
    assert first.context["hits"][0].mention.text == "Aurelia number 59"
    older = f"/search/?q=number&before={first.context['next']}"
    assert f'href="?q=number&amp;before={first.context["next"]}"' in first.content.decode()
    second = browser(olu()).get(older)
    assert second.context["next"] is None
    texts = [hit.mention.text for hit in first.context["hits"] + second.context["hits"]]
    assert texts == [f"Aurelia number {number}" for number in reversed(range(60))]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("?language=fr", 1),
        ("?author=person3@social.example", 1),
        ("?channel=mastodon", 4),
        ("?q=aurelia&since=2026-03-04T13:01", 3),
        ("?q=aurelia&until=2026-03-04T12:02:00%2B00:00", 2),
        ("?topic={topic}", 4),
        ("?q=-parcel", 2),
    ],
)
def test_filters_narrow_and_times_are_the_readers(kept, query, count):
    answer = browser(olu()).get("/search/" + query.format(topic=kept.pk))
    assert answer.context["total"] == count == len(answer.context["hits"])


@pytest.mark.parametrize(
    "query",
    [
        "?q=%22open",
        "?since=yesterday",
        "?since=2026-03-04T12:00&until=2026-03-04T11:00",
        "?topic=99",
        "?q=a+OR",
    ],
)
def test_what_is_unclear_gets_a_sentence_and_no_answer(kept, query):
    shown = page(query)
    assert "The question is not clear." in shown
    assert '<li class="mention">' not in shown


def test_nothing_kept_and_nothing_found_are_two_things(kept):
    assert "Nothing that was kept answers this question." in page("?q=nowhere")
    MentionRecord.objects.all().delete()
    assert "Nothing was heard yet" in page()


@pytest.mark.claim("M4")
def test_up_to_three_questions_are_compared_over_the_same_steps(kept):
    answer = browser(olu()).get(f"/search/?q=parcel&q2=colis&topic3={kept.pk}")
    series = answer.context["series"]
    assert [(one.name, one.total) for one in series] == [("parcel", 2), ("colis", 1), ("Aurelia", 4)]
    assert len({tuple(at for at, _ in one.points) for one in series}) == 1, "the same steps for all"
    assert sum(count for _, count in series[2].points) == 4
    shown = answer.content.decode()
    assert shown.count('<th scope="row" class="break">') == 3 and "<figure" in shown


def test_a_question_without_answer_is_compared_too(kept):
    answer = browser(olu()).get("/search/?q=nowhere&q2=parcel")
    assert [one.total for one in answer.context["series"]] == [0, 2]


def test_the_chart_shows_the_stretch_in_which_something_was_said(kept):
    take_in(
        source(kept),
        Batch("2", (mention("Aurelia years ago", 99, said_at=NOON - timedelta(days=4000)),)),
        LATER,
    )
    everything = browser(olu()).get("/search/").context["series"][0].points
    parcels = browser(olu()).get("/search/?q=parcel").context["series"][0].points
    assert everything[0][0] <= NOON - timedelta(days=4000)
    assert len([at for at, count in parcels if count]) == 2, "two minutes apart, and seen so"


@pytest.mark.parametrize("length", [timedelta(0), timedelta(hours=3), timedelta(days=9), timedelta(days=900)])
def test_no_chart_has_more_steps_than_can_be_seen(length):
    step = step_for(length)
    assert length / step <= MOST_STEPS
    assert step == STEPS[0] or length / STEPS[STEPS.index(step) - 1] > MOST_STEPS


def test_steps_begin_where_days_begin():
    assert all(EPOCH + step * 3 - EPOCH == step * 3 for step in STEPS)


@pytest.mark.claim("M4")
def test_most_shared_and_most_heard(kept):
    answer = browser(olu()).get("/search/most/")
    assert [one.value for one, _ in answer.context["links"]] == ["https://news.example/aurelia"]
    assert [one.value for one in answer.context["hashtags"]] == ["aurelia"]
    assert answer.context["by_reach"][0].reach == 40_000
    assert [voice.shares for voice in answer.context["by_repeated"]] == [7]


@pytest.mark.parametrize(("most", "minutes"), [(100, None), (40, None), (10, 30), (1, 39)])
def test_of_very_much_only_the_newest_is_ranked(most, minutes):
    brand = topic("Aurelia")
    heard(brand, *[f"Aurelia {number}" for number in range(40)])
    since = None if minutes is None else NOON + timedelta(minutes=minutes)
    assert newest(Asked(topic=brand.pk), most) == since


def test_a_burst_within_years_is_looked_at_closely():
    brand = topic("Aurelia")
    old = mention("Aurelia", 900, said_at=NOON - timedelta(days=4000))
    take_in(source(brand), Batch("1", (old,)), LATER)
    heard(brand, *[f"Aurelia {number}" for number in range(40)])
    assert newest(Asked(), 5) == NOON + timedelta(minutes=35)


def test_a_link_that_is_a_script_is_not_a_link(kept):
    heard(kept, "x")
    MentionRecord.objects.update(url="javascript:alert(1)")
    for shown in (page(), page(address="/search/most/")):
        assert 'href="javascript' not in shown
    MentionRecord.objects.update(url="https://social.example/1")
    assert 'rel="noopener noreferrer nofollow"' in page()


@pytest.mark.parametrize("address", ADDRESSES)
def test_strangers_and_other_methods_are_refused(address):
    assert browser().get(address).status_code == 302
    assert browser(olu()).post(address).status_code == 405


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_questions_do_not_grow_with_what_is_found(kept, address):
    before = asked(browser(olu()), address + "?q=aurelia")
    heard(
        kept, *[f"Aurelia https://news.example/{n} #t{n}" for n in range(40)], now=LATER + timedelta(days=2)
    )
    for number in range(5):
        topic(f"Topic {number}")
    assert asked(browser(olu()), address + "?q=aurelia") == before


# Taking it along


def exported(query: str, person=ravi) -> str:
    answer = browser(person()).get(f"/search/export.{query}")
    assert answer.status_code == 200
    return b"".join(answer).decode()


@pytest.mark.claim("M4")
def test_what_was_found_can_be_taken_along_as_csv_and_jsonl(kept):
    rows = list(csv.DictReader(io.StringIO(exported("csv?q=parcel"))))
    lines = [json.loads(line) for line in exported("jsonl?q=parcel").splitlines()]
    assert [row["text"] for row in rows] == [line["text"] for line in lines]
    assert len(rows) == 2 and rows[1]["author"] == "person0@social.example"


def test_no_cell_is_a_formula(kept):
    heard(kept, '=HYPERLINK("https://evil.example") Aurelia', now=LATER + timedelta(days=1))
    (row,) = csv.DictReader(io.StringIO(exported("csv?q=hyperlink")))
    assert row["text"].startswith("'=")


def test_more_than_one_bundle_of_lines_goes_out_whole(kept):
    heard(kept, *[f"Aurelia bulk {number}" for number in range(1100)])
    assert exported("jsonl?q=bulk").count("\n") == 1100


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_who_only_looks_takes_nothing_along(kept, ending):
    assert browser(olu()).get(f"/search/export.{ending}").status_code == 403
    assert browser(mara()).post(f"/search/export.{ending}").status_code == 405
    assert "Export as" not in page()
    assert "Export as CSV" in page(person=ben)


def test_an_unclear_question_is_told_and_not_exported(kept):
    answer = browser(ravi()).get("/search/export.csv?q=%22open")
    assert answer.status_code == 400 and "The question is not clear." in answer.content.decode()


def test_the_page_answers_htmx_with_the_same_answer(kept):
    answer = htmx(olu()).get("/search/?q=parcel")
    assert 'id="answer"' in answer.content.decode()


def test_a_mention_of_an_unknown_channel_can_still_be_shown(kept):
    take_in(source(kept), Batch("2", (mention("Aurelia on a forum", 99, network="forum"),)), LATER)
    assert "forum" in page("?q=forum")


def test_an_export_takes_a_bundle_at_a_time_and_no_more():
    taken = []

    def lines():
        for number in range(3 * AT_ONCE):
            taken.append(number)
            yield f"{number}\n"

    async def first() -> str:
        return await anext(flow(lines()))

    assert async_to_sync(first)().count("\n") == AT_ONCE == len(taken)


def test_what_was_invented_for_a_drill_is_told_apart_and_leads_nowhere():
    heard(topic("Tillorbe", drill=True), "Tillorbe is down")
    MentionRecord.objects.update(url="https://social.example/1")
    shown = page("?q=tillorbe")
    assert "tag-drill" in shown and "https://social.example/1" not in shown
