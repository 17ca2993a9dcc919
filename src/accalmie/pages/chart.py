"""What a chart is on a page: its description, and the same in sentences, in a key and in a table."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.template import loader

from accalmie.pages.chart_parts import Spec


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a chart's table, and where its stretch of time can be looked at ("" nowhere)."""

    cells: tuple[str, ...]
    address: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """What a colour or pattern of the chart stands for; `look` is a class of the style sheet."""

    look: str
    told: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as a page shows it: `{{ chart }}` draws it, with its summary, its key and its table."""

    name: str
    title: str
    summary: tuple[str, ...]
    spec: Spec
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    keys: tuple[Key, ...] = ()
    #: The page that a click on the chart opens, with since and until added to it; "" for none.
    pick: str = ""
    #: Where all rows of its table can be had as a file; "" nowhere.
    csv: str = ""
    #: A class for the height of the place.
    size: str = "chart-fever"
    template: str = field(default="pages/_chart.html", kw_only=True)

    def __html__(self) -> str:
        """Return the chart as HTML."""
        return loader.render_to_string(self.template, {"chart": self})

    def __str__(self) -> str:
        return self.__html__()
