"""Who signs in, and where they are alerted."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models

from accalmie.core.people import Role
from accalmie.records.secret import SecretField


class User(AbstractUser):
    """A person of the team, with one role for everything."""

    role = models.PositiveSmallIntegerField(default=Role.VIEWER, choices=[(r.value, r.name) for r in Role])
    #: "" follows the browser.
    language = models.CharField(max_length=8, blank=True, default="")
    #: IANA name; "" follows the browser, UTC until it is known.
    zone = models.CharField(max_length=64, blank=True, default="")
    #: Signed in with a password that somebody else knew: they choose their own before anything else.
    must_change_password = models.BooleanField(default=False)
    #: At most so many alerts an hour reach this person.
    alerts_per_hour = models.PositiveSmallIntegerField(default=6)

    @property
    def rank(self) -> Role:
        """The role as the core knows it."""
        return Role(self.role)


class ContactRecord(models.Model):
    """One way to reach a person: an Apprise address, encrypted, never shown again."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="contacts")
    label = models.CharField(max_length=80)
    address = SecretField()
    active = models.BooleanField(default=True)
    last_sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True, default="")
