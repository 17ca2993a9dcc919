"""Signing in: accounts are given, nobody signs up; who came with a one-time password chooses their own."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, re_path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accalmie.records.models import User

#: What allauth says of its own accord that the page shows anyway.
UNSAID = frozenset({"account/messages/logged_in.txt", "account/messages/logged_out.txt"})

#: What allauth says in familiar or odd words ("du", "pseudo"): our catalogue says it as all our pages do.
SAID_BY_ALLAUTH = (
    lazy("Please type your current password."),
    lazy("You must type the same password each time."),
    lazy("Too many failed login attempts. Try again later."),
    lazy("The username and/or password you specified are not correct."),
    lazy("You are about to generate a new set of recovery codes for your account."),
    lazy("You are about to deactivate authenticator app based authentication. Are you sure?"),
)


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """The house's rules for allauth."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: an admin invites."""
        return False

    def set_password(self, user: User, password: str) -> None:
        """Keep the password that the person chose; from now on it is their own."""
        user.must_change_password = False
        super().set_password(user, password)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """After choosing a password the work goes on."""
        return "/"

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Say what happened, but not what everybody sees."""
        if message_template not in UNSAID:
            super().add_message(request, level, message_template, *args, **kwargs)


class SignInForm(LoginForm):  # type: ignore[misc]
    """User name and password, and nothing said twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = self.fields
        fields["login"].label, fields["password"].label = _("User name"), _("Password")
        fields["password"].help_text = ""
        fields["remember"].label = _("Stay signed in on this device")
        for name in ("login", "password"):
            fields[name].widget.attrs.pop("placeholder", None)
        fields["login"].widget.attrs |= {"autofocus": True, "autocapitalize": "off", "spellcheck": "false"}


class AgainForm(ReauthenticateForm):  # type: ignore[misc]
    """The password once more, before something that protects the account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs.pop("placeholder", None)


class PasswordForm(ChangePasswordForm):  # type: ignore[misc]
    """A new password. Who has just signed in with a one-time password need not enter it again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        self.fields["oldpassword"].help_text = ""
        self.fields["password1"].help_text = _(
            "At least ten characters, not like your name, and none that many people use."
        )
        if self.user.must_change_password:
            del self.fields["oldpassword"]

    def clean_password1(self) -> str:
        """Refuse the password that somebody else knows."""
        chosen = str(self.cleaned_data["password1"])
        if self.user.must_change_password and self.user.check_password(chosen):
            raise ValidationError(_("This is the one-time password. Choose another one."))
        return chosen


def closed(request: HttpRequest) -> HttpResponse:
    """Answer that there is no such page."""
    raise Http404


#: Pages of allauth that the house has no use for: nobody's mail address is an account, and a lost password is
#: given anew by an admin, in person. They stand before allauth's own addresses.
closed_urls: list[URLPattern] = [
    re_path(r"^email/", closed),
    re_path(r"^confirm-email/", closed),
    re_path(r"^password/(?:set|reset)/", closed),
    re_path(r"^login/code/", closed),
]
