"""Who may do what: roles in rising order, and one table of rights."""

from __future__ import annotations

from enum import Enum, IntEnum

from accalmie.core.lifecycle import NotPossible


class Role(IntEnum):
    """Each role can do all that the ones before it can."""

    VIEWER = 0
    RESPONDER = 1
    AUTHOR = 2
    APPROVER = 3
    LEAD = 4
    ADMIN = 5


class Do(Enum):
    """What a right is needed for."""

    SEE = "see"
    EXPORT = "export what was heard"
    ACKNOWLEDGE = "acknowledge an alarm"
    LISTEN = "make and change topics and sources"
    DRILL = "start and remove drills"
    REMOVE_TOPIC = "remove a topic"
    CHOOSE_ALERTS = "choose who is alerted"
    MANAGE_PEOPLE = "invite people and give roles"
    ALLOW_PRIVATE = "let sources reach the machine's own network"


NEEDS: dict[Do, Role] = {
    Do.SEE: Role.VIEWER,
    Do.EXPORT: Role.RESPONDER,
    Do.ACKNOWLEDGE: Role.RESPONDER,
    Do.LISTEN: Role.AUTHOR,
    Do.DRILL: Role.AUTHOR,
    Do.REMOVE_TOPIC: Role.LEAD,
    Do.CHOOSE_ALERTS: Role.LEAD,
    Do.MANAGE_PEOPLE: Role.ADMIN,
    Do.ALLOW_PRIVATE: Role.ADMIN,
}


class NoRight(NotPossible):
    """The person's role does not carry this right."""

    def __init__(self, do: Do) -> None:
        super().__init__(f"your role does not allow you to {do.value}; it needs {NEEDS[do].name.lower()}")
        self.do = do


def may(role: Role, do: Do) -> bool:
    """Tell whether `role` carries the right to `do`."""
    return role >= NEEDS[do]


def require(role: Role, do: Do) -> None:
    """Raise NoRight unless `role` carries the right to `do`."""
    if not may(role, do):
        raise NoRight(do)
