"""What holds on every page: each field has its label, each id stands once, nothing is inline, links lead somewhere."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from accalmie.records.models import (
    AlarmRecord,
    CampaignRecord,
    ContactRecord,
    ImportRecord,
    MentionRecord,
    OwnMessageRecord,
    SourceRecord,
)
from tests.cast import ada, browser
from tests.heard import LATER, NOON, heard, source, topic

pytestmark = pytest.mark.django_db

ADDRESSES = (
    "/topics/new/", "/topics/{topic}/change/", "/topics/{topic}/remove/", "/topics/{topic}/sources/",
    "/topics/{topic}/sources/add/", "/topics/{topic}/sources/add/feed/", "/topics/{topic}/sources/add/mastodon/",
    "/sources/{source}/change/", "/sources/{source}/remove/", "/topics/{topic}/import/", "/imports/{file}/",
    "/search/", "/search/?q=parcel&q2=letter&tone=negative", "/search/?q=%22open", "/search/most/",
    "/mentions/{mention}/", "/alarms/", "/alarms/{alarm}/", "/topics/{topic}/replay/",
    "/team/", "/me/", "/proof/",
    "/topics/{topic}/marks/", "/topics/{topic}/messages/add/", "/messages/{message}/change/",
    "/topics/{topic}/campaigns/add/", "/campaigns/{campaign}/change/",
)  # fmt: skip


class Seen(HTMLParser):
    """What a browser and a screen reader go by."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.named: set[str] = set()
        self.fields: list[dict[str, str]] = []
        self.pointed: list[str] = []
        self.inline: list[str] = []
        self.buttons: list[str] = []
        self.links: list[str] = []
        self._button = False
        self.feed(html)

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in given}
        self.ids += [has["id"]] if "id" in has else []
        self.inline += [f"{tag} {name}" for name in has if name == "style" or name.startswith("on")]
        # A block of JSON is data, which the policy lets be.
        runs = tag == "script" and "src" not in has and has.get("type") != "application/json"
        self.inline += [tag] if tag == "style" or runs else []
        for name in ("aria-labelledby", "aria-describedby"):
            self.pointed += has.get(name, "").split()
        if tag == "label":
            self.named.add(has.get("for", ""))
        if tag in {"input", "select", "textarea"} and has.get("type") not in {"hidden", "submit"}:
            self.fields.append(has)
        if tag == "a":
            self.links.append(has.get("href", ""))
        if tag == "button":
            self._button = True
            self.buttons.append(has.get("aria-label", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "button":
            self._button = False

    def handle_data(self, data: str) -> None:
        if self._button:
            self.buttons[-1] += data.strip()


@pytest.fixture
def numbers() -> dict[str, int]:
    brand = topic("Aurelia")
    heard(brand, "Aurelia lost my parcel", "A letter from Aurelia #late https://news.example/")
    one = source(
        brand, trouble="gone", trouble_where="social.example", address={"what": "hashtag"}, secret="x"
    )
    file = SourceRecord.objects.create(topic=brand, kind="file", name="storm.csv")
    line = {"line": 3, "why": "file_text_empty", "values": {}, "text": "x"}
    record = ImportRecord.objects.create(source=file, path="/x", rejects=[line], rejected=1, total_bytes=9)
    alarm = AlarmRecord.objects.create(topic=brand, at=NOON, known_at=NOON, level=4, peak=4, fever=38.0)
    ContactRecord.objects.create(person=ada(), label="phone", address="json://x")
    return {
        "topic": brand.pk, "source": one.pk, "file": record.pk, "alarm": alarm.pk,
        "mention": MentionRecord.objects.first().pk,
        "message": OwnMessageRecord.objects.create(topic=brand, at=NOON, text="We are on it").pk,
        "campaign": CampaignRecord.objects.create(topic=brand, name="x", since=NOON, until=LATER).pk,
    }  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_everybody_finds_their_way(numbers, address):
    answer = browser(ada()).get(address.format(**numbers))
    assert answer.status_code == 200
    seen = Seen(answer.content.decode())
    assert sorted(seen.ids) == sorted(set(seen.ids)), "each id stands once"
    assert not seen.inline, "the content policy forbids it"
    for field in seen.fields:
        assert field.get("aria-label") or field.get("id") in seen.named, f"a field without a label: {field}"
    assert all(seen.buttons), "a button without words"
    assert set(seen.pointed) <= set(seen.ids), "a name or help that is not there"
    assert "" not in seen.links


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("language", ["fr", "de"])
def test_every_page_can_be_shown_in_every_language(numbers, address, language):
    person = ada()
    person.language = language
    person.save()
    answer = browser(person).get(address.format(**numbers))
    assert answer.status_code == 200
    assert f'lang="{language}"' in answer.content.decode()
