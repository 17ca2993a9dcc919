"""People: the first one, those invited, their roles, profiles and contacts."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accalmie.actions.note import note
from accalmie.core.lifecycle import NotPossible
from accalmie.core.people import Do, Role, require
from accalmie.records.models import ContactRecord, User

FIRST_NAME = "admin"
#: Says what is wrong with a contact's address, or "". Sends a test message, says what went wrong, or "".
Check = Callable[[str], str]


def one_time_password() -> str:
    """Return a password to be read aloud and typed once: four groups, 80 bits."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))


@transaction.atomic
def first() -> tuple[User, str]:
    """Make the first person, an admin, unless there is one; return them and a one-time password.

    The password is "" once the admin has chosen their own; before that, each start makes a new one.
    """
    person = User.objects.order_by("id").first()
    if person is not None and not (person.must_change_password and person.rank is Role.ADMIN):
        return person, ""
    if person is None:
        person = User(username=FIRST_NAME, role=Role.ADMIN, must_change_password=True)
        note("first_person", datetime.now(UTC), name=FIRST_NAME)
    password = one_time_password()
    person.set_password(password)
    person.save()
    return person, password


@transaction.atomic
def foremost() -> User:
    """Return the first person, made if there is nobody; a one-time password that was printed stays valid."""
    return User.objects.order_by("id").first() or first()[0]


@transaction.atomic
def invite(who: User, *, username: str, email: str = "", role: Role) -> tuple[User, str]:
    """Make an account; return it and the one-time password to hand over. Raises NotPossible, NoRight."""
    require(who.rank, Do.MANAGE_PEOPLE)
    name = username.strip()
    if not name:
        raise NotPossible(_("An account needs a name to sign in with."))
    try:
        User.username_validator(name)
    except ValidationError as error:
        raise NotPossible(error.messages[0]) from None
    if User.objects.filter(username__iexact=name).exists():
        raise NotPossible(_("There is an account named %(name)s already.") % {"name": name})
    password = one_time_password()
    person = User(username=name, email=email.strip(), role=role, must_change_password=True)
    person.set_password(password)
    person.save()
    note("person_invited", datetime.now(UTC), who=who.username, name=name, role=Role(role).name.lower())
    return person, password


def _found(user_id: int) -> User:
    person = User.objects.select_for_update().filter(pk=user_id).first()
    if person is None:
        raise NotPossible(_("This account is gone."))
    return person


def _not_the_last_admin(person: User) -> None:
    others = User.objects.filter(role=Role.ADMIN, is_active=True).exclude(pk=person.pk)
    if person.rank is Role.ADMIN and not others.exists():
        raise NotPossible(_("This is the last admin: make somebody else admin first."))


@transaction.atomic
def change_role(who: User, user_id: int, role: Role) -> None:
    """Give a person another role. The last admin keeps theirs."""
    require(who.rank, Do.MANAGE_PEOPLE)
    person = _found(user_id)
    if role != Role.ADMIN:
        _not_the_last_admin(person)
    User.objects.filter(pk=person.pk).update(role=role)
    note(
        "role_changed",
        datetime.now(UTC),
        who=who.username,
        name=person.username,
        role=Role(role).name.lower(),
    )


@transaction.atomic
def deactivate(who: User, user_id: int) -> None:
    """Close an account; the person is signed out at their next click."""
    require(who.rank, Do.MANAGE_PEOPLE)
    person = _found(user_id)
    _not_the_last_admin(person)
    User.objects.filter(pk=person.pk).update(is_active=False)
    note("person_deactivated", datetime.now(UTC), who=who.username, name=person.username)


@transaction.atomic
def activate(who: User, user_id: int) -> None:
    """Open a closed account again."""
    require(who.rank, Do.MANAGE_PEOPLE)
    person = _found(user_id)
    User.objects.filter(pk=person.pk).update(is_active=True)
    note("person_activated", datetime.now(UTC), who=who.username, name=person.username)


@transaction.atomic
def reset_password(who: User, user_id: int) -> str:
    """Return a new one-time password for somebody who has lost theirs."""
    require(who.rank, Do.MANAGE_PEOPLE)
    person = _found(user_id)
    password = one_time_password()
    person.set_password(password)
    person.must_change_password = True
    person.save()
    note("password_reset", datetime.now(UTC), who=who.username, name=person.username)
    return password


@transaction.atomic
def set_profile(who: User, *, language: str, zone: str, alerts_per_hour: int) -> None:
    """Set one's own language ("" follows the browser), time zone and ceiling of alerts."""
    if zone:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            raise NotPossible(
                _("%(zone)s is not a time zone; Europe/Paris is one.") % {"zone": zone}
            ) from None
    if not 1 <= alerts_per_hour <= 60:
        raise NotPossible(_("The ceiling of alerts is 1 to 60 an hour."))
    User.objects.filter(pk=who.pk).update(language=language, zone=zone, alerts_per_hour=alerts_per_hour)


@transaction.atomic
def add_contact(who: User, *, label: str, address: str, check: Check) -> ContactRecord:
    """Add a way to be alerted. `check` says what is wrong with the address, or ""."""
    if wrong := check(address.strip()):
        raise NotPossible(wrong)
    return ContactRecord.objects.create(person=who, label=label.strip()[:80] or "?", address=address.strip())


@transaction.atomic
def remove_contact(who: User, contact_id: int) -> None:
    """Remove one of one's own contacts."""
    ContactRecord.objects.filter(pk=contact_id, person=who).delete()


def test_contact(who: User, contact_id: int, send: Check) -> str:
    """Send a test message; return "" when it went out, else what went wrong."""
    contact = ContactRecord.objects.filter(pk=contact_id, person=who).first()
    if contact is None:
        raise NotPossible(_("This contact was removed meanwhile."))
    wrong = send(contact.address)
    sent_at = contact.last_sent_at if wrong else datetime.now(UTC)
    ContactRecord.objects.filter(pk=contact.pk).update(last_error=wrong, last_sent_at=sent_at)
    return wrong
