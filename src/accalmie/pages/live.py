"""The stream that keeps open pages live: it says what has changed ("topic-7"), the page then asks for it.

One task for each process looks at the table of changes, five times a second, and only while a page listens.
Each page hears a name at most once a second, and the last change is never lost in that.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar
from weakref import WeakKeyDictionary

import structlog
from django.db import DatabaseError, close_old_connections, connections
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import path

from accalmie.records import changes
from accalmie.records.models import ChangeRecord

log = structlog.get_logger()

#: Seconds between two looks at the table; between two words on the same thing; until a silent line is kept warm.
LOOK, SAME, KEEP_ALIVE = 0.2, 1.0, 10.0
#: Seconds after which a stream ends of itself. The browser comes back at once, and is asked again who it is.
LONGEST = 300.0
#: A page that was away longer than so many changes is told to fetch everything.
MOST = 500

#: On PostgreSQL a change that began earlier can be stored later. For so many seconds its number is looked for.
LATE = 30.0

Result = TypeVar("Result")
Look = Callable[[int], Sequence[ChangeRecord]]
These = Callable[[Sequence[int]], Sequence[ChangeRecord]]


def these(ids: Sequence[int]) -> list[ChangeRecord]:
    """Return those of the changes with these numbers that are there."""
    return list(ChangeRecord.objects.filter(pk__in=ids).order_by("pk"))


@dataclass(eq=False)
class Ear:
    """One open page: the names that it has not been told yet, and the newest change among them."""

    waiting: dict[str, float] = field(default_factory=dict)
    told: dict[str, float] = field(default_factory=dict)
    newest: int = 0
    again: bool = False
    rang: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, names: Sequence[str], newest: int) -> None:
        """Remember what changed, and wake the stream."""
        for name in names:
            self.waiting.setdefault(name, 0.0)
        self.newest = max(self.newest, newest)
        self.rang.set()

    def due(self, now: float) -> list[str]:
        """Take out the names that may be told now (`now` in seconds of any steady clock)."""
        names = [name for name in self.waiting if now - self.told.get(name, -SAME) >= SAME]
        for name in names:
            del self.waiting[name]
            self.told[name] = now
        return names

    def wait(self, now: float) -> float:
        """Return in how many seconds the next name is due; KEEP_ALIVE when none waits."""
        soonest = min((self.told.get(name, -SAME) + SAME - now for name in self.waiting), default=KEEP_ALIVE)
        return min(max(soonest, 0.0), KEEP_ALIVE)


def server_is_leaving() -> bool:
    """Tell whether uvicorn is shutting down: it waits for open streams, which would wait for it."""
    handler = signal.getsignal(signal.SIGTERM)
    return bool(getattr(getattr(handler, "__self__", None), "should_exit", False))


class Hub:
    """Tells all open pages of this process what changed. The task runs only while there is an ear."""

    def __init__(
        self,
        look: Look = changes.since,
        last: Callable[[], int] = changes.last,
        these: These = these,
        leaving: Callable[[], bool] = server_is_leaving,
        every: float = LOOK,
    ) -> None:
        self.look, self.last, self.these, self.leaving, self.every = look, last, these, leaving, every
        #: Numbers that were passed over, and until when (seconds of the loop) they are looked for.
        self.missing: dict[int, float] = {}
        self.ears: set[Ear] = set()
        self.newest: int | None = None
        self.task: asyncio.Task[None] | None = None
        self.left = False
        # Threads of its own: one connection to the database, whatever the requests do.
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="live")

    async def stream(self, after: int | None, longest: float = LONGEST) -> AsyncIterator[str]:
        """Yield server-sent events; `after` is the last change that the page knows of (None: it is new)."""
        loop = asyncio.get_running_loop()
        ear, ends = Ear(), loop.time() + longest
        await self._open(ear, after)
        try:
            # One word at once, so that every proxy on the way sees that the line stands.
            yield f"retry: 1000\nid: {ear.newest}\nevent: here\ndata: \n\n"
            while not self.left and (now := loop.time()) < ends:
                if ear.again:
                    ear.again = False
                    yield f"id: {ear.newest}\nevent: again\ndata: \n\n"
                if names := ear.due(now):
                    yield f"id: {ear.newest}\nevent: changed\ndata: {' '.join(names)}\n\n"
                ear.rang.clear()
                patience = min(ear.wait(loop.time()), ends - now)
                try:
                    await asyncio.wait_for(ear.rang.wait(), patience or 0.001)
                except TimeoutError:
                    if patience >= KEEP_ALIVE:
                        yield ": still here\n\n"
        finally:
            self._close(ear)

    async def _open(self, ear: Ear, after: int | None) -> None:
        if self.newest is None:
            self.newest = await self._in_thread(self.last)
        ear.newest = self.newest
        if after is not None and after != self.newest:
            rows = await self._in_thread(lambda: self.look(after))
            # Nothing there although time went on: what was missed is forgotten, or the count began anew.
            ear.again = not rows or rows[0].pk > after + 1 or len(rows) >= MOST
            ear.hear([name_of(row) for row in rows], rows[-1].pk if rows else self.newest)
        self.ears.add(ear)
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self._run())

    def _close(self, ear: Ear) -> None:
        self.ears.discard(ear)
        if not self.ears:
            if self.task:
                self.task.cancel()
            self.task, self.newest = None, None
            # In its thread: a connection belongs to the thread that opened it.
            self.thread.submit(connections.close_all)

    async def _run(self) -> None:
        while not self.left:
            await asyncio.sleep(self.every)
            if self.leaving():
                self.left = True
                for ear in self.ears:
                    ear.rang.set()
                return
            try:
                await self._look()
            except DatabaseError as error:
                log.warning("live updates cannot see what changed", error=str(error))
                await asyncio.sleep(self.every * 5)

    async def _look(self) -> None:
        newest, wanted = self.newest or 0, list(self.missing)
        rows = list(await self._in_thread(lambda: self.look(newest)))
        late = list(await self._in_thread(lambda: self.these(wanted))) if wanted else []
        self._remember_missing(newest, [row.pk for row in rows], [row.pk for row in late])
        if not rows and not late:
            return
        self.newest = rows[-1].pk if rows else newest
        names = list(dict.fromkeys(name_of(row) for row in [*late, *rows]))
        for ear in self.ears:
            ear.hear(names, self.newest)

    def _remember_missing(self, newest: int, came: Sequence[int], late: Sequence[int]) -> None:
        now = asyncio.get_running_loop().time()
        passed = set(range(newest + 1, came[-1])) - set(came) if came and newest else set()
        # A long jump is a new count, and not a transaction that is late.
        self.missing |= dict.fromkeys(passed, now + LATE) if len(passed) <= MOST else {}
        self.missing = {id: until for id, until in self.missing.items() if until > now and id not in late}

    async def _in_thread(self, ask: Callable[[], Result]) -> Result:
        def asked() -> Result:
            close_old_connections()
            return ask()

        return await asyncio.get_running_loop().run_in_executor(self.thread, asked)


def name_of(row: ChangeRecord) -> str:
    """Return the word that pages know a change by: "topic-7", and "alarm" for every alarm."""
    return row.what if row.what in {"alarm", "worker"} else f"{row.what}-{row.ref}"


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """Return the hub of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]


async def live(request: HttpRequest) -> HttpResponseBase:
    """Answer with the stream, to whoever is signed in."""
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    who = await request.auser()
    if not who.is_authenticated or getattr(who, "must_change_password", False):
        return HttpResponse(status=401)
    known = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    answer = StreamingHttpResponse(
        _closing(hub().stream(int(known) if known.isdecimal() else None)), content_type="text/event-stream"
    )
    answer.headers["Cache-Control"] = "no-cache, no-transform"
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


async def _closing(events: AsyncIterator[str]) -> AsyncIterator[bytes]:
    # When the page goes away, the generator is closed here and now, and not when the collector finds it.
    async with contextlib.aclosing(events) as lines:  # type: ignore[type-var]
        async for line in lines:
            yield line.encode()


urls = [path("live/", live, name="live")]
