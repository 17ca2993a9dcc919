"""The proof on the page: how long the chain is, and whether it holds."""

from __future__ import annotations

import pytest

from accalmie.records.models import ProofRecord
from tests.cast import browser, olu
from tests.heard import heard, topic
from tests.questions import asked

pytestmark = pytest.mark.django_db


@pytest.mark.claim("M1c")
def test_the_end_of_the_chain_is_shown_and_the_whole_is_checked():
    heard(topic("Aurelia"), "one", "two")
    last = ProofRecord.objects.order_by("-seq").first()
    assert last.link in browser(olu()).get("/proof/").content.decode()
    page = browser(olu()).post("/proof/").content.decode()
    assert "The chain holds." in page and f"All {last.seq} entries were checked" in page


@pytest.mark.claim("M1c")
def test_a_changed_entry_is_named():
    heard(topic("Aurelia"), "one", "two", "three")
    ProofRecord.objects.filter(seq=2).update(digest="0" * 64)
    page = browser(olu()).post("/proof/").content.decode()
    assert "The chain is broken." in page and "number 2" in page


def test_an_empty_chain_says_so():
    assert "The chain is empty" in browser(olu()).get("/proof/").content.decode()


def test_strangers_and_other_methods_are_refused():
    assert browser().post("/proof/").status_code == 302
    assert browser(olu()).delete("/proof/").status_code == 405


def test_the_questions_do_not_grow_with_the_chain():
    brand = topic("Aurelia")
    heard(brand, "one")
    before = asked(browser(olu()), "/proof/")
    heard(brand, *[f"more {number}" for number in range(50)])
    assert asked(browser(olu()), "/proof/") == before
