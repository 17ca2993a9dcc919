"""Every kind of source has its place in the page of networks, and what stands there can be used."""

from __future__ import annotations

import re

import pytest

from accalmie import networks
from accalmie.networks import alerts, files, limits
from accalmie.networks.files import dates
from accalmie.networks.files.guess import guess
from tests.house import documents

PAGE = "docs/networks.md"
SECTIONS = documents.sections(PAGE)


def section(kind: str) -> str:
    return next(part for head, part in SECTIONS.items() if head.startswith(f"`{kind}`"))


def test_every_kind_of_source_has_its_section_and_no_other_has():
    assert {found[1] for head in SECTIONS if (found := re.match(r"`(\w+)`", head))} == set(networks.KINDS)


@pytest.mark.parametrize("kind", networks.KINDS.values(), ids=lambda kind: kind.name)
def test_what_a_source_asks_for_is_explained(kind):
    told = section(kind.name)
    rows = {row[0].strip("`*") for row in documents.rows(told)}
    if len(kind.fields) > 1:
        assert {field.name for field in kind.fields} <= rows
    for field in kind.fields:
        assert all(choice.rstrip("s") in told for choice in field.choices)
    assert "Falls short" in told


@pytest.mark.parametrize("kind", networks.KINDS.values(), ids=lambda kind: kind.name)
def test_how_often_a_source_is_asked_is_told(kind):
    minutes = round(kind.every.total_seconds() / 60)
    assert ("every minute" if minutes == 1 else f"every {minutes} minutes") in section(kind.name)


def test_every_field_of_a_file_is_explained():
    named = [word for row in documents.rows(SECTIONS["Files"]) for word in documents.code(row[0])]
    assert set(files.FIELDS) <= set(named)


@pytest.mark.parametrize(
    "written", ["21 November 2026", "21 nov. 2026 à 14 h 30", "Nov 21, 2026 2:30 PM", "20261121"]
)
def test_the_dates_that_are_promised_are_read(written):
    assert f"`{written}`" in SECTIONS["Files"]
    assert f"{dates.moment(written):%Y-%m-%d}" == "2026-11-21"


def test_a_list_with_one_object_a_line_is_read_as_promised(tmp_path):
    file = tmp_path / "list.json"
    file.write_text('[\n{"text": "a", "created_at": "2026-11-21T05:00:00Z"},\n'
                    '{"text": "b", "created_at": "2026-11-21T05:01:00Z"}\n]\n', encoding="utf-8")  # fmt: skip
    said = [row.mention.text for row in files.read(file, guess(file)) if row.mention]
    assert said == ["a", "b"]


def test_the_limits_of_the_way_out_are_told_as_they_are():
    told = " ".join(SECTIONS["What holds for every source"].split())
    assert (
        f"{limits.CONNECT_SECONDS:.0f} seconds to connect, {limits.READ_SECONDS:.0f} for a piece of an answer, "
        f"{limits.TOTAL_SECONDS:.0f} for the whole of it, {limits.LARGEST >> 20} MiB unpacked, {limits.HOPS} redirects"
    ) in told


ADDRESSES = [row for row in documents.rows(SECTIONS["Alerts"]) if "://" in row[1]]


@pytest.mark.parametrize(("service", "address"), ADDRESSES, ids=[row[0] for row in ADDRESSES])
def test_every_example_of_an_address_for_alerts_is_understood(service, address):
    assert alerts.check(address.strip("`"), private_allowed=True) == ""


def test_there_are_examples_for_mail_sms_and_chat():
    begins = {address.strip("`").partition(":")[0] for _, address in ADDRESSES}
    assert {"mailtos", "twilio", "slack"} <= begins
