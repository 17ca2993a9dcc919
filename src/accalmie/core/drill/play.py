"""A whole play: some days of usual life, then a storm, as mentions in order of time."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from accalmie.core.drill.draft import Draft
from accalmie.core.drill.people import Cast
from accalmie.core.drill.scenario import PRELUDE, SCENARIOS
from accalmie.core.drill.storm import Storm
from accalmie.core.drill.usual import usual_life
from accalmie.core.drill.wording import Pen
from accalmie.core.mention import Mention

_HASHTAG = re.compile(r"#(\w+)")


@dataclass(frozen=True, slots=True)
class Play:
    """A composed drill. Times are UTC; `mentions` are sorted by `said_at`."""

    scenario: str
    seed: int
    brand: str
    #: What a topic must listen for.
    words: tuple[str, ...]
    mentions: tuple[Mention, ...]
    storm_begins: datetime
    ends: datetime

    @property
    def history_ends(self) -> datetime:
        """Until here it is known when the play begins; from here on it is played."""
        return self.storm_begins - PRELUDE

    @property
    def duration(self) -> timedelta:
        """How long it plays at the speed of life."""
        return self.ends - self.history_ends


def compose(scenario: str, seed: int, *, ends: datetime, days_before: int | None = None) -> Play:
    """Return the play of `scenario` that ends at `ends`: the same for the same arguments.

    `days_before` days of usual life come before the storm (None: as many as suit the scenario). Raises
    ValueError for a scenario that does not exist and for a moment without a zone.
    """
    if scenario not in SCENARIOS:
        raise ValueError(f"there is no drill {scenario!r}; there are {', '.join(SCENARIOS)}")
    if ends.tzinfo is None:
        raise ValueError("the end of a play needs a time zone")
    plan, chance, ends = SCENARIOS[scenario], Random(f"{scenario}/{seed}"), ends.astimezone(UTC)
    begins = ends - plan.storm
    before = timedelta(days=plan.days_before if days_before is None else days_before)
    pen, cast = Pen(plan, chance), Cast(chance)
    drafts = usual_life(plan, pen, cast, begins - before, ends, chance)
    drafts += Storm(plan, pen, cast, begins, chance).drafts()
    drafts = sorted((draft for draft in drafts if draft.at <= ends), key=lambda draft: draft.at)
    mentions = _numbered(drafts, scenario, seed, ends)
    return Play(scenario, seed, plan.brand, plan.words, mentions, begins, ends)


def due(play: Play, after: datetime, until: datetime) -> list[Mention]:
    """Return what is said after `after`, up to and including `until`, in order of time."""

    def place(moment: datetime) -> int:
        return bisect_right(play.mentions, moment, key=lambda mention: mention.said_at)

    return list(play.mentions[place(after) : place(until)])


def _numbered(drafts: list[Draft], scenario: str, seed: int, ends: datetime) -> tuple[Mention, ...]:
    """Return the drafts, in their order, as mentions with ids of their own.

    The ids hold the end of the play, so that a drill which is started again is not taken for repeated.
    """
    stem = f"drill-{scenario}-{seed}-{int(ends.timestamp()):x}"
    ids = {draft: f"{stem}-{place:05d}" for place, draft in enumerate(drafts)}
    forwarded = Counter(draft.forwards for draft in drafts if draft.forwards)
    return tuple(_mention(draft, ids, forwarded[draft], scenario, seed) for draft in drafts)


def _mention(draft: Draft, ids: dict[Draft, str], shares: int, scenario: str, seed: int) -> Mention:
    native_id, author = ids[draft], draft.person.author
    said_at = draft.at.replace(microsecond=draft.at.microsecond // 1000 * 1000)
    article = draft.person.network == "feed"
    raw = {
        "drill": True,
        "scenario": scenario,
        "seed": seed,
        "voice": draft.voice,
        "id": native_id,
        "created_at": said_at.isoformat(),
        "author": author.key,
        "text": draft.text,
    }
    return Mention(
        network=draft.person.network,
        native_id=native_id,
        text=draft.text,
        said_at=said_at,
        author=author,
        url=draft.links[0] if article else f"{author.url}/{native_id}",
        language=draft.person.language,
        in_reply_to=ids.get(draft.answers, "") if draft.answers else "",
        forwards=ids.get(draft.forwards, "") if draft.forwards else "",
        shares=shares,
        links=() if article else draft.links,
        hashtags=tuple(dict.fromkeys(tag.lower() for tag in _HASHTAG.findall(draft.text))),
        raw=json.dumps(raw, ensure_ascii=False),
    )
