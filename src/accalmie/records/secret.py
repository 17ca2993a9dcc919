"""Secrets at rest: encrypted with the key of this installation, and never overwritten by nothing."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import models


class SecretLost(Exception):
    """The stored secret was encrypted with another key; it must be entered again."""


@lru_cache(maxsize=4)
def _fernet(key: str) -> Fernet:
    return Fernet(key.encode())


if TYPE_CHECKING:
    Text = models.TextField[str, str]
else:
    Text = models.TextField


class SecretField(Text):
    """A text that is encrypted in the database. Reads as plain text in Python; "" stays ""."""

    def get_prep_value(self, value: Any) -> Any:
        """Return the text as it is stored."""
        if not value:
            return ""
        return _fernet(settings.SECRETS_KEY).encrypt(str(value).encode()).decode()

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str:
        """Return the plain text. Raises SecretLost when the key has changed."""
        if not value:
            return ""
        try:
            return _fernet(settings.SECRETS_KEY).decrypt(value.encode()).decode()
        except InvalidToken:
            raise SecretLost(
                "a stored secret cannot be read with this installation's key: restore the file secret.key, "
                "or enter the secret again"
            ) from None
