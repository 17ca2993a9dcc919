"""What things are called on the screen: roles, channels, tones, states, levels, in the reader's language.

The core's own words (levels, phases, reasons, troubles) stand in the phrasebook; here are those of the pages.
"""

from __future__ import annotations

from functools import cache

from babel import Locale, UnknownLocaleError
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accalmie.core.people import NEEDS, Do, Role

ROLES = {
    Role.VIEWER: lazy("Viewer"),
    Role.RESPONDER: lazy("Responder"),
    Role.AUTHOR: lazy("Author"),
    Role.APPROVER: lazy("Approver"),
    Role.LEAD: lazy("Lead"),
    Role.ADMIN: lazy("Admin"),
}

#: What each role may do beyond the ones before it, as a sentence for the person who gives it.
ROLE_MEANINGS = {
    Role.VIEWER: lazy("Sees the fever, the alarms and everything that was heard."),
    Role.RESPONDER: lazy("Acknowledges alarms and exports what was heard."),
    Role.AUTHOR: lazy("Makes topics and sources, reads in files and starts drills."),
    Role.APPROVER: lazy("Approves what others wrote, once statements are part of the room."),
    Role.LEAD: lazy("Removes topics and chooses who is alerted."),
    Role.ADMIN: lazy("Invites people, gives roles and lets sources reach the machine's own network."),
}

REFUSALS = {
    Do.SEE: lazy("Seeing this needs at least the role %(role)s. An admin can give it to you."),
    Do.EXPORT: lazy(
        "Exporting what was heard needs at least the role %(role)s. An admin can give it to you."
    ),
    Do.ACKNOWLEDGE: lazy(
        "Acknowledging an alarm needs at least the role %(role)s. An admin can give it to you."
    ),
    Do.LISTEN: lazy(
        "Making and changing topics and sources needs at least the role %(role)s. An admin can give it to you."
    ),
    Do.DRILL: lazy("Starting a drill needs at least the role %(role)s. An admin can give it to you."),
    Do.REMOVE_TOPIC: lazy("Removing a topic needs at least the role %(role)s. An admin can give it to you."),
    Do.CHOOSE_ALERTS: lazy(
        "Choosing who is alerted needs at least the role %(role)s. An admin can give it to you."
    ),
    Do.MANAGE_PEOPLE: lazy(
        "Inviting people and giving roles needs the role %(role)s. An admin can give it to you."
    ),
    Do.ALLOW_PRIVATE: lazy(
        "Letting a source reach the machine's own network needs the role %(role)s. An admin can do it for you."
    ),
}

CHANNELS = {
    "mastodon": "Mastodon",
    "feed": lazy("Feed"),
    "file": lazy("File"),
    "drill": lazy("Drill"),
    "x": "X",
    "twitter": "Twitter",
    "facebook": "Facebook",
    "bluesky": "Bluesky",
    "mail": lazy("Mail"),
}

TONES = {
    "negative": lazy("Negative"),
    "neutral": lazy("Neutral"),
    "positive": lazy("Positive"),
    "unknown": lazy("Not read"),
}

STANCES = {
    "affected": lazy("Affected: has lost something"),
    "loud": lazy("Loud: angry, without a case of their own"),
    "understanding": lazy("Understanding: asks for patience"),
    "none": lazy("None of these"),
}

#: The storm scale of Graf and Schwede, told by what can be seen.
LEVEL_MEANINGS = {
    1: lazy("Single critics, and nobody answers them."),
    2: lazy("The same people criticise again; few react, on the same channel."),
    3: lazy("Criticism lasts, reactions grow and reach other channels. Most teams are alerted from here on."),
    4: lazy("Critics find each other and grow on all channels. Alerted only here, you may be late."),
    5: lazy("The protest is a campaign, very emotional, and jumps from channel to channel."),
    6: lazy("Everybody speaks of it, mostly aggressively, and the media lead with it."),
}


def no_right(do: Do) -> str:
    """Return the sentence for somebody whose role does not carry the right to `do`."""
    return str(REFUSALS[do]) % {"role": ROLES[NEEDS[do]]}


def channel(network: str) -> str:
    """Return what people call a network; its own name where we know none."""
    return str(CHANNELS.get(network, network))


def sentence(refusal: Exception) -> str:
    """Return why something was not done as a sentence: actions say it in the middle of one."""
    said = _(str(refusal)) if str(refusal) else ""
    return said[:1].upper() + said[1:] + ("" if said.endswith((".", "!", "?", "…")) else ".")


def level_told(level: int, name: str) -> str:
    """Return a level of the storm scale for somebody who chooses from which one on they are alerted."""
    return _("Level %(level)d, %(name)s: %(meaning)s") % {
        "level": level,
        "name": name,
        "meaning": LEVEL_MEANINGS[level],
    }


def role_told(role: Role) -> str:
    """Return a role with what it may do."""
    return _("%(role)s: %(meaning)s") % {"role": ROLES[role], "meaning": ROLE_MEANINGS[role]}


def tone(value: int | None) -> str:
    """Return the name of a stored tone (-1, 0, 1, None)."""
    return str(TONES[tone_key(value)])


def tone_key(value: int | None) -> str:
    """Return the stored tone (-1, 0, 1, None) as the word that addresses of pages use."""
    return (
        {-1: "negative", 0: "neutral", 1: "positive"}.get(value, "unknown")
        if value is not None
        else "unknown"
    )


def language(code: str) -> str:
    """Return the name of the language `code` (ISO 639-1, or "und") in the reader's language."""
    if code in {"", "und"}:
        return _("Language not known")
    return _languages(get_language() or "en").get(code, code)


@cache
def _languages(reader: str) -> dict[str, str]:
    try:
        known = Locale.parse(reader[:2]).languages
    except (UnknownLocaleError, ValueError):
        known = Locale.parse("en").languages
    return {str(code): str(name) for code, name in known.items()}
