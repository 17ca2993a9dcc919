"""Bad files and bad arguments: one clear sentence with its place and remedy, the good lines kept, no traceback."""

from __future__ import annotations

import gzip
import json
import os
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from accalmie.cli import app
from tests.journeys.installation import HOME, Ended, Installation

GOOD = '{"id": "%s", "text": "Aurelia is late", "created_at": "2026-03-04T12:00:00"}'
LONG = "x" * 10_000_000


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> Installation:
    made = Installation(tmp_path_factory.mktemp("installation"))
    made.tables()
    return made


def imported(house: Installation, file: object, *more: object, given: bytes | None = None) -> Ended:
    return house.run("import", file, "--topic", "Aurelia", *more, given=given)


# Lines


#: Each broken line, and why it is rejected.
BROKEN_JSON = {
    '{"text": "half", "created_at":': "file_json",
    "[1, 2]": "file_not_an_object",
    '{"text": "", "created_at": "2026-03-04"}': "file_text_empty",
    '{"text": "no date"}': "file_date_missing",
    '{"text": "odd date", "created_at": "yesterday"}': "file_date_unreadable",
    '{"text": "from the future", "created_at": "2099-01-01"}': "file_date_impossible",
    '{"text": "before there was anything", "created_at": "1970-01-01"}': "file_date_impossible",
    f'{{"text": "{LONG}", "created_at": "2026-03-04"}}': "file_line_too_long",
    '{"text": "deep", "x": ' + "[" * 100_000 + "]" * 100_000 + "}": "file_json",
}
#: Odd, and yet mentions.
ODD_JSON = (
    '{"text": "zero \\u0000 and \x00", "created_at": "2026-03-04T12:01"}',
    '{"text": "half a character \\ud83d", "created_at": "2026-03-04T12:02"}',
    '{"text": "no number", "followers": 1e400, "shares": -5, "created_at": "2026-03-04T12:03"}',
    '{"text": "long id", "id": "%s", "created_at": 1772625600}' % ("i" * 5000),
    '{"text": {"not": "words"}, "author": ["x"], "created_at": "Wed, 04 Mar 2026 12:05:00 +0100"}',
)


@pytest.mark.claim("M4")
def test_broken_lines_of_json_are_counted_told_and_kept_aside_and_the_good_ones_kept(house, tmp_path):
    lines = [GOOD % "first", *BROKEN_JSON, *ODD_JSON, GOOD % "last", '{"text": "cut o']
    (tmp_path / "mentions.jsonl").write_text("\n".join(lines))
    rejects = tmp_path / "rejects.jsonl"
    before = house.count("mentionrecord")
    ended = imported(house, tmp_path / "mentions.jsonl", "--rejects", rejects)
    kept = len(ODD_JSON) + 2
    assert ended.code == 1
    assert f"{len(lines)} rows: {kept} kept, 0 repeated" in ended.out
    assert house.count("mentionrecord") == before + kept
    aside = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert [(one["line"], one["why"]) for one in aside] == [
        *((number, why) for number, why in enumerate(BROKEN_JSON.values(), 2)), (len(lines), "file_json"),
    ]  # fmt: skip
    assert all(f"line {one['line']}: " in ended.err for one in aside)
    assert "Traceback" not in ended.err


@pytest.mark.claim("M4")
def test_broken_rows_of_a_table_do_not_take_others_with_them(house, tmp_path):
    table = tmp_path / "mentions.csv"
    rows = [
        "id,created_at,author,text",
        '1,2026-03-05,ann,"Good, and quoted"',
        "2,2026-03-05,ben",
        '3,2026-03-05,carl,"a quotation that never ends',
        "4,2026-03-05,dora,Good again",
        "5,never,emil,No such day",
        f"6,2026-03-05,fred,{LONG}",
        "7,2026-03-05,gil,a\x00b",
        "8,2026-03-05,hal,one,too,many",
    ]
    table.write_bytes("\n".join(rows).encode() + b"\n9,2026-03-05,ida,Last\n")
    ended = imported(house, table, "--rejects", tmp_path / "rejects.jsonl")
    aside = [json.loads(line) for line in (tmp_path / "rejects.jsonl").read_text().splitlines()]
    assert (ended.code, ended.out) == (
        1,
        "9 rows: 4 kept, 0 repeated, 0 without the topic's words, 5 rejected.\n",
    )
    assert [(one["line"], one["why"]) for one in aside] == [
        (3, "file_cells"), (4, "file_quotes"), (6, "file_date_unreadable"), (7, "file_line_too_long"),
        (9, "file_cells"),
    ]  # fmt: skip


@pytest.mark.claim("M4")
def test_one_line_in_another_encoding_spoils_no_other(house, tmp_path):
    lines = [f'{{"id": "e{n}", "text": "Aurélia größer {n}", "created_at": "2026-03-06"}}' for n in range(20)]
    content = "\n".join(lines[:10]).encode() + b"\n" + lines[10].encode("latin-1") + b"\n"
    (tmp_path / "mixed.jsonl").write_bytes(content + "\n".join(lines[11:]).encode())
    ended = imported(house, tmp_path / "mixed.jsonl")
    assert ended.code == 1 and "line 11: The line has bytes that are not utf-8" in ended.err
    assert house.count("mentionrecord", "text LIKE 'Aurélia größer %'") == 19


def test_a_file_in_any_one_encoding_is_read_as_it_was_meant(house, tmp_path):
    encodings = ("utf-8-sig", "utf-16", "cp1252")
    for name in encodings:
        line = f'{{"id": "{name}", "text": "Aurélia – {name}", "created_at": "2026-03-07"}}\n'
        (tmp_path / name).write_bytes(line.encode(name))
    ended = house.runs(*(["import", tmp_path / name, "--topic", "Aurelia"] for name in encodings))
    assert [one.code for one in ended] == [0, 0, 0]
    assert house.count("mentionrecord", "text LIKE 'Aurélia – %'") == 3


# Files as a whole


def folder(at: Path) -> Path:
    at.mkdir()
    return at


def holding(content: bytes):
    def made(at: Path) -> Path:
        at.write_bytes(content)
        return at

    return made


WHOLE = {
    "nothing": (lambda at: at, "there is no such file. Check the name."),
    "folder": (folder, "this is a folder. Name a file in it."),
    "unreadable": (lambda at: Path("/proc/self/mem"), "Check the file and its disk."),
    "empty": (holding(b""), "The file is empty"),
    "blank": (holding(b"\n \r\n\0\0\n"), "The file is empty"),
    "header": (holding(b"id,created_at,text\n"), "The file is empty"),
    "columns": (holding(b"a,b\n1,2\n3,4\n"), "No column seems to hold the texts. Say which one does"),
    "no_dates": (holding(b"text,b\nNobody answers us,2\nAnd so on,4\n"), "No column seems to hold the dates."),
    "list": (holding(json.dumps([{"text": "a"}], indent=1).encode()), "Save it as JSON Lines"),
    "packed": (holding(gzip.compress(b"text,date\n")), "save it as CSV (UTF-8)"),
    "table": (holding(b"PK\x03\x04" + bytes(100)), "save it as CSV (UTF-8)"),
    "noise": (holding(bytes(range(256)) * 40), "Say which one does"),
}  # fmt: skip


#: Arguments that cannot be, with a good file.
ARGUMENTS = {
    ("--map", "body"): "Write FIELD=COLUMN",
    ("--map", "words=text"): "names no field of a mention",
    ("--map", "text=missing"): "There is no column “missing”",
    ("--rejects", "{file}"): "--rejects is the same file; choose another",
    ("--rejects", "{folder}"): "this is a folder. Name a file in it.",
    ("--rejects", "{folder}/none/rejects"): "there is no such file. Check the name.",
    ("--topic", ""): "A topic needs a name.",
    ("--topic", "t" * 200): "at most 120 characters",
}


@pytest.fixture(scope="module")
def told(house, tmp_path_factory) -> dict[object, Ended]:
    """What `accalmie import` says of each of them, after which nothing was left in the database."""
    folder = tmp_path_factory.mktemp("files")
    calls: dict[object, list[object]] = {
        what: ["import", make(folder / what), "--topic", "Nothing of it"] for what, (make, _) in WHOLE.items()
    }
    good = folder / "good.csv"
    good.write_text("id,created_at,text\n1,2026-03-08,Aurelia is late\n")
    for more in ARGUMENTS:
        given = [one.format(file=good, folder=folder) for one in more]
        calls[more] = ["import", good, *([] if "--topic" in more else ["--topic", "Nothing of it"]), *given]
    before = house.count("sourcerecord"), house.count("topicrecord"), good.read_bytes()
    ended = house.runs(*calls.values())
    assert (house.count("sourcerecord"), house.count("topicrecord"), good.read_bytes()) == before
    return dict(zip(calls, ended, strict=True))


@pytest.mark.claim("M4")
@pytest.mark.parametrize("what", WHOLE)
def test_a_file_that_cannot_be_imported_is_told_in_one_sentence_and_leaves_nothing(told, what):
    ended, (_, words) = told[what], WHOLE[what]
    assert ended.code == 2 and ended.out == ""
    place = "/proc/self/mem" if what == "unreadable" else f"/{what}"
    assert f"{place}: " in ended.sentence and words in ended.sentence


@pytest.mark.parametrize("more", ARGUMENTS, ids=" ".join)
def test_arguments_that_cannot_be_are_told_in_one_sentence(told, more):
    assert told[more].code == 2 and ARGUMENTS[more] in told[more].sentence


def test_what_cannot_be_seen_by_this_user_is_told(house, tmp_path):
    if os.getuid() == 0:
        pytest.skip("root may read every file: run the tests as an ordinary user to see this one")
    file = tmp_path / "closed.csv"
    file.write_text("id,created_at,text\n")
    file.chmod(0)
    assert "it may not be opened. Change its rights" in imported(house, file).sentence


def test_standard_input_and_pipes_are_read_like_files(house, tmp_path):
    line = (GOOD % "piped").encode() + b"\n"
    assert "1 kept" in imported(house, "-", given=line).out
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    if not os.fork():
        pipe.write_bytes(line)
        os._exit(0)
    assert "0 kept, 1 repeated" in imported(house, pipe).out
    os.wait()
    assert "standard input: The file is empty" in imported(house, "-").sentence
    assert not list((house.data / "uploads").iterdir()), "nothing is left behind"


def test_an_import_leaves_the_one_time_password_as_it_was_printed(house, tmp_path):
    question = "SELECT password FROM records_user WHERE username = 'admin'"
    before = house.one(question)
    (tmp_path / "one.jsonl").write_text(GOOD % "again")
    house.runs(["import", tmp_path / "one.jsonl", "--topic", "Aurelia"], ["demo", "--scenario", "no such"])
    assert house.one(question) == before


# Commands without a database


def ran(*arguments: object, given: bytes = b"") -> Ended:
    found = CliRunner().invoke(app, [str(one) for one in arguments], input=given)
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    return Ended(found.exit_code, found.stdout, found.stderr)


COMMANDS = {
    "watch": lambda file: ("watch", file),
    "fever": lambda file: ("fever", "--counts", file, "--out", "-"),
    "read": lambda file: ("read", "--batch", file, "--out", "-"),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("what", ["nothing", "folder", "unreadable"])
def test_a_file_that_cannot_be_opened_is_told_by_every_command(tmp_path, command, what):
    make, words = WHOLE[what]
    file = make(tmp_path / "file")
    ended = ran(*COMMANDS[command](file))
    assert ended.code == 2
    assert ended.sentence.startswith(f"{file}: ") and words in ended.sentence


@pytest.mark.parametrize("what", ["empty", "header", "columns", "no_dates", "list", "packed", "noise"])
@pytest.mark.parametrize("command", ["watch", "fever"])
def test_a_file_of_something_else_is_told_by_every_command(tmp_path, command, what):
    ended = ran(*COMMANDS[command](WHOLE[what][0](tmp_path / "file")))
    assert ended.code == 2 and ended.sentence and ended.out == ""


def test_watch_replays_the_good_lines_and_tells_the_broken_ones(tmp_path):
    (tmp_path / "mentions.jsonl").write_text("\n".join([GOOD % "1", *BROKEN_JSON, *ODD_JSON]))
    ended = ran("watch", tmp_path / "mentions.jsonl")
    assert ended.code == 0
    assert f"{1 + len(ODD_JSON)} mentions in all, 0 repeated, {len(BROKEN_JSON)} rejected" in ended.err


def test_read_tells_each_broken_line_and_reads_the_others(tmp_path):
    lines = [
        '{"id": 1, "text": "Awful"}',
        "{",
        "[]",
        '{"id": 2}',
        '{"text": "x"}',
        '{"id": 3, "text": "\\u0000\\ud83d"}',
    ]
    content = "\n".join(lines).encode() + b'\n{"id": 4, "text": "\xff\xfe latin"}\n'
    ended = ran("read", "--batch", "-", "--out", "-", given=content)
    assert ended.code == 2
    assert [json.loads(line)["id"] for line in ended.out.splitlines()] == [1, 3, 4]
    assert [f"line {number}: " in ended.err for number in (1, 2, 3, 4, 5, 6)] == [
        False,
        True,
        True,
        True,
        True,
        False,
    ]


def test_read_takes_a_line_of_ten_megabytes(tmp_path):
    (tmp_path / "long.jsonl").write_text(f'{{"id": 1, "text": "{LONG}"}}\n')
    assert ran("read", "--batch", tmp_path / "long.jsonl", "--out", "-").code == 0


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("2026-03-01T01:00,many", "line 3: 'many' is not a count"),
        ("2026-03-01T01:00,-1", "line 3: '-1' is not a count"),
        ("2026-03-01T01:00,nan", "line 3: 'nan' is not a count"),
        ("soon,1", "line 3: 'soon' is not a time"),
        ("2026-03-01T00:00,1", "line 3: 2026-03-01T00:00 does not follow"),
        ("2026-03-01T01:00", "line 3: there are 1 cells"),
        ('"', "line 3"),
    ],
)
def test_fever_names_the_line_that_it_cannot_use(tmp_path, line, words):
    (tmp_path / "counts.csv").write_text(f"timestamp,value\n2026-03-01T00:00,1\n{line}\n")
    ended = ran("fever", "--counts", tmp_path / "counts.csv", "--out", "-")
    assert ended.code == 2 and words in ended.sentence


@pytest.mark.parametrize("command", ["fever", "read"])
def test_no_command_writes_over_what_it_reads(tmp_path, command):
    file = tmp_path / "file"
    content = 'timestamp,value\n2026-03-01T00:00,1\n{"id": 1, "text": "a"}\n'
    file.write_text(content)
    option = "--counts" if command == "fever" else "--batch"
    ended = ran(command, option, file, "--out", file)
    assert ended.code == 2 and "choose another, it would be overwritten" in ended.sentence
    assert file.read_text() == content


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("drill", "--scenario", "no such"), "there is no drill"),
        (("drill", "--out", "{folder}"), "this is a folder"),
        (("drill", "--out", "{folder}/none/x"), "there is no such file"),
        (("read", "--batch", "{file}", "--out", "{folder}"), "this is a folder"),
        (("fever", "--counts", "{file}", "--out", "{folder}/none/x"), "there is no such file"),
        (("watch", "{file}", "--topic", "a", "--by", "b"), "exclude each other"),
    ],
)
def test_what_cannot_be_written_or_meant_is_told(tmp_path, arguments, words):
    file = tmp_path / "file"
    file.write_text("timestamp,value\n2026-03-01T00:00,1\n")
    ended = ran(*(one.format(file=file, folder=tmp_path) for one in arguments))
    assert ended.code == 2 and words in ended.sentence


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("command", ["fever", "read", "drill"])
def test_a_disk_that_is_full_is_told_by_what_writes_a_file(tmp_path, command):
    file = tmp_path / "file"
    file.write_text(
        "timestamp,value\n2026-03-01T00:00,1\n" if command == "fever" else '{"id": 1, "text": "a"}\n'
    )
    asked = {"fever": ("--counts", file), "read": ("--batch", file), "drill": ()}[command]
    ended = ran(command, *asked, "--out", "/dev/full")
    assert (ended.code, ended.sentence) == (
        2,
        "/dev/full: the disk is full. Make room, then run the same command again.",
    )


def test_who_stops_reading_sees_no_traceback(tmp_path):
    import subprocess

    call = f"{sys.executable} -m accalmie drill --out - | head -n 1"
    told = subprocess.run(["bash", "-c", call], cwd=HOME, capture_output=True, text=True)
    assert json.loads(told.stdout)["drill"] is True and told.stderr == ""
