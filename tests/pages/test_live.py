"""Live updates: every open page hears what changed, soon, once, and nothing stays behind when it goes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError, connections
from django.test import AsyncClient

from accalmie.pages.live import KEEP_ALIVE, SAME, Ear, Hub, name_of
from accalmie.records import changes
from accalmie.records.models import ChangeRecord
from tests.cast import ben, olu

HERE = "event: here"


class Told:
    """A table of changes that is told what to hold."""

    def __init__(self, *rows: tuple[str, int]) -> None:
        self.rows = [self._row(number, *row) for number, row in enumerate(rows, 1)]
        self.faults = 0

    @staticmethod
    def _row(number: int, what: str, ref: int) -> ChangeRecord:
        return ChangeRecord(pk=number, what=what, ref=ref)

    def add(self, what: str, ref: int) -> None:
        self.rows.append(self._row(len(self.rows) + 1, what, ref))

    def look(self, after: int) -> list[ChangeRecord]:
        if self.faults:
            self.faults -= 1
            raise OperationalError("database is locked")
        return [row for row in self.rows if row.pk > after]

    def these(self, ids: list[int]) -> list[ChangeRecord]:
        return [row for row in self.rows if row.pk in ids]

    def last(self) -> int:
        return self.rows[-1].pk if self.rows else 0


def hub_of(table: Told, leaving: Callable[[], bool] = lambda: False) -> Hub:
    return Hub(look=table.look, last=table.last, these=table.these, leaving=leaving, every=0.001)


def played(play: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(play(), 20))


async def opened(hub: Hub, after: int | None = None) -> AsyncIterator[str]:
    stream = hub.stream(after)
    assert HERE in await anext(stream)
    return stream


@pytest.mark.claim("M4")
def test_a_change_reaches_every_open_page():
    async def play() -> None:
        table = Told(("topic", 1))
        hub = hub_of(table)
        one, other = await opened(hub), await opened(hub)
        table.add("topic", 7)
        for stream in (one, other):
            event = await anext(stream)
            assert "event: changed\ndata: topic-7\n" in event
            assert event.startswith("id: 2\n")
            await stream.aclose()

    played(play)


def test_what_was_changed_before_a_page_was_opened_is_on_it_and_not_told():
    async def play() -> None:
        table = Told(("topic", 1), ("topic", 2))
        hub = hub_of(table)
        stream = await opened(hub)
        table.add("source", 3)
        assert "data: source-3\n" in await anext(stream)
        await stream.aclose()

    played(play)


def test_a_page_that_comes_back_hears_what_it_missed():
    async def play() -> None:
        table = Told(("topic", 1), ("alarm", 4), ("topic", 1), ("import", 9))
        hub = hub_of(table)
        stream = await opened(hub, after=1)
        assert "data: alarm topic-1 import-9\n" in await anext(stream)
        await stream.aclose()

    played(play)


def test_a_page_that_was_away_too_long_is_told_to_fetch_everything():
    async def play() -> None:
        table = Told(("topic", 1), ("topic", 2), ("topic", 3))
        del table.rows[:2]
        hub = hub_of(table)
        stream = await opened(hub, after=1)
        assert "event: again" in await anext(stream)
        await stream.aclose()

    played(play)


def test_what_is_stored_late_is_told_all_the_same():
    async def play() -> None:
        table = Told(("topic", 1))
        hub = hub_of(table)
        stream = await opened(hub)
        table.add("topic", 2)
        late = table.rows.pop()
        table.rows.append(ChangeRecord(pk=3, what="topic", ref=3))
        assert "data: topic-3\n" in await anext(stream)
        assert list(hub.missing) == [2]
        table.rows.insert(1, late)
        assert "data: topic-2\n" in await anext(stream)
        assert not hub.missing
        await stream.aclose()

    played(play)


def test_only_what_somebody_listens_to_is_looked_at():
    async def play() -> None:
        table = Told(("topic", 1))
        hub = hub_of(table)
        one, other = await opened(hub), await opened(hub)
        task = hub.task
        assert task is not None
        await one.aclose()
        assert hub.task is task, "another page is still open"
        await other.aclose()
        await asyncio.gather(task, return_exceptions=True)
        assert task.done() and not hub.ears and hub.task is None

    played(play)


def test_a_locked_database_delays_and_ends_nothing():
    async def play() -> None:
        table = Told(("topic", 1))
        hub = hub_of(table)
        stream = await opened(hub)
        table.faults = 3
        table.add("topic", 5)
        assert "data: topic-5\n" in await anext(stream)
        assert table.faults == 0
        await stream.aclose()

    played(play)


def test_a_server_that_leaves_does_not_wait_for_open_pages():
    async def play() -> None:
        leaving = False
        hub = hub_of(Told(("topic", 1)), leaving=lambda: leaving)
        stream = await opened(hub)
        leaving = True
        assert [event async for event in stream] == []

    played(play)


def test_a_stream_ends_of_itself_so_that_the_sign_in_is_asked_again():
    async def play() -> None:
        hub = hub_of(Told(("topic", 1)))
        stream = hub.stream(None, longest=0.0)
        assert HERE in await anext(stream)
        assert [event async for event in stream] == []

    played(play)


def test_a_name_comes_at_most_once_a_second_and_its_last_change_is_not_lost():
    ear = Ear()
    ear.hear(["topic-1"], 1)
    assert ear.due(100.0) == ["topic-1"]
    ear.hear(["topic-1", "topic-2"], 2)
    assert ear.due(100.2) == ["topic-2"], "too soon for the first"
    assert ear.wait(100.2) == pytest.approx(SAME - 0.2)
    assert ear.due(100.0 + SAME) == ["topic-1"]
    assert ear.due(200.0) == []
    assert ear.wait(200.0) == KEEP_ALIVE


@pytest.mark.parametrize(
    ("what", "ref", "name"), [("topic", 7, "topic-7"), ("alarm", 3, "alarm"), ("import", 4, "import-4")]
)
def test_pages_know_changes_by_name(what, ref, name):
    assert name_of(ChangeRecord(what=what, ref=ref)) == name


@pytest.mark.django_db(transaction=True)
def test_whoever_is_signed_in_gets_the_stream_of_the_real_table():
    async def play() -> None:
        client = AsyncClient()
        await client.aforce_login(await sync_to_async(olu)())
        answer = await client.get("/live/")
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/event-stream")
        assert answer["X-Accel-Buffering"] == "no", "a proxy must not hold it back"
        events = aiter(answer)
        assert HERE.encode() in await anext(events)
        await sync_to_async(changes.note)("topic", 12, datetime.now(UTC))
        assert b"data: topic-12\n" in await anext(events)
        await events.aclose()
        await sync_to_async(connections.close_all)()

    played(play)


@pytest.mark.django_db(transaction=True)
def test_what_changed_while_the_page_was_being_made_is_told_to_it():
    async def play() -> None:
        client = AsyncClient()
        await client.aforce_login(await sync_to_async(olu)())
        await sync_to_async(changes.note)("topic", 1, datetime.now(UTC))
        page = (await client.get("/alarms/", headers={"Accept": "text/html"})).content.decode()
        address = re.search(r'data-stream="([^"]+)"', page)
        assert address
        await sync_to_async(changes.note)("topic", 12, datetime.now(UTC))
        events = aiter(await client.get(address[1]))
        assert HERE.encode() in await anext(events)
        assert b"data: topic-12\n" in await anext(events)
        await events.aclose()
        await sync_to_async(connections.close_all)()

    played(play)


@pytest.mark.django_db(transaction=True)
def test_nobody_else_gets_it():
    async def play() -> None:
        assert (await AsyncClient().get("/live/")).status_code == 401
        newcomer = await sync_to_async(ben)()
        newcomer.must_change_password = True
        await newcomer.asave()
        client = AsyncClient()
        await client.aforce_login(newcomer)
        assert (await client.get("/live/")).status_code == 401
        await sync_to_async(connections.close_all)()

    played(play)


@pytest.mark.django_db
def test_it_is_only_read():
    async def play() -> None:
        assert (await AsyncClient().post("/live/")).status_code == 405

    played(play)
