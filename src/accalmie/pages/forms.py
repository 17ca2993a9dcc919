"""What people fill in: every field has its label, its errors are tied to it, and the first error has the focus."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accalmie.core.fever.scale import level_name
from accalmie.core.people import Role
from accalmie.pages import names
from accalmie.records.models import TopicRecord, User


class Renderer(DjangoTemplates):
    """Draws every field by one template."""

    field_template_name = "pages/field.html"


class Form(forms.Form):
    """A form whose first field with an error takes the focus when the page is shown again."""

    default_renderer = Renderer

    def add_error(self, field: str | None, error: Any) -> None:
        """Note an error, also one that an action found later, and let the browser go to the first."""
        super().add_error(field, error)
        for one in self.fields.values():
            one.widget.attrs.pop("autofocus", None)
        first = next((name for name in self.fields if name in self.errors), None)
        if first is not None:
            self.fields[first].widget.attrs["autofocus"] = True


class InARow(forms.CheckboxSelectMultiple):
    """Boxes beside each other: for many short choices."""


class Words(forms.CharField):
    """Words or phrases, one on a line or with commas between them."""

    widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "off"})

    def prepare_value(self, value: Any) -> Any:
        """Show a stored list one on a line."""
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        """Return the words without repetitions, in the order in which they were written."""
        parts = (part.strip() for part in re.split(r"[,\n]", super().clean(value) or ""))
        return list(dict.fromkeys(part for part in parts if part))


@cache
def zones() -> list[tuple[str, Any]]:
    """Return all time zones with their region as the group, for a select."""
    regions: dict[str, list[tuple[str, str]]] = {"UTC": [("UTC", "UTC")]}
    for name in sorted(available_timezones()):
        region, slash, place = name.partition("/")
        # The rest of the database are old aliases ("Zulu", "posixrules", "SystemV/...").
        if slash and region in REGIONS:
            regions.setdefault(region, []).append((name, place.replace("_", " ").replace("/", ", ")))
    return list(regions.items())


REGIONS = frozenset(
    {
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    }
)
#: Languages that can be given as a hint; those that are read fully come first.
HINTS = ("en", "fr", "de", "ar", "es", "it", "ja", "nl", "pl", "pt", "tr", "zh")


class TopicForm(Form):
    """What to listen for."""

    name = forms.CharField(
        label=lazy("Name"), max_length=120, help_text=lazy("The brand, the product or the person.")
    )
    words = Words(
        label=lazy("Words to listen for"),
        required=False,
        help_text=lazy(
            "One word or phrase on a line, or with commas between them. Names as people really write them, with "
            "their usual misspellings. Left empty, everything that a source brings is kept."
        ),
    )
    excluded = Words(
        label=lazy("Words to exclude"),
        required=False,
        help_text=lazy("What holds one of these is not kept, for instance a namesake."),
    )
    languages = forms.MultipleChoiceField(
        label=lazy("Languages"),
        required=False,
        widget=InARow,
        help_text=lazy(
            "Those in which most is said. It helps the reading; nothing is left out because of it."
        ),
    )
    zone = forms.ChoiceField(
        label=lazy("Time zone"),
        choices=zones,
        help_text=lazy(
            "Where most of the people live who speak of it: their hours of the day are the usual ones."
        ),
    )
    threshold = forms.TypedChoiceField(
        label=lazy("Alarm from this level on"), coerce=int, widget=forms.RadioSelect, initial=3
    )
    alerted = forms.ModelMultipleChoiceField(
        label=lazy("Whom to alert"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=lazy(
            "Alarms are always on the pages. These people also get them at the addresses that they entered in "
            "their profile."
        ),
    )

    def __init__(
        self, *args: Any, language: str, topic_id: int | None, may_choose_alerted: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.topic_id = topic_id
        self.fields["languages"].choices = [(code, names.language(code)) for code in HINTS]  # type: ignore[attr-defined]
        self.fields["threshold"].choices = [  # type: ignore[attr-defined]
            (level, names.level_told(level, level_name(level, language))) for level in names.LEVEL_MEANINGS
        ]
        if may_choose_alerted:
            self.fields["alerted"].queryset = people_to_alert()  # type: ignore[attr-defined]
        else:
            del self.fields["alerted"]

    def clean_name(self) -> str:
        """Tell at the field that a name is taken; the action would tell it too."""
        name = " ".join(self.cleaned_data["name"].split())
        if TopicRecord.objects.filter(name=name).exclude(pk=self.topic_id or 0).exists():
            raise forms.ValidationError(_("There is a topic with this name already."))
        return name


def people_to_alert() -> Any:
    """Return those who can be alerted: everybody who can sign in, by name."""
    return User.objects.filter(is_active=True).order_by("username")


def of_topic(topic: TopicRecord) -> dict[str, Any]:
    """Return a topic as the form shows it."""
    return {
        "name": topic.name,
        "words": topic.words,
        "excluded": topic.excluded,
        "languages": topic.languages,
        "zone": topic.zone,
        "threshold": topic.threshold,
        "alerted": list(topic.alerted.values_list("pk", flat=True)),
    }


class InviteForm(Form):
    """Somebody new in the team."""

    username = forms.CharField(
        label=lazy("User name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off"}),
    )
    email = forms.EmailField(
        label=lazy("Mail address"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    role = forms.TypedChoiceField(
        label=lazy("Role"),
        coerce=int,
        widget=forms.RadioSelect,
        initial=Role.VIEWER,
        help_text=lazy("Each role may also do what the ones above it may."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            (role.value, names.role_told(role)) for role in Role
        ]


class ProfileForm(Form):
    """How the pages speak to me."""

    language = forms.ChoiceField(label=lazy("Language"), required=False)
    zone = forms.ChoiceField(
        label=lazy("Time zone"), required=False, help_text=lazy("All times on the pages are shown in it.")
    )
    alerts_per_hour = forms.IntegerField(
        label=lazy("Alerts in an hour, at most"),
        min_value=1,
        max_value=60,
        help_text=lazy("What goes beyond is held back and shown at the alarm."),
    )

    def __init__(self, *args: Any, languages: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        follow = ("", lazy("As the browser asks for"))
        self.fields["language"].choices = [follow, *languages]  # type: ignore[attr-defined]
        self.fields["zone"].choices = [follow, *zones()]  # type: ignore[attr-defined]


class ContactForm(Form):
    """One more way to reach me."""

    label = forms.CharField(
        label=lazy("What you call it"),
        max_length=80,
        help_text=lazy("For instance: my phone, the night mailbox."),
    )
    address = forms.CharField(
        label=lazy("Address"),
        max_length=2000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}),
        help_text=lazy("An Apprise address. It is encrypted when it is stored, and never shown again."),
    )


class Moment(forms.Field):
    """A moment as a browser's picker writes it, in the reader's zone; or, in addresses, ISO 8601 with a zone."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def prepare_value(self, value: Any) -> Any:
        """Show what was asked for as the picker writes it."""
        with contextlib.suppress(ValueError, TypeError):
            value = datetime.fromisoformat(value) if isinstance(value, str) else value
        if isinstance(value, datetime) and value.tzinfo:
            return timezone.localtime(value).replace(tzinfo=None)
        return value

    def to_python(self, value: Any) -> datetime | None:
        """Return the moment with its zone. In the hour that a changing clock repeats, the first is meant."""
        if not value:
            return None
        try:
            moment = datetime.fromisoformat(value)
            zoned = moment if moment.tzinfo else moment.replace(tzinfo=timezone.get_current_timezone())
            return zoned.astimezone(UTC)
        except (ValueError, OverflowError):
            raise forms.ValidationError(_("This is not a date and time.")) from None


class SearchForm(Form):
    """A question to everything that was kept. Every field may be empty."""

    q = forms.CharField(
        label=lazy("Words"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"type": "search", "spellcheck": "false", "autocapitalize": "off"}),
    )
    topic = forms.TypedChoiceField(label=lazy("Topic"), required=False, coerce=int, empty_value=None)
    q2 = forms.CharField(label=lazy("Second words"), required=False, max_length=500)
    topic2 = forms.TypedChoiceField(label=lazy("Second topic"), required=False, coerce=int, empty_value=None)
    q3 = forms.CharField(label=lazy("Third words"), required=False, max_length=500)
    topic3 = forms.TypedChoiceField(label=lazy("Third topic"), required=False, coerce=int, empty_value=None)
    channel = forms.MultipleChoiceField(label=lazy("Channel"), required=False, widget=InARow)
    language = forms.MultipleChoiceField(label=lazy("Language"), required=False, widget=InARow)
    tone = forms.MultipleChoiceField(
        label=lazy("Tone"),
        required=False,
        widget=InARow,
        choices=list(names.TONES.items()),
    )
    author = forms.CharField(
        label=lazy("Author"),
        required=False,
        max_length=300,
        help_text=lazy("Exactly as the network writes it, for instance alice@social.example."),
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "off"}),
    )
    since = Moment(label=lazy("Said from"), required=False)
    until = Moment(label=lazy("Said before"), required=False)

    def __init__(self, *args: Any, topics: list[tuple[int, str]], channels: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("topic", "topic2", "topic3"):
            self.fields[name].choices = [("", lazy("All topics")), *topics]  # type: ignore[attr-defined]
        self.fields["channel"].choices = [(name, names.channel(name)) for name in channels]  # type: ignore[attr-defined]
        self.fields["language"].choices = [(c, names.language(c)) for c in (*HINTS, "und")]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Hold that time goes forward."""
        fields = super().clean() or {}
        since, until = fields.get("since"), fields.get("until")
        if since and until and until <= since:
            self.add_error("until", _("The end is not after the beginning."))
        return fields
