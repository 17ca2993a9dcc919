"""What every answer carries: the content policy; and whose language and zone it is in."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone, translation
from django_htmx.http import HttpResponseClientRedirect

from accalmie.records import changes
from accalmie.records.models import User

Next = Callable[[HttpRequest], HttpResponseBase]

#: Everything from here, nothing inline, nothing evaluated, nobody frames us.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
#: What somebody who must choose a password first can still reach, by the address's name.
BEFORE_PASSWORD = ("account_change_password", "account_logout", "choose_language", "choose_theme", "live")


def content_policy(following: Next) -> Next:
    """Give every answer the content policy."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = following(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response

    return answer


def person(following: Next) -> Next:
    """Speak the person's language, tell the time of their zone, and let them choose a password first."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        who = request.user if isinstance(request.user, User) else None
        if who is not None and translation.check_for_language(who.language or "-"):
            translation.activate(who.language)
            request.LANGUAGE_CODE = translation.get_language() or "en"
        timezone.activate(ZoneInfo(zone_of(who, request.COOKIES.get("zone", ""))))
        if who is not None and who.must_change_password and not _before_password(request.path):
            return _to_password(request)
        if who is not None and "text/html" in request.headers.get("Accept", "") and not _by_htmx(request):
            # Before anything else is asked: what changes while the page is being made is then told to it.
            request.newest_change = changes.last()  # type: ignore[attr-defined]
        response = following(request)
        if isinstance(response, HttpResponse) and "Cache-Control" not in response.headers:
            # What stood on a page must not be seen by going back after signing out.
            response.headers["Cache-Control"] = "no-store, private"
        return response

    return answer


def zone_of(who: User | None, cookie: str) -> str:
    """Return the zone to tell the time in: the person's, else the browser's, else UTC."""
    for name in (who.zone if who else "", cookie):
        if name in _zones():
            return name
    return "UTC"


@cache
def _zones() -> frozenset[str]:
    """Return the names of all zones: looking for them on the disk costs 20 ms, and every request asks."""
    return frozenset(available_timezones())


def _before_password(path: str) -> bool:
    return path in {reverse(name) for name in BEFORE_PASSWORD}


def _to_password(request: HttpRequest) -> HttpResponseBase:
    address = reverse("account_change_password")
    answer: HttpResponseBase = HttpResponseRedirect(address)
    if _by_htmx(request):
        answer = HttpResponseClientRedirect(address)
    return answer


def _by_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"
