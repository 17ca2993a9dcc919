"""How well and how fast messages are read: public labelled tweets beside the repository, where there are any.

The texts were looked at in their training and validation parts alone; nothing of them is in the lexicons or weights.
`python -m benchmarks.bench_reading memory` prints what reading costs a fresh process.
"""

from __future__ import annotations

import csv
import importlib
import statistics
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from accalmie.core.reading import read
from benchmarks.figure import SHARED, Figure, child

UMSAB = SHARED / "bench" / "umsab"
AIRLINES = SHARED / "data" / "airline-tweets-2015" / "tweets.csv"
OURS = {"french": "fr", "english": "en", "german": "de"}
OTHERS = {"arabic": "ar", "italian": "it", "portuguese": "pt", "spanish": "es"}
#: Macro F1 of FastText trained on each language (Barbieri, Espinosa Anke, Camacho-Collados, LREC 2022).
FASTTEXT = {"french": 54.8, "english": 50.9, "german": 59.6}
TONES = ("negative", "neutral", "positive")
#: Microseconds a text, so that imports keep their 3,000 mentions a second.
BUDGET = 80.0
MEGABYTES = 60


def figures() -> list[Figure]:
    """Measure on what is there; say so where nothing is."""
    if not UMSAB.exists():
        return [Figure("reading of public tweets", "not measured", "", "no ../shared/bench/umsab")]
    rows = [*_languages(), *(_tone(name) for name in OURS)]
    if AIRLINES.exists():
        rows.append(_airlines())
    return [*rows, _speed(), _memory()]


def _languages() -> list[Figure]:
    whole = {name: _texts(name) for name in OURS | OTHERS}
    short = {name: [cut for text in texts if (cut := _first_words(text, 4))] for name, texts in whole.items()}
    taken = [read(text).language for name in OTHERS for text in whole[name]]
    strays = 100 * sum(language in OURS.values() for language in taken) / len(taken)
    right, right_short = ({name: _found(kind[name], OURS[name]) for name in OURS} for kind in (whole, short))
    return [
        Figure("language of a tweet, fr / en / de", _each(right.values(), "%")),
        Figure("language of its first four words", _each(right_short.values(), "%")),
        Figure("tweets in ar, it, pt, es read as one of ours", f"{strays:.1f} %", "1 %", "", strays <= 1.0),
    ]


def _found(texts: Sequence[str], language: str) -> float:
    return 100 * sum(read(text).language == language for text in texts) / len(texts)


def _tone(name: str) -> Figure:
    gold = [TONES[int(line)] for line in _lines(UMSAB / name / "test_labels.txt")]
    score = macro_f1(gold, [read(text, OURS[name]).tone.value for text in _texts(name)])
    goal = FASTTEXT[name]
    return Figure(
        f"tone of {name.title()} tweets (UMSAB test), macro F1",
        f"{score:.1f}",
        f"{goal}",
        "FastText, trained on such tweets",
        score > goal,
    )


def _airlines() -> Figure:
    with AIRLINES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    gold = [row["sentiment"] for row in rows]
    said = [read(row["text"], "en").tone.value for row in rows]
    shares = [100 * tones.count("negative") / len(tones) for tones in (said, gold)]
    beside = f"called negative: {shares[0]:.0f} %, judged so by hand: {shares[1]:.0f} %"
    return Figure("tone of tweets to airlines, macro F1", f"{macro_f1(gold, said):.1f}", "", beside)


def _speed() -> Figure:
    texts = [text for name in OURS for text in _texts(name)]
    for text in texts:
        read(text)
    microseconds = min(_seconds(texts) for _ in range(3)) / len(texts) * 1e6
    letters = statistics.mean(map(len, texts))
    return Figure(
        f"reading a tweet ({letters:.0f} characters)",
        f"{microseconds:.0f} µs",
        f"{BUDGET:.0f} µs",
        f"{1e6 / microseconds:,.0f} a second on one core",
        microseconds <= BUDGET,
    )


def _seconds(texts: Iterable[str]) -> float:
    """Return the seconds of one core, whatever else the machine does meanwhile."""
    begun = time.process_time()
    for text in texts:
        read(text)
    return time.process_time() - begun


def _memory() -> Figure:
    megabytes = float(child("benchmarks.bench_reading", "memory", data=Path()).stdout)
    return Figure(
        "memory that reading takes", f"{megabytes:.0f} MB", f"{MEGABYTES} MB", "", megabytes <= MEGABYTES
    )


def macro_f1(gold: Sequence[str], said: Sequence[str]) -> float:
    """Return the mean over TONES of F1, in per cent. A tone that is not known is a miss."""
    return statistics.mean(_f1(gold, said, tone) for tone in TONES)


def _f1(gold: Sequence[str], said: Sequence[str], tone: str) -> float:
    both = sum(g == s == tone for g, s in zip(gold, said, strict=True))
    return 200 * both / (gold.count(tone) + said.count(tone)) if both else 0.0


def _texts(name: str) -> list[str]:
    return _lines(UMSAB / name / "test_text.txt")


def _lines(path: Path) -> list[str]:
    # Not `splitlines`: some of the texts hold characters that it takes for ends of lines.
    return [line for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def _first_words(text: str, count: int) -> str:
    words = [word for word in text.split() if word[0].isalpha() and not word.startswith("http")]
    return " ".join(words[:count]) if len(words) >= count else ""


def _each(values: Iterable[float], unit: str) -> str:
    return " / ".join(f"{value:.1f}" for value in values) + f" {unit}"


def _resident() -> float:
    """Return the memory of this process in MB. Linux alone tells it; elsewhere 0."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


def _memory_of_reading() -> float:
    """Return the MB that reading takes on top of what the product has loaded anyway (Django brings these)."""
    for name in ("importlib.resources", "tempfile", "tomllib", "html", "numpy"):
        importlib.import_module(name)
    before = _resident()
    for text in ("Où est mon colis ?", "Where is my parcel?", "Wo ist mein Paket?", "Xyzzy plugh qwrt"):
        read(text)
    return _resident() - before


if __name__ == "__main__":
    if sys.argv[1:] == ["memory"]:
        print(_memory_of_reading())
    else:
        for figure in figures():
            print(figure.row())
