"""The frame of every page: its policy, its look, who listens, and the pages for errors."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from structlog.testing import capture_logs

from accalmie.config import urls as house
from accalmie.pages import shell
from accalmie.records.models import AlarmRecord, HeartbeatRecord, User
from tests.cast import ada, ben, browser, mara, olu
from tests.heard import heard, topic
from tests.questions import asked

pytestmark = pytest.mark.django_db


def trip(request: HttpRequest) -> HttpResponse:
    """A page with a fault that nobody foresaw."""
    raise ZeroDivisionError("a cable was loose")


urlpatterns = [*house.urlpatterns, path("trip/", trip)]
handler404, handler500 = house.handler404, house.handler500

ADDRESSES = [
    "/", "/topics/1/", "/drill/", "/search/", "/alarms/", "/team/", "/me/", "/proof/", "/topics/new/",
    "/account/password/change/", "/nowhere/",
]  # fmt: skip


class Page(HTMLParser):
    """What of a page the policy would forbid, and what somebody who doesn't see it finds their way by."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forbidden: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append((tag, named))
        self.forbidden += [name for name in named if name == "style" or name.startswith(("on", "hx-on"))]
        inline = tag == "script" and "src" not in named and named.get("type") != "application/json"
        if tag == "style" or inline or str(named.get("href", "")).startswith("javascript:"):
            self.forbidden.append(tag)
        foreign = [named.get(name) or "" for name in ("src", "action", "data-library")]
        self.forbidden += [value for value in foreign if "//" in value]


def page(browser: Client, address: str = "/") -> str:
    return browser.get(address).content.decode()


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_on_a_page_needs_what_the_policy_forbids(address):
    one = topic("Aurelia")
    heard(one, "Aurelia is late", "Aurelia <script>alert(1)</script> javascript:alert(2)")
    answer = browser(ada()).get(address.replace("/1/", f"/{one.pk}/"))
    assert Page(answer.content.decode()).forbidden == []
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self';" in policy and "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_can_be_found_ones_way_on_by_ear_and_by_keyboard(address):
    one = topic("Aurelia")
    read = Page(page(browser(ada()), address.replace("/1/", f"/{one.pk}/")))
    tags = [tag for tag, _ in read.tags]
    assert tags.count("main") == tags.count("h1") == tags.count("title") == 1
    assert ("html", "en") in [(tag, named.get("lang")) for tag, named in read.tags]
    assert next(named for tag, named in read.tags if tag == "a")["href"] == "#content", (
        "the skip link is first"
    )
    assert all(named.get("aria-label") for tag, named in read.tags if tag == "nav"), "landmarks have names"
    ids = [named["id"] for _, named in read.tags if named.get("id")]
    assert len(ids) == len(set(ids)), "an id stands for one thing"
    named_for = {named.get("for") for tag, named in read.tags if tag == "label"}
    for tag, named in read.tags:
        if tag in {"input", "select", "textarea"} and named.get("type") not in {"hidden", "submit"}:
            assert named.get("id") in named_for or named.get("aria-label"), f"{named} has no label"


def test_the_menu_says_where_one_is_and_how_many_alarms_wait():
    one = topic("Aurelia")
    now = datetime.now(UTC)
    for fields in ({}, {"past": True}, {"state": "cleared", "cleared_at": now}):
        AlarmRecord.objects.create(topic=one, at=now, known_at=now, level=3, peak=3, fever=38.5, **fields)
    html = page(browser(olu()), "/alarms/")
    assert re.search(r'href="/alarms/" aria-current="page">Alarms <span class="count">1<', html)
    assert "<title>Alarms (1) · Accalmie</title>" in html


def test_only_who_gives_roles_is_led_to_the_team():
    assert 'href="/team/"' in page(browser(ada()))
    assert 'href="/team/"' not in page(browser(olu()))


# ── Is anybody listening? ─────────────────────────────────────────────────────────────────────────────────


def beat(ago: timedelta) -> None:
    at = datetime.now(UTC) - ago
    HeartbeatRecord.objects.create(name="w1", started_at=at, at=at)


def test_without_a_worker_every_page_says_that_nobody_listens_and_what_to_do():
    assert "Nobody is listening yet." in page(browser(olu()))
    beat(timedelta(minutes=3))
    html = page(browser(olu()))
    assert "Nobody is listening since" in html and "accalmie work" in html


def test_while_a_worker_lives_nothing_is_said():
    beat(timedelta(seconds=5))
    assert "Nobody is listening" not in page(browser(olu()))
    assert page(browser(olu()), "/state/").strip() == ""


def test_the_frame_costs_two_questions():
    client = browser(olu())
    with_frame = asked(client, "/state/")
    assert with_frame <= 3, "session, person, worker"


# ── Language, zone, light ─────────────────────────────────────────────────────────────────────────────────


def test_the_chosen_light_is_kept():
    client = browser(olu())
    answer = client.post("/look/theme/", {"theme": "dark", "next": "/alarms/"})
    assert (answer.status_code, answer["Location"]) == (302, "/alarms/")
    assert 'data-theme="dark"' in page(client)


@pytest.mark.parametrize("theme", ["", "neon", '"><script>'])
def test_an_unknown_light_is_that_of_the_device(theme):
    client = browser(olu())
    client.post("/look/theme/", {"theme": theme})
    client.cookies["theme"] = theme
    assert 'data-theme="auto"' in page(client)


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
@pytest.mark.parametrize("choice", [("theme", "dark"), ("language", "fr")])
def test_choosing_a_look_leads_nowhere_else(address, choice):
    answer = browser(olu()).post(f"/look/{choice[0]}/", {choice[0]: choice[1], "next": address})
    assert answer["Location"] == "/"


def test_the_chosen_language_is_kept_with_the_person_and_in_the_browser():
    client = browser(olu())
    client.post("/look/language/", {"language": "de"})
    assert User.objects.get(username="olu").language == "de"
    assert '<html lang="de"' in page(client)
    client.post("/account/logout/")
    assert '<html lang="de"' in page(client, "/account/login/")


def test_an_unknown_language_changes_nothing():
    browser(olu()).post("/look/language/", {"language": "tlh"})
    assert User.objects.get(username="olu").language == "en"


def test_languages_are_named_in_themselves():
    html = page(Client(headers={"Accept-Language": "de"}), "/account/login/")
    assert all(name in html for name in ("English", "Français", "Deutsch"))


@pytest.mark.parametrize("address", ["/look/theme/", "/look/language/"])
def test_looks_are_changed_by_post_alone(address):
    assert browser(olu()).get(address).status_code == 405


def test_times_are_those_of_the_person_else_of_the_browser_else_utc():
    assert "Times are those of Europe/Paris." in page(browser(olu()))
    User.objects.update(zone="")
    client = browser(olu())
    assert "Times are those of UTC." in page(client)
    client.cookies["zone"] = "America/Lima"
    assert "Times are those of America/Lima." in page(client)
    client.cookies["zone"] = "../../etc/passwd"
    assert "Times are those of UTC." in page(client)


def test_what_stood_on_a_page_is_not_kept_by_the_browser():
    assert "no-store" in browser(olu()).get("/")["Cache-Control"]


# ── Errors ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_fault_shows_a_number_that_stands_in_the_log_with_its_cause(settings):
    settings.ROOT_URLCONF = __name__
    client = Client(raise_request_exception=False)
    client.force_login(mara())
    with capture_logs() as logs:
        answer = client.get("/trip/")
    html = answer.content.decode()
    number = re.search(r'<code class="key">([0-9a-f]{8})</code>', html)
    assert answer.status_code == 500 and number
    entry = next(entry for entry in logs if entry["event"] == "page broke")
    assert (entry["number"], entry["path"]) == (number[1], "/trip/")
    assert entry["exc_info"][0] is ZeroDivisionError
    assert "a cable was loose" not in html
    assert Page(html).forbidden == []


def test_a_form_without_its_secret_is_refused_in_plain_words():
    client = Client(enforce_csrf_checks=True)
    client.force_login(ben())
    answer = client.post("/look/theme/", {"theme": "dark"})
    assert answer.status_code == 403
    assert "This form was too old" in answer.content.decode()
    assert "Nothing was changed" in answer.content.decode()


def test_nothing_is_where_nothing_is(settings):
    answer = browser(olu()).get("/topics/99/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


@pytest.mark.parametrize(
    ("view", "status"),
    [(shell.not_understood, 400), (shell.refused, 403), (shell.too_often, 429)],
)
def test_every_refusal_has_a_page_with_a_way_back(rf, view, status):
    request = rf.get("/")
    request.user = olu()
    answer = view(request)
    assert answer.status_code == status
    assert 'href="/"' in answer.content.decode()


# ── Colours ───────────────────────────────────────────────────────────────────────────────────────────────

CSS = (Path(shell.__file__).parent / "static/accalmie/accalmie.css").read_text(encoding="utf-8")
#: What eyes without one kind of cones see, on linear RGB (Machado, Oliveira and Fernandes 2009, severity 1).
EYES = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "no green": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.01182, 0.04294, 0.968881),
    ),
    "no blue": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.3039),
    ),
}
#: CIE76 distance that is seen at a glance between two patches that do not touch.
AT_A_GLANCE = 14
Rgb = tuple[float, float, float]


def colour(name: str, dark: bool) -> Rgb:
    value = re.search(rf"--{name}: (?:light-dark\((#\w+), (#\w+)\)|(#\w+));", CSS)
    assert value, f"--{name} is not in the style sheet"
    text = value[3] or value[2 if dark else 1]
    parts = [int(text[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return linear[0], linear[1], linear[2]


def contrast(one: Rgb, other: Rgb) -> float:
    """Contrast after WCAG 2.1."""
    light = sorted(0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (one, other))
    return (light[1] + 0.05) / (light[0] + 0.05)


def seen(rgb: Rgb, eyes: str) -> tuple[float, float, float]:
    """Return the colour as such eyes see it, in CIE Lab."""
    r, g, b = (min(1.0, max(0.0, sum(a * v for a, v in zip(row, rgb, strict=True)))) for row in EYES[eyes])
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
    )
    x, y, z = (t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("eyes", EYES)
def test_no_two_levels_look_alike_to_any_eyes(eyes, dark):
    levels = [seen(colour(f"level-{level}", dark), eyes) for level in range(7)]
    for (a, one), (b, other) in combinations(enumerate(levels), 2):
        assert math.dist(one, other) >= AT_A_GLANCE, f"levels {a} and {b}"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("words", "ground"),
    [(f"on-level-{level}", f"level-{level}") for level in range(7)]
    + [("ink", "ground"), ("ink", "surface"), ("muted", "surface"), ("muted", "ground"), ("muted", "sunken")]
    + [("accent", "surface"), ("accent", "ground"), ("accent", "accent-soft"), ("on-accent", "accent")]
    + [(tone, f"{tone}-soft") for tone in ("good", "warn", "bad")]
    + [
        ("bad", "surface"),
        ("good", "surface"),
        ("ink", "warn-soft"),
        ("ink", "bad-soft"),
        ("surface", "bad"),
    ],
)
def test_words_can_be_read_on_their_ground(words, ground, dark):
    assert contrast(colour(words, dark), colour(ground, dark)) >= 4.5


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(
    "line", ["line-strong", "accent", "series-0", "series-1", "series-2", "bar-negative"]
)
def test_lines_that_mean_something_can_be_seen(line, dark):
    assert contrast(colour(line, dark), colour("surface", dark)) >= 3
