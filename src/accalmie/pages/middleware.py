"""What every answer carries: the content policy; and whose language and zone it is in."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

Next = Callable[[HttpRequest], HttpResponse]


def content_policy(following: Next) -> Next:
    return following


def person(following: Next) -> Next:
    return following
