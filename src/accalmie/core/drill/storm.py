"""The storm: waves of talk given people, networks, languages, voices and words."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from accalmie.core.drill.contagion import Event, spread, strengths
from accalmie.core.drill.draft import Draft, weighted
from accalmie.core.drill.people import Cast, Person, followers, hub
from accalmie.core.drill.scenario import Act, Mood, Scenario
from accalmie.core.drill.usual import ZONE
from accalmie.core.drill.wording import Moment, Pen

#: How often somebody stays on the network, and with the language, of what made them speak.
_STAYS, _SPEAKS_LIKE = 0.78, 0.82
#: How often they answer it directly; those who turn against the loud do so more often.
_ANSWERS, _TURNS_AGAINST = 0.3, 0.6
#: How often somebody copies the words of another who suffers or rages the same.
_COPIES, _LONGEST_COPY = 0.07, 200
#: The articles of one moment appear within so many minutes.
_PRESS_SPREAD = 15.0

_OF_THEIR_OWN = frozenset({"grumble", "affected", "downstream", "promise"})
_COPIED = frozenset({"affected", "promise", "loud", "teasing"})
_DEFENDING = frozenset({"understanding", "knight"})
#: Who has spoken in one of these voices keeps to it.
_FIRM = _DEFENDING | {"affected", "downstream", "loud", "insult", "teasing"}
#: Quotation marks are taken out of a headline that is quoted itself.
_QUOTES = re.compile(r"[«»„“\"]\s*")


@dataclass(slots=True)
class Storm:
    """Makes the drafts of a storm that begins at `begins` (UTC)."""

    scenario: Scenario
    pen: Pen
    cast: Cast
    begins: datetime
    chance: Random
    _articles: dict[str, list[Draft]] = field(default_factory=dict)

    def drafts(self) -> list[Draft]:
        """Return all that is said, in no order."""
        drafts = self._press()
        for act in self.scenario.acts:
            drafts += self._act(act)
        return drafts

    def _press(self) -> list[Draft]:
        for minutes in self.scenario.press:
            for language in self.scenario.languages:
                self._articles.setdefault(language, []).append(
                    self._article(minutes + _PRESS_SPREAD * self.chance.random(), language)
                )
        return [article for articles in self._articles.values() for article in articles]

    def _article(self, minutes: float, language: str) -> Draft:
        medium = self.cast.medium(language)
        address = f"{medium.author.url}{self.scenario.handle}-{int(minutes)}"
        text = self.pen.write("press", language, self._moment(minutes))
        return Draft(self._at(minutes), medium, "press", text, links=(address,))

    def _act(self, act: Act) -> list[Draft]:
        reach = [followers(self.chance) for _ in range(act.wave.people)]
        if act.led_by_hub:
            reach[0] = hub(self.chance)
        until = self.scenario.storm / timedelta(minutes=1)
        speakers: dict[int, Person] = {}
        stands: dict[int, str] = {}
        drafts: list[Draft] = []
        for event in spread(act.wave, strengths(reach), until, self.chance):
            because = None if event.because is None else drafts[event.because]
            voice = self._voice(act, event, because)
            if voice in _FIRM:
                voice = stands.setdefault(event.who, voice)
            if event.who not in speakers:
                speakers[event.who] = self._person(event.at, because, voice, reach[event.who])
            draft = self._said(event.at, speakers[event.who], voice, because)
            draft.most_seen = _most_seen(draft, because)
            drafts.append(draft)
        return drafts

    def _voice(self, act: Act, event: Event, because: Draft | None) -> str:
        if act.led_by_hub and event.who == 0:
            return max(act.early, key=lambda voice: act.early[voice])
        mood = dict(_between(act.early, act.late, event.spent))
        if because is None:
            mood.pop("reshare", None)
        return weighted(mood, self.chance.random())

    def _person(self, minutes: float, because: Draft | None, voice: str, reach: int) -> Person:
        """Return somebody new; who forwards something is where it was said."""
        chance = self.chance
        if because is not None and because.most_seen is not None and voice == "reshare":
            because = because.most_seen
        if because is not None and (voice == "reshare" or chance.random() < _STAYS):
            network = because.person.network
        else:
            open_now = {each.network: each.share for each in self.scenario.channels if each.opens <= minutes}
            network = weighted(open_now, chance.random())
        if because is not None and (voice == "reshare" or chance.random() < _SPEAKS_LIKE):
            language = because.person.language
        else:
            language = weighted(dict(self.scenario.languages), chance.random())
        trade = self.scenario.trade if voice in _OF_THEIR_OWN else 0.0
        return self.cast.person(network, language, reach, trade)

    def _said(self, minutes: float, person: Person, voice: str, because: Draft | None) -> Draft:
        at, here = self._at(minutes), because is not None and because.person.network == person.network
        source = because.most_seen if because is not None else None
        if voice == "reshare" and source is not None and source.person.network == person.network:
            return Draft(at, person, "reshare", source.text, forwards=source, links=source.links)
        if voice == "reshare":
            voice = "bystander"
        moment, language = self._moment(minutes), person.language
        if because is not None and self._copies(voice, because, language):
            text = self.pen.echo(because.text, language, moment)
            return Draft(at, person, voice, text, answers=because if here else None)
        article = self._latest(language, at) if voice == "link" else None
        if article is not None:
            headline = _QUOTES.sub("", article.text.split(". ")[0])
            values = {"url": article.links[0], "headline": headline, "media": article.person.author.name}
            return Draft(
                at, person, "link", self.pen.write("link", language, moment, **values), links=article.links
            )
        voice = "bystander" if voice == "link" else voice
        likely = _TURNS_AGAINST if voice in _DEFENDING else _ANSWERS
        answers = because if here and self.chance.random() < likely else None
        return Draft(at, person, voice, self.pen.write(voice, language, moment), answers=answers)

    def _copies(self, voice: str, because: Draft, language: str) -> bool:
        return (
            voice == because.voice
            and voice in _COPIED
            and language == because.person.language
            and len(because.text) < _LONGEST_COPY
            and self.chance.random() < _COPIES
        )

    def _latest(self, language: str, at: datetime) -> Draft | None:
        """Return one of the last articles in that language that are out by then."""
        articles = self._articles.get(language, [])
        out = bisect_right(articles, at, key=lambda article: article.at)
        return self.chance.choice(articles[max(0, out - 2) : out]) if out else None

    def _at(self, minutes: float) -> datetime:
        return self.begins + timedelta(minutes=minutes)

    def _moment(self, minutes: float) -> Moment:
        return Moment(self._at(minutes).astimezone(ZONE).hour, minutes)


def _most_seen(draft: Draft, because: Draft | None) -> Draft:
    """Return the most followed of `draft` and what led to it; a reshare is not seen for itself."""
    before = because.most_seen if because is not None else None
    if before is None or (draft.reach > before.reach and draft.forwards is None):
        return draft
    return before


def _between(early: Mood, late: Mood, spent: float) -> Mood:
    """Return the voices when a share of `spent` of the people has spoken: from early to late."""
    names = dict.fromkeys((*early, *late))
    whole, rest = sum(early.values()), sum(late.values())
    return {
        name: (1 - spent) * early.get(name, 0) / whole + spent * late.get(name, 0) / rest for name in names
    }
