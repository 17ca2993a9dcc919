"""Secrets at rest: encrypted with the key of this installation, and never overwritten by nothing."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    Text = models.TextField[str, str]
else:
    Text = models.TextField


class Lost(str):
    """A secret that was encrypted with another key: reads as "", and is stored back as it was."""

    stored: str

    def __new__(cls, stored: str) -> Lost:
        """Return an empty text that remembers what is stored."""
        lost = super().__new__(cls, "")
        lost.stored = stored
        return lost


@lru_cache(maxsize=4)
def _fernet(key: str) -> Fernet:
    return Fernet(key.encode())


class SecretField(Text):
    """A text that is encrypted in the database. Reads as plain text in Python; "" stays "".

    With another installation's key it reads as `Lost`: the other rows stay readable, and it can be told.
    """

    def get_prep_value(self, value: Any) -> Any:
        """Return the text as it is stored."""
        if isinstance(value, Lost):
            return value.stored
        if not value:
            return ""
        return _fernet(settings.SECRETS_KEY).encrypt(str(value).encode()).decode()

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str:
        """Return the plain text, or Lost."""
        if not value:
            return ""
        try:
            return _fernet(settings.SECRETS_KEY).decrypt(value.encode()).decode()
        except InvalidToken:
            return Lost(value)
