"""The form of a source, made from what its kind of network asks for (`networks.KINDS`)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accalmie.core.network import Field, SourceKind
from accalmie.pages.forms import Form
from accalmie.records.models import SourceRecord

#: What each kind is, for somebody who chooses one.
KINDS = {
    "feed": (lazy("Feed"), lazy("News sites, blogs, forums: every address of an RSS, Atom or JSON feed.")),
    "mastodon": (
        "Mastodon",
        lazy("Mentions of an account, a hashtag or a search on one server, live where the server has it."),
    ),
}
LABELS = {
    ("feed", "url"): lazy("Address of the feed"),
    ("mastodon", "server"): lazy("Server"),
    ("mastodon", "what"): lazy("What to listen to"),
    ("mastodon", "query"): lazy("Hashtag or words"),
    ("mastodon", "token"): lazy("Access token"),
}
HELPS = {
    ("feed", "url"): lazy("For instance https://news.example/feed.xml. The address of a page is not enough."),
    ("mastodon", "server"): lazy("For instance https://mastodon.social."),
    ("mastodon", "query"): lazy("Needed for a hashtag and for a search."),
    ("mastodon", "token"): lazy(
        "Made on the server under Preferences, Development, with the scope “read”. Needed for mentions and for a "
        "search; many servers want it for hashtags too. It is encrypted when it is stored, and never shown again."
    ),
}
CHOICES = {
    "mentions": lazy("Mentions of the account that the token belongs to"),
    "hashtag": lazy("A hashtag"),
    "search": lazy("A search over what the server knows"),
}


class SourceForm(Form):
    """The fields of one kind of source. A secret is never sent to the browser; left empty, it stays."""

    #: The place did not answer as it should when it was looked at; it may be kept all the same.
    refused = False

    def __init__(
        self, kind: SourceKind, stored: SourceRecord | None, *args: Any, may_private: bool, **kwargs: Any
    ) -> None:
        kwargs["initial"] = _of(stored)
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.stored = stored
        for field in kind.fields:
            self.fields[field.name] = _field(kind.name, field, stored)
        self.fields["name"] = forms.CharField(
            label=lazy("Name"),
            required=False,
            max_length=200,
            help_text=lazy("What you call it. Left empty, it is named after its address."),
        )
        self.fields["only_matching"] = forms.BooleanField(
            label=lazy("Keep only what holds the topic's words"),
            required=False,
            help_text=lazy("Switch it off for a source that is about the topic as a whole."),
        )
        if may_private:
            self.fields["private_allowed"] = forms.BooleanField(
                label=lazy("May be on this machine's own network"),
                required=False,
                help_text=lazy(
                    "Only for a server that you run yourself. Others could use it to look inside."
                ),
            )

    @property
    def address(self) -> dict[str, str]:
        """What was filled in, without the secret."""
        return {f.name: self.cleaned_data[f.name] for f in self.kind.fields if f.kind != "secret"}

    @property
    def secret(self) -> str:
        """The secret that was filled in; "" to keep the stored one."""
        return next((self.cleaned_data[f.name] for f in self.kind.fields if f.kind == "secret"), "")

    @property
    def name(self) -> str:
        """The name that was filled in, or one made from the address."""
        return self.cleaned_data["name"] or _named(self.address)

    @property
    def private_allowed(self) -> bool:
        """Whether it may be on the machine's own network; who may not decide it leaves it as it is."""
        before = bool(self.stored and self.stored.private_allowed)
        return bool(self.cleaned_data.get("private_allowed", before))

    def clean(self) -> dict[str, Any]:
        """Tell at the field what a choice needs besides."""
        fields = super().clean() or {}
        what = fields.get("what")
        if what in {"hashtag", "search"} and not fields.get("query"):
            self.add_error("query", _("Write which hashtag, or which words."))
        if what in {"mentions", "search"} and not (
            fields.get("token") or (self.stored and self.stored.secret)
        ):
            self.add_error("token", _("This needs an access token."))
        return fields


def _of(stored: SourceRecord | None) -> dict[str, Any]:
    if stored is None:
        return {"only_matching": True, "what": "mentions"}
    return {
        **stored.address,
        "name": stored.name,
        "only_matching": stored.only_matching,
        "private_allowed": stored.private_allowed,
    }


def _field(kind: str, field: Field, stored: SourceRecord | None) -> forms.Field:
    label = LABELS.get((kind, field.name), field.name)
    told = HELPS.get((kind, field.name), "")
    if field.kind == "choice":
        choices = [(choice, CHOICES.get(choice, choice)) for choice in field.choices]
        return forms.ChoiceField(label=label, help_text=told, choices=choices, widget=forms.RadioSelect)
    if field.kind == "secret":
        has = stored is not None and bool(stored.secret)
        if has:
            told = lazy("One is stored. Leave this empty to keep it.")
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        return forms.CharField(
            label=label, help_text=told, required=field.required and not has, widget=widget, max_length=4000
        )
    if field.kind == "url":
        return Address(label=label, help_text=told, required=field.required)
    return forms.CharField(label=label, help_text=told, required=field.required, max_length=500)


class Address(forms.CharField):
    """An address as people type it: https where they leave the beginning out. The network checks the rest."""

    widget = forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false", "autocapitalize": "off"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=2000, **kwargs)

    def clean(self, value: Any) -> str:
        """Return the address with its scheme."""
        text: str = super().clean(value)
        return text if not text or "://" in text else f"https://{text}"


def _named(address: dict[str, str]) -> str:
    try:
        where = urlsplit(address.get("url") or address.get("server", "")).hostname or ""
    except ValueError:
        where = ""
    match address.get("what"):
        case "hashtag":
            tag = address["query"].lstrip("#")
            return _("#%(tag)s on %(server)s") % {"tag": tag, "server": where}
        case "search":
            return _("“%(words)s” on %(server)s") % {"words": address["query"], "server": where}
        case "mentions":
            return _("Mentions on %(server)s") % {"server": where}
    return where or _("Source")
