"""Loops that go on whatever happens, and a worker that ends although a server never answers."""

from __future__ import annotations

import errno
import signal
import threading

import pytest
from django.db import OperationalError
from structlog.testing import capture_logs

from accalmie.worker.thread import guarded
from tests.journeys.installation import Installation, wait
from tests.servers.scripted import listening_server

FAULTS = {
    "database_fault": OperationalError("database is locked"),
    "disk_full": OSError(errno.ENOSPC, "No space left on device"),
    "worker_fault": ZeroDivisionError("a cable was loose"),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("event", FAULTS)
def test_a_fault_ends_one_step_and_is_told(event):
    def step() -> bool:
        raise FAULTS[event]

    with capture_logs() as logs:
        assert not guarded("part", step, pause=0)
    assert [(line["event"], line["part"]) for line in logs] == [(event, "part")]


def test_a_worker_ends_at_once_although_a_server_keeps_it_waiting(tmp_path):
    house = Installation(tmp_path)
    house.tables()
    asked = threading.Event()

    def silent(line, _):
        asked.set()
        line.recv(1)

    with listening_server(silent) as address:
        place = {"kind": "feed", "name": "silent", "address": {"url": address}, "private_allowed": True}
        house.topic("Aurelia", [place])
        worker = house.launch("work")
        assert asked.wait(60)
        wait(lambda: "worker_started" in worker.said)
        worker.process.send_signal(signal.SIGTERM)
        assert worker.process.wait(timeout=60) == 0
    assert not house.source("silent")["trouble"], "it ended before the look did"
    assert house.one("SELECT leased_by FROM records_sourcerecord") == ""
