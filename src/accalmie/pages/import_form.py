"""The forms of an import: the file, then which column holds what."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accalmie.networks import files
from accalmie.pages import told
from accalmie.pages.forms import Form

#: What a field of a mention is called, for somebody who says in which column it stands.
FIELDS = {
    "id": lazy("Number or name of the mention"),
    "text": lazy("Text"),
    "said_at": lazy("When it was said"),
    "author": lazy("Author"),
    "author_name": lazy("Author’s full name"),
    "followers": lazy("Author’s followers"),
    "url": lazy("Link to it"),
    "language": lazy("Language"),
    "network": lazy("Channel"),
    "shares": lazy("How often it was passed on"),
    "in_reply_to": lazy("In reply to"),
    "links": lazy("Links in it"),
    "hashtags": lazy("Hashtags in it"),
}
HELPS = {
    "id": lazy("Without it, two mentions with the same author, moment and text count as one."),
    "said_at": lazy("Dates of most kinds are understood; those without a zone count as UTC."),
}
#: The file goes into one topic, so a column that names topics is not asked for.
ASKED = tuple(name for name in files.FIELDS if name != "topic")
NEEDED = ("text", "said_at")
#: A table may have thousands of columns; so many can be chosen from.
COLUMNS = 300


def largest() -> str:
    """Return the limit of uploads in the reader's figures."""
    return _("%(count)s MB") % {"count": told.integer(settings.UPLOAD_LIMIT_BYTES / 1024**2)}


def too_large() -> str:
    """Return the sentence for a file beyond the limit."""
    return _(
        "The file is larger than %(limit)s, the limit of this installation. Split it, read it in by the command "
        "“accalmie import”, or let an operator raise ACCALMIE_UPLOAD_LIMIT_MB."
    ) % {"limit": largest()}


class UploadForm(Form):
    """The file."""

    file = forms.FileField(
        label=lazy("File"),
        max_length=200,
        help_text=lazy("CSV (any separator, with a header) or JSONL (one JSON object on a line)."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs |= {
            "data-limit": settings.UPLOAD_LIMIT_BYTES,
            "data-too-large": too_large(),
        }


class MappingForm(Form):
    """Which column holds what: guessed, and corrected by a person."""

    def __init__(self, guessed: files.Layout, *args: Any, **kwargs: Any) -> None:
        start = {**guessed.columns, "day_first": guessed.day_first}
        kwargs["initial"] = start
        super().__init__(*args, **kwargs)
        self.guessed = guessed
        choices = [("", lazy("Not in this file")), *((name, name) for name in guessed.header[:COLUMNS])]
        for name in ASKED:
            self.fields[name] = forms.ChoiceField(
                label=FIELDS.get(name, name),
                help_text=HELPS.get(name, ""),
                required=name in NEEDED,
                choices=choices,
            )
        self.fields["day_first"] = forms.BooleanField(
            label=lazy("In dates such as 3/4/2026 the day comes first"), required=False
        )
        self.fields["only_matching"] = forms.BooleanField(
            label=lazy("Keep only what holds the topic's words"), required=False
        )

    @property
    def columns(self) -> list[Any]:
        """The fields that name a column."""
        return [self[name] for name in ASKED]

    @property
    def layout(self) -> files.Layout:
        """The layout as it was corrected."""
        chosen = {name: self.cleaned_data[name] for name in ASKED if self.cleaned_data[name]}
        return replace(self.guessed, columns=chosen, day_first=self.cleaned_data["day_first"])
