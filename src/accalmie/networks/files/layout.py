"""How a file is laid out: its format, encoding and columns, as guessed or as a person corrected it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from accalmie.phrasebook import say

#: What a row can tell of a mention. `text` and `said_at` must be there.
FIELDS = (
    "text", "said_at", "author", "author_name", "id", "network", "url", "language", "followers", "shares",
    "in_reply_to", "links", "hashtags", "topic",
)  # fmt: skip

#: The most that one line or one row may have, in bytes; a longer one is rejected and never held whole.
CAP = 1 << 20


class Why(NamedTuple):
    """A sentence of `phrasebook/trouble.toml` and what to fill in."""

    key: str
    values: dict[str, str]


class Unreadable(Exception):
    """This file cannot be read as a whole. `why` says it for people; the message is the same in English."""

    def __init__(self, why: Why) -> None:
        super().__init__(sentence(*why))
        self.why = why


def sentence(key: str, values: Mapping[str, object], language: str = "en") -> str:
    """Return what is wrong with a file or a row as a sentence with its remedy."""
    return say("trouble", key, language, **values)


@dataclass(frozen=True, slots=True)
class Layout:
    """What `read` needs to know. Change the columns with `dataclasses.replace`."""

    #: "csv" or "jsonl".
    format: str
    #: Field (of FIELDS) > column; in JSON a dotted path leads into objects ("account.acct").
    columns: Mapping[str, str] = field(default_factory=dict)
    delimiter: str = ","
    #: A name that Python knows; UTF-16 with its byte order.
    encoding: str = "utf-8"
    newline: str = "\n"
    #: The columns there are, in order; in JSON those that were seen in the sample.
    header: tuple[str, ...] = ()
    #: Bytes before the first row: byte order mark, lines before the header, the header.
    start: int = 0
    #: How 3/4/2026 is to be read.
    day_first: bool = True
    #: The texts are HTML.
    html: bool = False
    #: The first rows, as column > value.
    sample: tuple[Mapping[str, str], ...] = ()
    #: Why this is no file of mentions at all.
    unreadable: Why | None = None

    @property
    def problem(self) -> Why | None:
        """What must be corrected before the file can be read, or None."""
        if self.unreadable:
            return self.unreadable
        known = ", ".join(self.header)[:500]
        for name, column in self.columns.items():
            if self.format == "csv" and column not in self.header:
                return Why("file_unknown_column", {"field": name, "column": column, "known": known})
        for name in ("text", "said_at"):
            if not self.columns.get(name):
                return Why(f"file_no_{name}_column", {"known": known})
        return None

    def corrected(self, columns: Sequence[str]) -> Layout:
        """Return the layout with columns set by hand: "text=Body", or "text=" for none.

        "day_first=yes" or "no" sets how 3/4/2026 is to be read. Raises Unreadable for what is no field.
        """
        chosen, order = dict(self.columns), self.day_first
        for one in columns:
            name, _, column = (part.strip() for part in one.partition("="))
            if name == "day_first" and column in {"yes", "no"}:
                order = column == "yes"
            elif name not in FIELDS or "=" not in one:
                raise Unreadable(Why("file_unknown_field", {"given": one, "known": ", ".join(FIELDS)}))
            elif column:
                chosen[name] = column
            else:
                chosen.pop(name, None)
        return replace(self, columns=chosen, day_first=order)

    def to_json(self) -> dict[str, Any]:
        """Return the layout as JSON can hold it, without the sample."""
        return {
            "format": self.format, "columns": dict(self.columns), "delimiter": self.delimiter,
            "encoding": self.encoding, "newline": self.newline, "header": list(self.header),
            "start": self.start, "day_first": self.day_first, "html": self.html,
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Layout:
        """Return the layout whose `to_json` this is."""
        return cls(**{**data, "header": tuple(data.get("header", ()))})
