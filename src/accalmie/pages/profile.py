"""My own page: how the pages speak to me, and where I am alerted."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accalmie.actions import people as actions
from accalmie.core.lifecycle import NotPossible
from accalmie.networks import alerts
from accalmie.pages import names
from accalmie.pages.door import Visit, page
from accalmie.pages.forms import ContactForm, ProfileForm
from accalmie.phrasebook import say
from accalmie.records.models import User

#: Ways to be alerted, each with an address to copy and fill in (Apprise knows more than a hundred).
EXAMPLES = (
    (lazy("Mail"), "mailtos://sender:password@mail.example?to=me@brand.example"),
    (lazy("SMS, by Twilio"), "twilio://AC0123456789abcdef:0123456789abcdef@+33700000001/+33600000002"),
    (lazy("SMS, by Vonage"), "vonage://ApiKey:ApiSecret@33700000001/33600000002"),
    ("Slack", "slack://TokenA/TokenB/TokenC/#crisis"),
    ("Microsoft Teams", "workflows://host:443/workflow-id/signature"),
    ("Telegram", "tgram://123456789:bot-token/chat-id"),
    ("Matrix", "matrixs://user:password@matrix.example/#crisis"),
    ("ntfy", "ntfys://ntfy.example/crisis"),
)


@page("GET", "POST")
def profile(request: Visit) -> HttpResponseBase:
    """Show and change my own settings."""
    form = _profile_form(request.user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actions.set_profile(request.user, **form.cleaned_data)
        messages.success(request, _("Your settings are kept."))
        return redirect("profile")
    return _shown(request, form, ContactForm())


def _profile_form(me: User, filled: QueryDict | None = None) -> ProfileForm:
    now = {"language": me.language, "zone": me.zone, "alerts_per_hour": me.alerts_per_hour}
    return ProfileForm(filled, initial=now, languages=settings.LANGUAGES)


@page("POST")
def add_contact(request: Visit) -> HttpResponseBase:
    """Add an address at which I am alerted."""
    form = ContactForm(request.POST)
    if form.is_valid():
        try:
            actions.add_contact(request.user, check=_check, **form.cleaned_data)
        except NotPossible as refusal:
            form.add_error("address", names.sentence(refusal))
        else:
            messages.success(request, _("The address is kept. Send a test, so that you can rely on it."))
            return redirect("profile")
    return _shown(request, None, form)


@page("POST")
def remove_contact(request: Visit, contact_id: int) -> HttpResponseBase:
    """Remove one of my addresses."""
    actions.remove_contact(request.user, contact_id)
    messages.success(request, _("The address is removed."))
    return redirect("profile")


@page("POST")
def test_contact(request: Visit, contact_id: int) -> HttpResponseBase:
    """Send a test message to one of my addresses."""
    if wrong := actions.test_contact(request.user, contact_id, _send_test):
        messages.error(request, _("The test was not sent: %(why)s") % {"why": wrong})
    else:
        messages.success(request, _("The test is on its way. Look whether it arrives."))
    return redirect("profile")


def _check(address: str) -> str:
    """Return what is wrong with `address`, or ""."""
    return alerts.check(address, get_language() or "en", private_allowed=settings.PRIVATE_NETWORK_ALLOWED)


def _send_test(address: str) -> str:
    """Send a test to `address`; return what went wrong, or ""."""
    language = get_language() or "en"
    title, body = say("alerts", "test_title", language), say("alerts", "test_body", language)
    outcome = alerts.send(
        address, title, body, private_allowed=settings.PRIVATE_NETWORK_ALLOWED, language=language
    )
    return "" if isinstance(outcome, alerts.Sent) else outcome.why


def _shown(request: Visit, form: ProfileForm | None, contact: ContactForm) -> HttpResponseBase:
    me = request.user
    shown = {
        "form": form or _profile_form(me),
        "contact": contact,
        # Without the address: it is never shown again, so it is not even read.
        "contacts": me.contacts.defer("address").order_by("label", "id"),
        "examples": EXAMPLES,
        "role": names.ROLES[me.rank],
    }
    return render(request, "pages/profile.html", shown)


urls: list[URLPattern] = [
    path("me/", profile, name="profile"),
    path("me/contacts/add/", add_contact, name="contact_add"),
    path("me/contacts/<int:contact_id>/remove/", remove_contact, name="contact_remove"),
    path("me/contacts/<int:contact_id>/test/", test_contact, name="contact_test"),
]
