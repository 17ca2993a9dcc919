"""The drills: which invented brand, what happens to it, and how talk about it spreads.

All figures of a scenario are here. Names and descriptions are in `phrasebook/drill/scenarios.toml`, what
people write in `phrasebook/drill/<scenario>.<language>.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from accalmie.core.drill.contagion import Wave
from accalmie.phrasebook import say

#: Shares of the voices of a phase; they need not add up to 1.
Mood = Mapping[str, float]

#: The play begins this long before the storm.
PRELUDE = timedelta(minutes=40)


@dataclass(frozen=True, slots=True)
class Channel:
    """A network of the play: its share of the usual talk, and when the storm can jump to it (minutes).

    Feeds are not listed: they carry the press, which every scenario has.
    """

    network: str
    share: float
    opens: float = 0.0


@dataclass(frozen=True, slots=True)
class Act:
    """A wave, with the voices heard at first and those heard when its people have nearly all spoken."""

    wave: Wave
    early: Mood
    late: Mood
    #: The first to speak is a hub, with tens of thousands of followers.
    led_by_hub: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """One drill. `usual` is the mean number of mentions an hour over a usual week."""

    key: str
    brand: str
    handle: str
    #: Hashtags of the storm, by language.
    tags: Mapping[str, tuple[str, ...]]
    usual: float
    usual_voices: Mood
    languages: Mapping[str, float]
    channels: tuple[Channel, ...]
    storm: timedelta
    acts: tuple[Act, ...]
    #: When articles appear, in minutes after the storm begins: each time one in every language.
    press: tuple[float, ...] = ()
    #: Days of usual life before the storm.
    days_before: int = 5
    #: The share of shops among those who have a problem of their own.
    trade: float = 0.0

    @property
    def duration(self) -> timedelta:
        """How long the play lasts at the speed of life: a calm prelude, then the storm."""
        return PRELUDE + self.storm

    @property
    def words(self) -> tuple[str, ...]:
        """What a topic must listen for to hear all of it."""
        tags = dict.fromkeys(tag for tags in self.tags.values() for tag in tags)
        return (self.brand, f"@{self.handle}", *tags)


def title(scenario: str, language: str) -> str:
    """Return the drill's name for people."""
    return say("drill/scenarios", scenario, language)


def about(scenario: str, language: str) -> str:
    """Return what happens in the drill, in two or three sentences."""
    return say("drill/scenarios", f"{scenario}_about", language)


#: What is usually said of a brand; about a fifth to a quarter finds fault.
USUAL: Mood = {"question": 24, "praise": 26, "chat": 22, "news": 6, "complaint": 22}

_CHANNELS = (
    Channel("mastodon", 0.30),
    Channel("x", 0.26, opens=15),
    Channel("facebook", 0.22, opens=40),
    Channel("bluesky", 0.18, opens=60),
)

OUTAGE = Scenario(
    key="outage",
    brand="Tillorbe",
    handle="tillorbe",
    tags={
        "fr": ("#TillorbePanne", "#Tillorbe"),
        "en": ("#TillorbeDown", "#Tillorbe"),
        "de": ("#TillorbeAusfall", "#Tillorbe"),
    },
    usual=13.0,
    usual_voices=USUAL,
    languages={"fr": 0.38, "de": 0.34, "en": 0.28},
    channels=_CHANNELS,
    storm=timedelta(hours=6),
    acts=(
        # Grumbling: people notice one by one; little is passed on.
        Act(
            Wave(begins=0, seeds=24, seeds_over=42, people=80, contagion=0.5, fast=8, slow=30),
            early={"grumble": 62, "affected": 26, "bystander": 12},
            late={"grumble": 40, "affected": 40, "downstream": 10, "bystander": 10},
        ),
        # Everything stops: it bursts.
        Act(
            Wave(begins=38, seeds=18, seeds_over=16, people=1400, contagion=1.87, slow_share=0.35),
            early={"affected": 40, "downstream": 14, "loud": 14, "insult": 3, "bystander": 11, "reshare": 18},
            late={"affected": 17, "downstream": 10, "loud": 20, "insult": 6, "understanding": 20, "knight": 9,
                  "bystander": 3, "teasing": 3, "link": 4, "reshare": 14},
            led_by_hub=True,
        ),
        # The promised time passes: a second wave, and more and more who turn against the loud.
        Act(
            Wave(begins=165, seeds=14, seeds_over=20, people=480, contagion=1.6, slow_share=0.4),
            early={"promise": 32, "affected": 15, "downstream": 11, "loud": 15, "insult": 4, "understanding": 8,
                   "reshare": 12},
            late={"promise": 6, "affected": 10, "loud": 12, "insult": 3, "understanding": 34, "knight": 18,
                  "link": 4, "teasing": 3, "reshare": 10},
        ),
    ),
    press=(85, 120, 175, 210, 280),
    trade=0.35,
)  # fmt: skip

CLUMSY_POST = Scenario(
    key="clumsy_post",
    brand="Dormavelle",
    handle="dormavelle",
    tags={"fr": ("#DormavelleHonte",), "en": ("#DormavelleShame",), "de": ("#DormavelleFail",)},
    usual=9.0,
    usual_voices=USUAL,
    languages={"fr": 0.44, "de": 0.30, "en": 0.26},
    channels=(
        Channel("x", 0.34),
        Channel("mastodon", 0.22, opens=10),
        Channel("facebook", 0.26, opens=25),
        Channel("bluesky", 0.15, opens=35),
    ),
    storm=timedelta(hours=5),
    acts=(
        Act(
            Wave(begins=0, seeds=12, seeds_over=12, people=900, contagion=1.9, slow=90, slow_share=0.4),
            early={"loud": 52, "insult": 6, "bystander": 14, "affected": 6, "reshare": 22},
            late={"loud": 34, "insult": 8, "affected": 5, "understanding": 16, "knight": 6, "bystander": 6,
                  "teasing": 4, "link": 6, "reshare": 15},
            led_by_hub=True,
        ),
    ),
    press=(70, 100, 150, 220),
)  # fmt: skip

HACKED_ACCOUNT = Scenario(
    key="hacked_account",
    brand="Trambelle",
    handle="trambelle",
    tags={"fr": ("#TrambelleHack",), "en": ("#TrambelleHack",), "de": ("#TrambelleHack",)},
    usual=11.0,
    usual_voices=USUAL,
    languages={"de": 0.38, "fr": 0.34, "en": 0.28},
    channels=_CHANNELS,
    storm=timedelta(hours=4),
    acts=(
        Act(
            Wave(begins=0, seeds=10, seeds_over=8, people=380, contagion=2.2, fast=7, slow=45),
            early={"bystander": 36, "affected": 22, "teasing": 8, "loud": 14, "reshare": 18},
            late={"affected": 26, "loud": 26, "insult": 6, "downstream": 4, "bystander": 10, "reshare": 12},
        ),
        # Once it is called a hack: many forgive.
        Act(
            Wave(begins=55, seeds=12, seeds_over=15, people=620, contagion=2.0, fast=8, slow=50),
            early={"affected": 30, "downstream": 5, "loud": 24, "insult": 6, "understanding": 14, "reshare": 14},
            late={"affected": 18, "loud": 14, "insult": 3, "understanding": 32, "knight": 12, "teasing": 4,
                  "link": 6, "reshare": 12},
            led_by_hub=True,
        ),
    ),
    press=(60, 95, 140),
)  # fmt: skip

TEASING_WAVE = Scenario(
    key="teasing_wave",
    brand="Zourmi",
    handle="zourmi",
    tags={"fr": ("#OursonMoustache",), "en": ("#MoustacheBear",), "de": ("#BärMitBart",)},
    usual=14.0,
    usual_voices={"question": 20, "praise": 38, "chat": 28, "news": 4, "complaint": 10},
    languages={"de": 0.36, "fr": 0.36, "en": 0.28},
    channels=_CHANNELS,
    storm=timedelta(hours=4),
    acts=(
        Act(
            Wave(begins=0, seeds=8, seeds_over=30, people=280, contagion=1.8, fast=14),
            early={"teasing": 74, "bystander": 8, "praise": 8, "reshare": 10},
            late={"teasing": 60, "praise": 18, "bystander": 8, "link": 3, "reshare": 11},
        ),
    ),
    press=(120,),
)

SMALL_BRAND = Scenario(
    key="small_brand",
    brand="Fromelune",
    handle="fromelune",
    tags={"fr": ("#TheiereFromelune",), "en": ("#FromeluneTeapot",), "de": ("#FromeluneKanne",)},
    usual=1 / 24,
    usual_voices={"question": 20, "praise": 46, "chat": 24, "news": 4, "complaint": 6},
    languages={"fr": 0.60, "en": 0.20, "de": 0.20},
    channels=(
        Channel("facebook", 0.45),
        Channel("mastodon", 0.35, opens=20),
        Channel("bluesky", 0.18, opens=50),
    ),
    storm=timedelta(hours=5),
    acts=(
        Act(
            Wave(begins=0, seeds=3, seeds_over=20, people=330, contagion=2.0, fast=14),
            early={"affected": 36, "loud": 26, "insult": 4, "bystander": 14, "reshare": 20},
            late={"affected": 10, "loud": 30, "insult": 6, "understanding": 22, "knight": 8, "bystander": 6,
                  "teasing": 4, "link": 4, "reshare": 10},
            led_by_hub=True,
        ),
    ),
    press=(190,),
    days_before=45,
)  # fmt: skip

SCENARIOS: dict[str, Scenario] = {
    each.key: each for each in (OUTAGE, CLUMSY_POST, HACKED_ACCOUNT, TEASING_WAVE, SMALL_BRAND)
}
