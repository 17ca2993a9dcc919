"""Reading files in, one after the other; a file that was interrupted goes on where it was."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import DatabaseError

from accalmie.actions import lease, upload
from accalmie.core.lifecycle import NotPossible
from accalmie.networks import files
from accalmie.records.models import ImportRecord, SourceRecord

log = structlog.get_logger()

#: A file that no worker has found for so long is not there.
MISSED = timedelta(minutes=2)


class ReadingIn:
    """All reading in of one worker."""

    def __init__(self, worker: str, stop: threading.Event, heard: Callable[[], None]) -> None:
        self.worker = worker
        self.stop = stop
        self.heard = heard
        self.leased: list[int] = []

    def step(self) -> bool:
        """Read in the next file that waits; tell whether there was one."""
        while self.leased:
            # Here and not after reading, where the database may just have refused everything.
            lease.release(self.leased[-1], self.worker)
            self.leased.pop()
        for source in lease.due_sources({"file"}, datetime.now(UTC), most=5):
            record = ImportRecord.objects.filter(source=source).first()
            if record is None or self._elsewhere(source, record):
                continue
            if lease.claim(source, self.worker, datetime.now(UTC)):
                self.leased.append(source.id)
                self._read(source, record)
                return True
        return False

    def _elsewhere(self, source: SourceRecord, record: ImportRecord) -> bool:
        """Tell whether the file may lie on another worker's machine; after some minutes it is missed for good."""
        waited = datetime.now(UTC) - (source.next_at or source.created_at)
        return not Path(record.path).exists() and waited < MISSED

    def _read(self, source: SourceRecord, record: ImportRecord) -> None:
        path = Path(record.path)
        try:
            layout = files.Layout.from_json(record.mapping)
            rows = files.read(path, layout, offset=record.offset)
            for _ in upload.read_in(record, rows, upload.rejects_path(record)):
                self.heard()
                if self.stop.is_set() or not lease.renew(source.id, self.worker, datetime.now(UTC)):
                    break
        except files.Unreadable as error:
            upload.fail(record, error.why.key, error.why.values)
        except NotPossible:
            pass  # The topic was removed, or somebody else reads the same file.
        except DatabaseError:
            raise  # What could not be stored is read again.
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise
            log.warning("import_failed", source=source.id, error=str(error))
            upload.fail(record, "file_cannot_open", {"where": source.name, "detail": error.strerror or ""})
        except Exception as error:
            # This file alone: the next one must not wait behind it for ever.
            log.exception("import_failed", source=source.id)
            upload.fail(record, "file_unforeseen", {"where": source.name, "detail": type(error).__name__})
        _tidy(record, path)


def _tidy(record: ImportRecord, path: Path) -> None:
    """Remove an uploaded file that was read in to its end: what it held is kept, with the raw rows."""
    done = ImportRecord.objects.filter(pk=record.pk, state=ImportRecord.DONE).exists()
    if done and Path(settings.FILE_UPLOAD_TEMP_DIR) in path.parents:
        path.unlink(missing_ok=True)
