"""Threads that look for work again and again, survive what goes wrong, and say so."""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Callable

import structlog
from django.db import DatabaseError, close_old_connections, connection

log = structlog.get_logger()

#: After a fault, nobody hammers at a full disk or a locked database.
PAUSE_SECONDS = 2.0


class Loop(threading.Thread):
    """Calls `step` until `stop` is set: at once again while it returns True, else after `seconds`.

    `wake` ends the waiting early.
    """

    def __init__(self, name: str, step: Callable[[], bool], seconds: float, stop: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self.step = step
        self.seconds = seconds
        self.stopping = stop
        self.wake = threading.Event()

    def run(self) -> None:
        """Work until told to stop."""
        while not self.stopping.is_set():
            self.wake.clear()
            if not guarded(self.name, self.step):
                self.wake.wait(self.seconds)
        connection.close()


def guarded(name: str, step: Callable[[], bool], pause: float = PAUSE_SECONDS) -> bool:
    """Do one step; a fault is logged and ends only this step, `pause` seconds later.

    False: there is nothing more to do just now.
    """
    close_old_connections()
    try:
        return step()
    except DatabaseError as error:
        # A full disk, a locked or absent database: told here and by the missing heartbeat on every page.
        log.error("database_fault", part=name, error=str(error))
        connection.close()
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            log.error("disk_full", part=name, error=str(error))
        else:
            log.exception("worker_fault", part=name)
    except Exception:
        log.exception("worker_fault", part=name)
    time.sleep(pause)
    return False
