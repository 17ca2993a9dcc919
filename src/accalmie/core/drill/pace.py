"""The play's clock: a storm of hours plays in minutes, and ends exactly now, never in the future."""

from __future__ import annotations

from datetime import datetime, timedelta


def sim_at(play_begins: datetime, played: timedelta, speed: float) -> datetime:
    """Return the moment of the play after `played` of real time (pauses left out) at `speed`.

    Raises ValueError for a speed below 1: such a play would have to begin in the future to end now.
    """
    if speed < 1:
        raise ValueError(f"a play cannot run slower than life: speed {speed}")
    return play_begins + played * speed


def clock(started_at: datetime, now: datetime, speed: float, duration: timedelta) -> datetime:
    """Return the moment of a play of `duration` that was started at `started_at` and never paused.

    It begins `duration * (1 - 1/speed)` before it was started, and so reaches its end when the real time
    reaches that same moment, `ends_at`. It is never ahead of `now`, and stays at its end afterwards.
    """
    end = ends_at(started_at, speed, duration)
    # The smallest of the three: rounding to microseconds must not put it ahead of now.
    return min(sim_at(end - duration, now - started_at, speed), end, now)


def ends_at(started_at: datetime, speed: float, duration: timedelta) -> datetime:
    """Return when a play started at `started_at` ends: give it to `compose` as `ends`."""
    return started_at + duration / speed
