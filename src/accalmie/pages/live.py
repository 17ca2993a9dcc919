"""Live updates."""

from __future__ import annotations

urls: list[object] = []
