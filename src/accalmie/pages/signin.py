"""Signing in."""

from allauth.account.adapter import DefaultAccountAdapter


class Adapter(DefaultAccountAdapter):
    """Accounts are given by an admin; nobody signs up."""

    def is_open_for_signup(self, request: object) -> bool:
        return False
