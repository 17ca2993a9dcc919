"""Listening: each source that is due is looked at, or its line is held open, apart from all others."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from accalmie import networks
from accalmie.actions import lease, mention
from accalmie.actions import source as sources
from accalmie.core.lifecycle import NotPossible
from accalmie.core.network import Batch, Listener, Streamer, Trouble, Wrong
from accalmie.records import fault
from accalmie.records.models import SourceRecord
from accalmie.records.secret import Lost
from accalmie.worker.thread import PAUSE_SECONDS, guarded

log = structlog.get_logger()

#: Sources looked at, and lines held open, at the same time.
LOOKS, LINES = 8, 64
#: While the database takes nothing, each source tries again to note it no later than this.
LONGEST_PAUSE_SECONDS = 16.0
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
        self.lines: dict[int, threading.Thread] = {}
        self.polled_until: dict[int, datetime] = {}
        self.busy: set[int] = set()
        self.noted: dict[int, datetime] = {}

    def step(self) -> bool:
        """Begin with every source that is due and free; the work itself goes on in other threads.

        These end with the process: who waits for a slow server must not keep it from ending.
        """
        now = datetime.now(UTC)
        for id, line in list(self.lines.items()):
            if not line.is_alive():
                del self.lines[id]
        begun = False
        for source in lease.due_sources(set(networks.KINDS), now):
            if len(self.busy) >= LOOKS:
                break
            if source.id in self.busy or source.id in self.lines:
                continue
            if not lease.claim(source, self.worker, now):
                continue
            begun = True
            self.busy.add(source.id)
            threading.Thread(target=self._begin, args=(source,), name="look", daemon=True).start()
        return begun

    def _begin(self, source: SourceRecord) -> None:
        try:
            self._safely(source, self._listen)
        finally:
            self.busy.discard(source.id)

    def _listen(self, source: SourceRecord) -> None:
        listener = self._listener(source)
        if isinstance(listener, Streamer) and self._may_stream(source) and len(self.lines) < LINES:
            hold = partial(self._safely, source, partial(self._hold, listener))
            line = threading.Thread(target=hold, name=f"line-{source.id}", daemon=True)
            self.lines[source.id] = line
            line.start()
        else:
            self._look(source, listener)

    def _safely(self, source: SourceRecord, listen: Callable[[SourceRecord], None]) -> None:
        """Listen; what goes wrong is this source's alone, and is noted with it."""
        try:
            listen(source)
            return
        except NotPossible:
            return  # It was removed meanwhile.
        except Trouble as error:
            trouble = error
        except DatabaseError as error:
            log.error("database_fault", part="listen", source=source.id, error=str(error))
            trouble = _not_stored(error)
        except Exception as error:
            log.exception("listening_fault", source=source.id)
            trouble = Trouble(Wrong.UNFORESEEN, source.name, type(error).__name__)
        finally:
            connection.close()
        self._note(source, trouble)

    def _note(self, source: SourceRecord, trouble: Trouble) -> None:
        """Note a trouble; what the database does not take is tried again until it does, later each time."""
        pause = PAUSE_SECONDS
        while not self.stop.is_set():
            try:
                sources.failed(source.id, trouble, datetime.now(UTC))
                return
            except NotPossible:
                return
            except DatabaseError as error:
                log.error("database_fault", part="listen", source=source.id, error=str(error))
            finally:
                connection.close()
            self.stop.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _listener(self, source: SourceRecord) -> Listener:
        if isinstance(source.secret, Lost):
            raise Trouble(Wrong.WRONG_TOKEN, source.name, "secret.key has changed")
        private = source.private_allowed or settings.PRIVATE_NETWORK_ALLOWED
        return networks.listener(source.kind, source.address, source.secret, private_allowed=private)

    def _may_stream(self, source: SourceRecord) -> bool:
        until = self.polled_until.get(source.id)
        return until is None or datetime.now(UTC) >= until

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

    def _hold(self, listener: Streamer, source: SourceRecord) -> None:
        """Hold a line open until it breaks, the worker stops, or the lease is taken away."""
        every = networks.KINDS[source.kind].every
        self.noted.pop(source.id, None)
        try:
            with closing(listener.stream(source.cursor)) as stream:  # type: ignore[type-var]
                for batch in stream:
                    self._take(source, batch, "stream", every)
                    if self.stop.is_set() or not lease.renew(source.id, self.worker, datetime.now(UTC)):
                        break
        except Trouble as trouble:
            if trouble.wrong is not Wrong.REFUSED:
                raise
            # No streaming there: not a fault, it is polled from now on.
            now = datetime.now(UTC)
            self.polled_until[source.id] = now + STREAM_AGAIN
            SourceRecord.objects.filter(pk=source.pk).update(next_at=now)
        lease.release(source.id, self.worker)

    def end(self) -> None:
        """Let go of everything. Looks and lines end with the process, if they do not notice before."""
        guarded("release", self._release)

    def _release(self) -> bool:
        lease.release_all(self.worker)
        return False


def _not_stored(error: DatabaseError) -> Trouble:
    """Return what listening suffers from when what was heard cannot be stored. It comes again."""
    word = fault.meaning(error)
    if word == fault.FULL:
        return Trouble(Wrong.DISK_FULL, str(settings.DATA))
    if word == fault.LOCKED:
        return Trouble(Wrong.DATABASE_LOCKED, connection.display_name)
    return Trouble(Wrong.UNFORESEEN, connection.display_name, " ".join(str(error).split())[:200])
