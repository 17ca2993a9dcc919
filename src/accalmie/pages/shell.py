"""What every page shows around its content: the menu, who is listening, the look; and the pages for errors."""

from __future__ import annotations

import secrets
import sys
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template import loader
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language, get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from accalmie.actions import people
from accalmie.core.people import Do, may
from accalmie.pages.door import Visit, page
from accalmie.phrasebook import say
from accalmie.records import fault
from accalmie.records.models import AlarmRecord, User
from accalmie.records.work import lives, worker_seen

log = structlog.get_logger()

#: The menu: the address's name, what people read, and the first part of the addresses that belong to it.
MENU = (
    ("overview", lazy("Overview"), ("/", "/topics/", "/drill/", "/sources/")),
    ("search", lazy("Search"), ("/search/", "/compare/", "/mentions/")),
    ("alarms", lazy("Alarms"), ("/alarms/",)),
    ("proof", lazy("Proof"), ("/proof/",)),
    ("team", lazy("Team"), ("/team/",)),
)
THEMES = (("auto", lazy("As the device")), ("light", lazy("Light")), ("dark", lazy("Dark")))
YEAR = 365 * 24 * 3600
#: Below so many bytes the disk is nearly full: a storm fills as much in minutes.
LITTLE_ROOM = 100 * 1024**2


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the menu. `count` is what waits behind it."""

    name: str
    address: str
    here: bool
    count: int = 0


class Shell:
    """What the frame asks for. Each figure is looked up only when a template shows it, and once."""

    themes = THEMES
    #: Languages in their own name, so that everybody finds theirs.
    languages = settings.LANGUAGES

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def person(self) -> User | None:
        """Who is signed in and may go on; None for nobody, and for somebody who must choose a password first."""
        who = self.request.user
        return who if isinstance(who, User) and not who.must_change_password else None

    @property
    def theme(self) -> str:
        """The chosen look: auto, light or dark."""
        chosen = self.request.COOKIES.get("theme", "auto")
        return chosen if chosen in dict(THEMES) else "auto"

    @property
    def zone(self) -> str:
        """The zone in which this page tells the time."""
        return timezone.get_current_timezone_name()

    @cached_property
    def open_alarms(self) -> int:
        """How many alarms wait for somebody to look."""
        return waiting_alarms() if self.person else 0

    @cached_property
    def worker_seen(self) -> datetime | None:
        """When a worker was last heard of."""
        return worker_seen()

    @cached_property
    def deaf(self) -> bool:
        """Whether no worker is running."""
        return not lives(self.worker_seen, timezone.now())

    @cached_property
    def nearly_full(self) -> str:
        """What to say while the disk of the data folder has hardly any room, else ""."""
        left = fault.room_left()
        if left >= LITTLE_ROOM:
            return ""
        return say("trouble", "store_nearly_full", get_language() or "en", left=left // 1024**2)

    @property
    def menu(self) -> list[Item]:
        """The entries, with what waits behind them."""
        return [
            Item(str(told), reverse(name), self._here(parts), self.open_alarms if name == "alarms" else 0)
            for name, told, parts in MENU
            # Nobody is led to a page that only says that it is not theirs.
            if name != "team" or (self.person and may(self.person.rank, Do.MANAGE_PEOPLE))
        ]

    def _here(self, parts: tuple[str, ...]) -> bool:
        path = self.request.path
        return any(path == part or (part != "/" and path.startswith(part)) for part in parts)


def waiting_alarms() -> int:
    """Return how many alarms are open and not yet acknowledged. Alarms of the past do not count."""
    return (
        AlarmRecord.objects.filter(acknowledged_at=None, past=False)
        .exclude(state=AlarmRecord.CLEARED)
        .count()
    )


def moving(request: HttpRequest) -> bool:
    """Tell whether htmx asks for the parts that move, and not the browser for the page (also on going back)."""
    asked = request.headers
    return asked.get("HX-Request") == "true" and asked.get("HX-History-Restore-Request") != "true"


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give every template `shell`."""
    return {"shell": Shell(request)}


@page("GET")
def state(request: Visit) -> HttpResponse:
    """Return the banner that says whether anybody listens."""
    return render(request, "pages/_state.html")


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark, or as the device."""
    answer = HttpResponseRedirect(_back(request))
    chosen = request.POST.get("theme", "")
    if chosen in dict(THEMES):
        answer.set_cookie(
            "theme", chosen, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    return answer


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember the language: in a cookie, and with the person when somebody is signed in."""
    answer = HttpResponseRedirect(_back(request))
    chosen = request.POST.get("language", "")
    if check_for_language(chosen):
        if isinstance(who := request.user, User):
            people.set_profile(who, language=chosen, zone=who.zone, alerts_per_hour=who.alerts_per_hour)
        answer.set_cookie(
            "accalmie_language",
            chosen,
            max_age=YEAR,
            samesite="Lax",
            secure=request.is_secure(),
            httponly=True,
        )
    return answer


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else "/"


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that this may not be seen (403)."""
    return render(request, "403.html", status=403)


def not_understood(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that the request was not understood (400)."""
    return render(request, "400.html", status=400)


def not_from_here(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form was not accepted because its secret was missing or old (403)."""
    log.warning("form refused", path=request.path, reason=reason)
    return render(request, "403_csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that there is no such page (404)."""
    return render(request, "404.html", status=404)


def too_often(request: HttpRequest) -> HttpResponse:
    """Say that this was tried too often (429)."""
    return render(request, "429.html", status=429)


def broken(request: HttpRequest) -> HttpResponse:
    """Say that something unforeseen happened, with a number that stands in the log (500)."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError:
        return _not_stored(request, error)
    number = secrets.token_hex(4)
    log.error("page broke", number=number, path=request.path, method=request.method, exc_info=sys.exc_info())
    # No context: whatever broke must not break this page too.
    page = loader.get_template("500.html").render(
        {"number": number, "title": _("Something went wrong on our side")}
    )
    return HttpResponse(page, status=500)


def _not_stored(request: HttpRequest, error: DatabaseError | InterfaceError) -> HttpResponse:
    """Say what keeps the database from answering, and what to do (503)."""
    log.error("database_fault", part="pages", path=request.path, error=str(error))
    language, word = get_language() or "en", fault.meaning(error)
    page = loader.get_template("503.html").render(
        {"title": say("trouble", "store", language), "why": say("trouble", f"store_{word}", language)}
    )
    return HttpResponse(page, status=503, headers={"Retry-After": "10"})


urls = [
    path("state/", state, name="state"),
    path("look/theme/", choose_theme, name="choose_theme"),
    path("look/language/", choose_language, name="choose_language"),
]
