"""Nothing of the machine on which it was written is left in what is kept, and what the documents point to is there."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.house import documents

#: Each in pieces, so that this file does not hold what it looks for.
TRACES = {
    "a folder of somebody's machine": r"(?<![\w.])/(?:wo" + r"rk|ro" + r"ot|ho" + r"me/\w+|Us" + r"ers/\w+)/",
    "a temporary folder with a name": r"/tm" + r"p/[a-z]",
    "the host of a package index": r"\b(?:py" + r"pi\.org|pythonho" + r"sted\.org|npm" + r"js\.(?:org|com))",
    "a library of the workshop": r"\.libr" + r"ary/",
}
#: So must no text be called: these hold other people's words and figures.
OTHERS = {"LICENSE"}


def tracked() -> list[str]:
    asked = ["git", "ls-files"]
    found = subprocess.run(asked, cwd=documents.HOME, check=True, capture_output=True, text=True).stdout
    return [name for name in found.splitlines() if name not in OTHERS and (documents.HOME / name).is_file()]


@pytest.mark.parametrize("what", TRACES)
def test_no_trace_of_a_machine_is_left(what):
    found = []
    for name in tracked():
        content = (documents.HOME / name).read_bytes()
        if b"\0" not in content and (hit := re.search(TRACES[what], content.decode("utf-8", "replace"))):
            found.append(f"{name}: {hit[0]}")
    assert not found


LINKS = [
    (path, link)
    for path in documents.everything()
    for link in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8"))
    if "://" not in link
]


@pytest.mark.parametrize(("path", "link"), LINKS, ids=lambda value: getattr(value, "name", value))
def test_what_a_document_points_to_is_there(path, link):
    file, _, anchor = link.partition("#")
    target = (path.parent / file) if file else path
    assert target.exists()
    if anchor:
        headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
        assert anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_decision_is_in_the_index():
    folder = documents.DOCS / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    for decision in folder.glob("0*.md"):
        title = decision.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ").partition(". ")[2]
        assert f"[{title}]({decision.name})" in index
