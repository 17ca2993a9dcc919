"""What may happen next, as a table: states, moves, and where each move leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

State = TypeVar("State", bound=Enum)
Move = TypeVar("Move", bound=Enum)


class NotPossible(Exception):
    """Someone was faster, the page was old, or the right is missing. The message is for people."""


@dataclass(frozen=True)
class Lifecycle(Generic[State, Move]):
    """A state table. The buttons on the page, the docs and the check in the database come from it."""

    start: State
    table: Mapping[tuple[State, Move], State]

    def after(self, state: State, move: Move) -> State:
        """Return the state that `move` leads to, or raise NotPossible when it is not allowed here."""
        try:
            return self.table[state, move]
        except KeyError:
            raise NotPossible(f"{move.value} is not possible while {state.value}") from None

    def moves(self, state: State) -> tuple[Move, ...]:
        """Return the moves that are allowed in `state`, in the table's order."""
        return tuple(move for (seen, move) in self.table if seen == state)
