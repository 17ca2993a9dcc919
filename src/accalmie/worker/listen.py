"""Listening: each source that is due is looked at, or its line is held open, apart from all others."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import structlog
from django.conf import settings
from django.db import connection

from accalmie import networks
from accalmie.actions import lease, mention
from accalmie.actions import source as sources
from accalmie.core.network import Batch, Listener, Streamer, Trouble, Wrong
from accalmie.records.models import SourceRecord
from accalmie.records.secret import Lost

log = structlog.get_logger()

#: Sources looked at, and lines held open, at the same time.
LOOKS, LINES = 8, 64
#: A source whose server has no streaming is asked again for it after this long.
STREAM_AGAIN = timedelta(hours=1)
#: An open line says no oftener than this that it is alive.
NOTE_EVERY = timedelta(seconds=2)


class Listening:
    """All listening of one worker. `heard` is called whenever something new was kept."""

    def __init__(self, worker: str, stop: threading.Event, heard: Callable[[], None]) -> None:
        self.worker = worker
        self.stop = stop
        self.heard = heard
        self.looks = ThreadPoolExecutor(LOOKS, thread_name_prefix="look")
        self.lines: dict[int, threading.Thread] = {}
        self.polled_until: dict[int, datetime] = {}
        self.busy: set[int] = set()
        self.noted: dict[int, datetime] = {}

    def step(self) -> bool:
        """Begin with every source that is due and free; the work itself goes on in other threads."""
        now = datetime.now(UTC)
        self.lines = {id: line for id, line in self.lines.items() if line.is_alive()}
        for source in lease.due_sources(set(networks.KINDS), now):
            if source.id in self.busy or source.id in self.lines:
                continue
            if not lease.claim(source, self.worker, now):
                continue
            self.busy.add(source.id)
            self.looks.submit(self._begin, source)
        return False

    def _begin(self, source: SourceRecord) -> None:
        try:
            listener = self._listener(source)
            if self._streams(source, listener) and len(self.lines) < LINES:
                line = threading.Thread(
                    target=self._hold, args=(source, listener), name=f"line-{source.id}", daemon=True
                )
                self.lines[source.id] = line
                line.start()
            else:
                self._look(source, listener)
        except Trouble as trouble:
            sources.failed(source.id, trouble, datetime.now(UTC))
        except Exception as error:
            self._unforeseen(source, error)
        finally:
            self.busy.discard(source.id)
            connection.close()

    def _listener(self, source: SourceRecord) -> Listener:
        if isinstance(source.secret, Lost):
            raise Trouble(Wrong.WRONG_TOKEN, source.name, "secret.key has changed")
        private = source.private_allowed or settings.PRIVATE_NETWORK_ALLOWED
        return networks.listener(source.kind, source.address, source.secret, private_allowed=private)

    def _streams(self, source: SourceRecord, listener: Listener) -> bool:
        until = self.polled_until.get(source.id)
        return isinstance(listener, Streamer) and (until is None or datetime.now(UTC) >= until)

    def _look(self, source: SourceRecord, listener: Listener) -> None:
        """Look once, and go on at once while more is waiting."""
        every = networks.KINDS[source.kind].every
        more = True
        while more and not self.stop.is_set():
            batch = listener.poll(source.cursor)
            self._take(source, batch, "poll", every)
            more = batch.more and lease.renew(source.id, self.worker, datetime.now(UTC))
        lease.release(source.id, self.worker)

    def _take(self, source: SourceRecord, batch: Batch, mode: str, every: timedelta) -> None:
        now = datetime.now(UTC)
        if batch.mentions or batch.deleted or batch.cursor != source.cursor:
            mention.take_in(source, batch, now)
            if batch.mentions:
                self.heard()
        noted = self.noted.get(source.id)
        if mode == "poll" or batch.missed or noted is None or now - noted >= NOTE_EVERY:
            sources.looked(source.id, batch, mode, every, now)
            self.noted[source.id] = now

    def _hold(self, source: SourceRecord, listener: Streamer) -> None:
        """Hold a line open until it breaks, the worker stops, or the lease is taken away."""
        every = networks.KINDS[source.kind].every
        self.noted.pop(source.id, None)
        stream = listener.stream(source.cursor)
        try:
            for batch in stream:
                self._take(source, batch, "stream", every)
                if self.stop.is_set() or not lease.renew(source.id, self.worker, datetime.now(UTC)):
                    break
            lease.release(source.id, self.worker)
        except Trouble as trouble:
            self._broken(source, trouble)
        except Exception as error:
            self._unforeseen(source, error)
        finally:
            stream.close()  # type: ignore[attr-defined]
            connection.close()

    def _broken(self, source: SourceRecord, trouble: Trouble) -> None:
        if trouble.wrong is Wrong.REFUSED:
            # No streaming there: not a fault, it is polled from now on.
            self.polled_until[source.id] = datetime.now(UTC) + STREAM_AGAIN
            SourceRecord.objects.filter(pk=source.pk).update(next_at=datetime.now(UTC))
            lease.release(source.id, self.worker)
        else:
            sources.failed(source.id, trouble, datetime.now(UTC))

    def _unforeseen(self, source: SourceRecord, error: Exception) -> None:
        log.exception("listening_fault", source=source.id)
        connection.close()
        trouble = Trouble(Wrong.UNFORESEEN, source.name, type(error).__name__)
        sources.failed(source.id, trouble, datetime.now(UTC))

    def end(self) -> None:
        """Let go of everything: lines notice by themselves within their next batch."""
        self.looks.shutdown(wait=False, cancel_futures=True)
