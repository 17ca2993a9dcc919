"""What every command does first: the log goes on, whatever becomes of the file that it goes to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LOGGING = """
import logging, structlog
from accalmie.cli import ground
ground.logs(logging.INFO)
for n in range(100):
    structlog.get_logger().error("disk_full", number=n)
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("django.request").error("Internal Server Error", exc_info=True)
print("still here")
"""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_log_on_a_full_disk_ends_nobody_who_writes_to_it():
    with Path("/dev/full").open("w") as full:
        call = [sys.executable, "-c", LOGGING]
        ended = subprocess.run(call, stdout=subprocess.PIPE, stderr=full, text=True)
    assert ended.stdout == "still here\n"


def test_an_event_is_one_line():
    ended = subprocess.run([sys.executable, "-c", LOGGING], capture_output=True, text=True)
    lines = ended.stderr.splitlines()
    assert len(lines) == 101 and "event='disk_full' number=99" in lines[99]
    assert lines[100] == "ERROR django.request Internal Server Error"
