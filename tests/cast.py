"""The cast, everywhere the same: Mara leads the room, Ben writes, Ines must approve, Olu sees, Ada runs it all.

    answer = browser(ben()).post("/topics/1/remove/")

Each function returns the person, made when first asked for within a test.
"""

from __future__ import annotations

from django.test import Client

from accalmie.core.people import Role
from accalmie.records.models import User


def _person(name: str, role: Role) -> User:
    found, _ = User.objects.get_or_create(
        username=name,
        defaults={"role": role, "language": "en", "zone": "Europe/Paris", "email": f"{name}@brand.example"},
    )
    return found


def mara() -> User:
    """Leads the room."""
    return _person("mara", Role.LEAD)


def ben() -> User:
    """Writes: makes topics and sources."""
    return _person("ben", Role.AUTHOR)


def ines() -> User:
    """Must approve."""
    return _person("ines", Role.APPROVER)


def ravi() -> User:
    """Answers people: acknowledges alarms, exports, and makes nothing."""
    return _person("ravi", Role.RESPONDER)


def olu() -> User:
    """Only looks."""
    return _person("olu", Role.VIEWER)


def ada() -> User:
    """Runs the installation."""
    return _person("ada", Role.ADMIN)


def browser(person: User | None = None) -> Client:
    """A browser in which `person` is signed in (nobody: None)."""
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


def htmx(person: User) -> Client:
    """A browser whose requests come from htmx."""
    client = Client(headers={"HX-Request": "true"})
    client.force_login(person)
    return client
