"""The door of every page: who may come in and how, and what is said to whom may not.

A view behind `page` is called by a signed-in person with the right it needs, by a method it knows. What an
action then refuses (NotPossible: 409; NoRight: 403) is said in plain words on a page of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accalmie.core.lifecycle import NotPossible
from accalmie.core.people import Do, NoRight, require
from accalmie.pages import names
from accalmie.records.models import User

Rest = ParamSpec("Rest")

if TYPE_CHECKING:

    class Visit(HttpRequest):
        """A request of somebody who is signed in."""

        user: User
        htmx: object
else:
    Visit = HttpRequest

View = Callable[Concatenate[Visit, Rest], HttpResponseBase]
Door = Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]


def page(*methods: str, needs: Do = Do.SEE) -> Callable[[View[Rest]], Door[Rest]]:
    """Let in who is signed in, carries the right `needs` and comes by one of `methods` (GET alone if none)."""
    allowed = methods or ("GET",)

    def guard(view: View[Rest]) -> Door[Rest]:
        @wraps(view)
        def door(request: HttpRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
            if request.method not in {*allowed, *(["HEAD"] if "GET" in allowed else [])}:
                return HttpResponseNotAllowed(allowed)
            if not isinstance(request.user, User):
                return _to_sign_in(request)
            try:
                require(request.user.rank, needs)
                return view(request, *args, **kwargs)  # type: ignore[arg-type]
            except NotPossible as refusal:
                return refused(request, refusal)

        return cast(Door[Rest], door)

    return guard


def refused(request: HttpRequest, refusal: NotPossible) -> HttpResponseBase:
    """Return the page that says in plain words why it was not done."""
    if isinstance(refusal, NoRight):
        status, title, why = 403, _("This is not yours to do"), names.no_right(refusal.do)
    else:
        status, title, why = 409, _("This was not possible"), names.sentence(refusal)
    return render(request, "pages/refused.html", {"title": title, "why": why}, status=status)


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    # A fragment must not be replaced by the sign-in page: the whole page goes there.
    answer = redirect_to_login(request.get_full_path())
    return HttpResponseClientRedirect(answer.url) if getattr(request, "htmx", False) else answer
