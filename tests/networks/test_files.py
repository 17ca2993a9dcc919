"""Files of any export: guessed, read to the last good row, bad rows told with their line, resumed anywhere."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accalmie.networks import files
from accalmie.networks.files import CAP, Layout, Row, guess, read

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
AIRLINES = Path(__file__).parents[2] / "../shared/data/airline-tweets-2015/tweets.csv"
PAYLOADS = Path(__file__).parents[2] / "../shared/data/platform-payloads/mastodon_exchanges.json"


def laid_out(content: bytes | str) -> Layout:
    return guess(io.BytesIO(content.encode() if isinstance(content, str) else content))


def rows(content: bytes | str, layout: Layout | None = None, offset: int = 0) -> list[Row]:
    data = content.encode() if isinstance(content, str) else content
    return list(read(io.BytesIO(data), layout or laid_out(data), offset=offset, now=NOW))


def texts(found: list[Row]) -> list[str]:
    return [row.mention.text for row in found if row.mention]


def whys(found: list[Row]) -> list[tuple[int, str]]:
    return [(row.line, row.why) for row in found if row.mention is None]


# The two formats ------------------------------------------------------------------------------------------


@pytest.mark.claim("M4")
def test_the_airline_file_is_read_whole_with_its_repeated_ids():
    if not AIRLINES.exists():
        pytest.skip("../shared is not here: no airline file to read")
    layout = guess(AIRLINES)
    found = list(read(AIRLINES, layout))

    assert layout.columns == {
        "text": "text", "said_at": "created_at", "author": "author", "id": "id", "shares": "retweet_count",
        "topic": "airline",
    }  # fmt: skip
    assert len(found) == 14640 and not whys(found)
    assert len({row.mention.native_id for row in found}) == 14485
    assert {row.topic for row in found} >= {"American", "Delta"}


def test_a_row_of_csv_becomes_a_mention():
    (row,) = rows(
        "id,date,username,name,text,followers,retweets,lang,url,platform,in_reply_to,brand\n"
        '91,2026-11-20T10:00:00+01:00,ada,Ada L,"Nie wieder #Nord, siehe https://x.example/a.",'
        '"12,345",7,de-DE,https://n.example/91,Twitter,90,Nord\n'
    )
    mention = row.mention

    assert (mention.network, mention.native_id, mention.in_reply_to) == ("twitter", "91", "90")
    assert mention.said_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert (mention.author.key, mention.author.name, mention.author.followers) == ("ada", "Ada L", 12345)
    assert (mention.shares, mention.language, mention.url) == (7, "de", "https://n.example/91")
    assert (mention.links, mention.hashtags) == (("https://x.example/a",), ("nord",))
    assert json.loads(mention.raw)["followers"] == "12,345", "the row as it came"
    assert (row.line, row.topic, row.why) == (2, "Nord", "")


def test_a_line_of_json_becomes_a_mention_of_html_and_nested_values():
    status = {
        "id": "114", "created_at": "2026-11-20T10:00:00.000Z", "content": "<p>Ça suffit&nbsp;!<br>#Nord</p>",
        "account": {"acct": "zoe@m.example", "display_name": "Zoé", "followers_count": 12}, "reblogs_count": 3,
        "language": "fr", "url": "https://m.example/@zoe/114", "tags": [{"name": "Nord"}], "in_reply_to_id": None,
    }  # fmt: skip
    line = json.dumps(status, ensure_ascii=False)
    layout = laid_out(line + "\n")
    (row,) = rows(line + "\n")
    mention = row.mention

    assert layout.columns["author"] == "account.acct" and layout.html
    assert mention.text.replace("\xa0", " ") == "Ça suffit !\n#Nord"
    assert (mention.author.key, mention.author.name, mention.author.followers) == ("zoe@m.example", "Zoé", 12)
    assert (mention.shares, mention.hashtags, mention.in_reply_to) == (3, ("nord",), "")
    assert mention.raw == line


def test_statuses_as_mastodon_gives_them_are_understood():
    if not PAYLOADS.exists():
        pytest.skip("../shared is not here: no recorded payloads")

    def statuses(value):
        if isinstance(value, list):
            return [one for part in value for one in statuses(part)]
        if not isinstance(value, dict):
            return []
        return (
            [value]
            if {"content", "account", "created_at"} <= value.keys()
            else statuses(list(value.values()))
        )

    lines = [json.dumps(one) for one in statuses(json.loads(PAYLOADS.read_text("utf-8"))) if one["content"]]
    found = rows("\n".join(lines))

    assert len(lines) > 3 and not whys(found)
    assert not any("<p>" in text for text in texts(found))


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("Date,Full Text,Author,Page Type,Url,Query Name",
         {"text": "Full Text", "said_at": "Date", "author": "Author", "topic": "Query Name"}),
        ("Datum;Beitrag;Verfasser;Sprache;Kanal",
         {"text": "Beitrag", "said_at": "Datum", "author": "Verfasser", "language": "Sprache", "network": "Kanal"}),
        ("Date de publication\tTexte\tAuteur\tAbonnés\tPartages",
         {"text": "Texte", "said_at": "Date de publication", "author": "Auteur", "followers": "Abonnés"}),
        ("published,content,extra_author_attributes.name,lang", {"text": "content", "said_at": "published"}),
        ("Document ID,Date,Hit Sentence,Influencer,Twitter Followers",
         {"id": "Document ID", "text": "Hit Sentence", "author": "Influencer", "followers": "Twitter Followers"}),
        ("tweet_id|created_at|screen_name|full_text",
         {"id": "tweet_id", "text": "full_text", "author": "screen_name"}),
    ],
)  # fmt: skip
def test_the_columns_of_many_exports_are_known_by_their_names(header, columns):
    delimiter = next(d for d in "\t;|," if d in header)
    names = header.split(delimiter)
    dated = {"Date", "Datum", "Date de publication", "published", "created_at"}
    cells = [
        "2026-11-20 10:00" if n in dated else "12" if "ollow" in n or "bonn" in n else "Twitter"
        for n in names
    ]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([names, cells, cells])

    layout = laid_out(out.getvalue())

    assert layout.delimiter == delimiter
    assert {field: layout.columns.get(field) for field in columns} == columns
    assert layout.problem is None


def test_without_known_names_the_values_tell():
    layout = laid_out(
        "wann,wer,was\n2026-11-20 10:00,ada,das geht gar nicht\n2026-11-20 11:00,bob,so ein Mist\n"
    )

    assert (layout.columns["said_at"], layout.columns["text"]) == ("wann", "was")


def test_a_table_without_a_header_is_read_from_its_first_row():
    content = "2026-11-20 10:00,ada,das geht gar nicht\n2026-11-20 11:00,bob,so ein Mist\n"

    assert texts(rows(content)) == ["das geht gar nicht", "so ein Mist"]


def test_lines_before_the_header_are_passed_over():
    content = "Report:,Nord\nFrom,2026-11-01\n\nDate,Title,Author\n2026-11-20,so nicht,ada\n"
    found = rows(content)

    assert texts(found) == ["so nicht"]
    assert found[0].line == 5


def test_excels_note_about_the_separator_is_understood():
    assert texts(rows("sep=;\r\ndate;text\r\n2026-11-20;eins, zwei\r\n")) == ["eins, zwei"]


def test_a_list_of_objects_with_one_on_each_line_is_read():
    content = '[\n{"text": "a b", "date": "2026-11-20"},\n{"text": "c d", "date": "2026-11-20"}\n]\n'

    assert texts(rows(content)) == ["a b", "c d"]


@pytest.mark.parametrize(
    ("content", "key"),
    [(b"", "file_empty"), (b" \r\n\n", "file_empty"), (b"\xef\xbb\xbf", "file_empty"), (b"\0\0\0", "file_empty"),
     (b"text,date\n", "file_empty"), (b"PK\x03\x04abc", "file_not_text"), (b"%PDF-1.7", "file_not_text"),
     (b"\x1f\x8b\x08", "file_not_text"), (b'{\n "text": "a",\n "date": "b"\n}\n', "file_json_not_lines"),
     (b'[{"text": "a"}, {"text": "b"}]', "file_json_not_lines"), (b"[\n]\n", "file_empty"),
     (b"date,count\n2026-11-20,5\n", "file_no_text_column"),
     (b"text,author\nso nicht,ada\n", "file_no_said_at_column")],
)  # fmt: skip
def test_a_file_that_holds_no_mentions_says_why_in_one_sentence(content, key):
    layout = laid_out(content)

    assert layout.problem.key == key
    with pytest.raises(files.Unreadable) as caught:
        rows(content)
    assert str(caught.value) == files.sentence(*layout.problem)
    assert files.sentence(*layout.problem, "fr") != files.sentence(*layout.problem, "de")


# Encodings ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"]
)
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_every_usual_encoding_is_found(encoding, form):
    said = ["Déjà für", "größer", "naïve"] * 30
    if form == "csv":
        content = "datum;text\n" + "".join(f"20.11.2026 10:00;{one}\n" for one in said)
    else:
        content = "".join(
            json.dumps({"date": "2026-11-20", "text": one}, ensure_ascii=False) + "\n" for one in said
        )

    found = rows(content.encode(encoding))

    assert texts(found) == said
    assert {row.mention.said_at.date().isoformat() for row in found} == {"2026-11-20"}


def test_a_line_feed_inside_utf16_characters_ends_no_line():
    content = "date,text\n" + "2026-11-20,\u0a0a\u0a00 \u000a".join([""] * 4)

    assert texts(rows(content.encode("utf-16-le"))) == ["\u0a0a\u0a00"] * 3


def test_accents_far_down_in_the_file_still_tell_its_encoding(tmp_path):
    plain = "2026-11-20,nothing special\n" * 40_000
    path = tmp_path / "late.csv"
    path.write_bytes(("date,text\n" + plain + "2026-11-20,déjà vu\n").encode("cp1252"))

    layout = guess(path)

    assert layout.encoding == "cp1252"
    assert texts(list(read(path, layout, now=NOW)))[-1] == "déjà vu"


def test_a_line_in_another_encoding_is_told_and_the_others_kept():
    content = (
        "date,text\n2026-11-20,größer\n".encode() + "2026-11-20,für\n".encode("latin-1") + b"2026-11-20,end\n"
    )
    found = rows(content, replace(laid_out(content), encoding="utf-8"))

    assert texts(found) == ["größer", "end"]
    assert whys(found) == [(3, "file_encoding")]


def test_zeros_and_halves_of_characters_never_reach_a_table():
    found = rows(b'date,text\n2026-11-20,"a\x00b"\n') + rows(
        '{"date": "2026-11-20", "text": "c\\ud83dd\\u0000e"}\n{"date": "2026-11-20", "text": "\\ud83d\\ude21"}\n'
    )

    assert texts(found) == ["ab", "c\ufffdde", "😡"]
    for row in found:
        assert "\0" not in row.mention.raw
        row.mention.text.encode()


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_line_end_ends_a_line(newline):
    content = newline.join(
        ["date,text", "2026-11-20,one", '2026-11-20,"two', 'lines"', "2026-11-20,three", ""]
    )
    found = rows(content)

    assert [text.split()[0] for text in texts(found)] == ["one", "two", "three"]
    assert [row.line for row in found] == [2, 3, 5]


# Bad rows -------------------------------------------------------------------------------------------------


@pytest.mark.claim("M4")
def test_broken_lines_of_json_are_told_and_the_good_ones_kept():
    good = '{"date": "2026-11-20", "text": "fine"}\n'
    deep = "[" * 100_000
    huge = '{"date": "2026-11-20", "n": ' + "9" * 5000 + "}"
    content = good + '{"date": "2026-11-\n' + "no json\n[1]\n17\n\n" + deep + "\n" + huge + "\n" + good
    found = rows(content)

    assert texts(found) == ["fine", "fine"]
    assert whys(found) == [
        (2, "file_json"), (3, "file_json"), (4, "file_not_an_object"), (5, "file_not_an_object"), (7, "file_json"),
        (8, "file_json"),
    ]  # fmt: skip
    assert found[1].text == '{"date": "2026-11-'


def test_a_quote_that_is_never_closed_swallows_no_other_row():
    content = 'date,text\n2026-11-20,fine\n2026-11-20,"oops\n' + "2026-11-20,good\n" * 500
    found = rows(content)

    assert texts(found) == ["fine"] + ["good"] * 500
    assert whys(found) == [(3, "file_quotes")]


def test_an_open_quote_before_a_megabyte_swallows_no_other_row():
    content = 'date,text\n2026-11-20,"oops\n' + "2026-11-20,good\n" * 80_000
    found = rows(content)

    assert (len(texts(found)), whys(found)) == (80_000, [(2, "file_quotes")])


def test_a_row_larger_than_a_megabyte_is_told_however_many_lines_it_has():
    cells = ",".join(['"' + "word\n" * 20_000 + '"'] * 12)
    found = rows(f"date,text\n2026-11-20,fine\n2026-11-20,{cells}\n2026-11-20,fine\n")

    assert texts(found)[0] == texts(found)[-1] == "fine"
    assert whys(found)[0] == (3, "file_quotes")


def test_quotes_within_a_line_are_taken_as_they_were_meant():
    found = rows('date,text\n2026-11-20,"He said "no" to me"\n2026-11-20,a "b" c\n2026-11-20,"x ""y"""\n')

    assert len(texts(found)) == 3
    assert texts(found)[1:] == ['a "b" c', 'x "y"']
    assert "no" in texts(found)[0] and "to me" in texts(found)[0]


def test_a_text_may_run_over_several_lines():
    found = rows('date,text,author\n2026-11-20,"one\ntwo\n\nthree",ada\n2026-11-20,four,bob\n')

    assert texts(found) == ["one\ntwo\n\nthree", "four"]
    assert [row.line for row in found] == [2, 6]


def test_rows_with_too_many_or_too_few_cells_are_told_unless_they_are_only_empty():
    found = rows(
        "date,text,author,lang\n2026-11-20,a,b,en,\n2026-11-20,a\n2026-11-20,a,b,en,more\n,,,\n\n2026-11-20,z,b\n"
    )

    assert texts(found) == ["a"]
    assert whys(found) == [(3, "file_cells"), (4, "file_cells"), (7, "file_cells")]
    assert found[2].values == {"expected": "4", "found": "5"}


def test_a_line_of_ten_megabytes_is_told_and_never_held_whole():
    class Counting(io.BytesIO):
        most = 0

        def readline(self, size=-1):
            line = super().readline(size)
            self.most = max(self.most, len(line))
            return line

    long = b'{"date": "2026-11-20", "text": "' + b"x" * 10_000_000 + b'"}\n'
    good = b'{"date": "2026-11-20", "text": "fine"}\n'
    stream = Counting(good + long + good)
    layout = guess(stream)
    found = list(read(stream, layout, now=NOW))

    assert texts(found) == ["fine", "fine"]
    assert whys(found) == [(2, "file_line_too_long")]
    assert len(found[1].text) <= 200 and stream.most <= CAP
    assert found[2].line == 3 and found[2].offset == len(good + long + good)


def test_a_long_line_at_the_very_beginning_hides_nothing(tmp_path):
    path = tmp_path / "long.csv"
    path.write_bytes(b"date,text\n2026-11-20," + b"x" * 3_000_000 + b"\n" + b"2026-11-20,fine\n" * 9000)
    found = list(read(path, guess(path), now=NOW))

    assert (len(texts(found)), whys(found)) == (9000, [(2, "file_line_too_long")])


def test_rows_without_text_or_with_impossible_dates_are_told():
    found = rows(
        "date,text\n2026-11-20,fine\n2026-11-20,\n,undated\nsoon,later\n1970-01-01,old\n2031-01-01,ahead\n"
        "2026-02-30,never\n"
    )

    assert texts(found) == ["fine"]
    assert whys(found) == [
        (3, "file_text_empty"), (4, "file_date_missing"), (5, "file_date_unreadable"), (6, "file_date_impossible"),
        (7, "file_date_impossible"), (8, "file_date_unreadable"),
    ]  # fmt: skip
    for row in found[1:]:
        assert files.sentence(row.why, row.values, "de")


# Dates ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    ["2015-02-24T19:35:52Z", "2015-02-24T11:35:52-08:00", "2015-02-24 19:35:52", "2015-02-24 19:35:52 UTC",
     "2015-02-24 20:35:52 +0100", "Tue Feb 24 11:35:52 -0800 2015", "Tue, 24 Feb 2015 19:35:52 GMT",
     "Tue, 24 Feb 2015 11:35:52 PST", "24.02.2015 19:35:52", "24.2.2015, 19:35:52 Uhr", "2015/02/24 19:35:52",
     "24 février 2015 à 19:35:52", "24. Februar 2015 um 19:35:52", "February 24, 2015 7:35:52 PM",
     "1424806552", "1424806552.0", "1424806552000", "1424806552000000", "20150224193552"],
)  # fmt: skip
def test_a_date_may_be_written_in_any_usual_way(written):
    (row,) = rows(json.dumps({"date": written, "text": "x y"}))

    assert row.mention.said_at == datetime(2015, 2, 24, 19, 35, 52, tzinfo=UTC)


def test_a_number_is_a_date_too():
    (row,) = rows('{"timestamp": 1424806552, "text": "x y"}')

    assert row.mention.said_at == datetime(2015, 2, 24, 19, 35, 52, tzinfo=UTC)


@pytest.mark.parametrize(
    ("others", "month"),
    [("25/12/2025 08:00", 4), ("12/25/2025 08:00", 3), ("3/4/2026 8:00 PM", 3), ("3/4/2026 08:00", 4)],
)
def test_whether_the_day_or_the_month_comes_first_is_seen_in_the_other_dates(others, month):
    found = rows(f"date,text\n3/4/2026,a b\n{others},c d\n")

    assert found[0].mention.said_at.month == month


def test_a_person_can_say_that_the_month_comes_first():
    content = "date,text\n3/4/2026,a b\n13/4/2026,c d\n"
    found = rows(content, laid_out(content).corrected(["day_first=no"]))

    assert found[0].mention.said_at.month == 3
    assert whys(found) == [(3, "file_date_unreadable")]


# Ids, people, corrections ---------------------------------------------------------------------------------


def test_without_an_id_the_same_words_by_the_same_author_at_the_same_moment_are_one():
    found = rows(
        "date,text,author\n2026-11-20,x y,ada\n2026-11-20,x y,ada\n2026-11-20,x y,bob\n2026-11-19,x y,ada\n"
    )

    assert len({row.mention.native_id for row in found}) == 3


@pytest.mark.parametrize("ids", [("1.23E+17", "1.23E+17"), ("1", "2"), ("0", "1")])
def test_ids_that_a_spreadsheet_spoilt_or_that_only_count_rows_are_no_ids(ids):
    content = "id,date,text\n" + "".join(f"{one},2026-11-20,said {at} times\n" for at, one in enumerate(ids))

    assert "id" not in laid_out(content).columns
    assert len({row.mention.native_id for row in rows(content)}) == 2


@pytest.mark.parametrize(
    ("written", "people"),
    [("12", 12), ("1,234", 1234), ("1.234", 1234), ("12 345", 12345), ("1.2K", 1200), ("3M", 3_000_000), ("", None),
     ("many", None), ("-5", None)],
)  # fmt: skip
def test_followers_are_read_as_people_write_numbers(written, people):
    content = json.dumps({"date": "2026-11-20", "text": "x y", "followers": written})

    layout = laid_out(content).corrected(["followers=followers"])

    assert rows(content, layout)[0].mention.author.followers == people


def test_columns_can_be_corrected_and_mistakes_are_told():
    content = "wann,a,b\n2026-11-20,first words,second words\n"
    layout = laid_out(content).corrected(["text=b", "author=a"])

    assert texts(rows(content, layout)) == ["second words"]
    assert layout.corrected(["author="]).columns == {"text": "b", "said_at": "wann"}
    assert layout.corrected(["text=c"]).problem.key == "file_unknown_column"
    for wrong in ("body=b", "text"):
        with pytest.raises(files.Unreadable):
            layout.corrected([wrong])


def test_a_layout_survives_being_stored():
    layout = laid_out("sep=;\ndate;text\n3/4/2026;a b\n")
    stored = Layout.from_json(json.loads(json.dumps(layout.to_json())))

    assert stored == replace(layout, sample=())


def test_standard_input_is_looked_at_without_losing_a_byte():
    class Pipe(io.RawIOBase):
        def __init__(self, data: bytes) -> None:
            self.data = data

        def readable(self):
            return True

        def readinto(self, room):
            piece, self.data = self.data[: min(len(room), 5000)], self.data[min(len(room), 5000) :]
            room[: len(piece)] = piece
            return len(piece)

    content = b"date,text\n" + b"2026-11-20,fine\n" * 50_000
    with files.opened("-", Pipe(content)) as stream:
        found = list(read(stream, guess(stream), now=NOW))

    assert len(texts(found)) == 50_000


# Laws -----------------------------------------------------------------------------------------------------

cell = st.text(st.sampled_from('ab é😡,;"\n\r\t\0{}[]\\'), max_size=12)
line = st.one_of(
    st.builds(lambda text: json.dumps({"date": "2026-11-20", "text": text}, ensure_ascii=False), cell),
    st.builds(lambda text: "2026-11-20," + '"' + text.replace('"', '""') + '"', cell),
    st.builds(lambda text: f"2026-11-20,{text}", cell),
    cell,
)


@given(st.lists(line, max_size=12), st.sampled_from(["utf-8", "utf-16-le"]), st.booleans())
@settings(max_examples=300, deadline=None)
def test_reading_in_two_halves_gives_the_same_rows_as_reading_once(lines, encoding, as_json):
    content = "\n".join(["date,text", *lines, ""]).encode(encoding)
    layout = Layout(
        "jsonl" if as_json else "csv", {"text": "text", "said_at": "date"}, encoding=encoding,
        header=("date", "text"), start=len("date,text\n".encode(encoding)),
    )  # fmt: skip
    whole = rows(content, layout)

    for at, row in enumerate(whole):
        assert rows(content, layout, offset=row.offset) == whole[at + 1 :]
    assert [row.offset for row in whole] == sorted({row.offset for row in whole})


@given(st.lists(cell.map(lambda text: text.replace("\0", "").replace("\r", "")), min_size=1, max_size=10))
@settings(max_examples=200, deadline=None)
def test_what_a_program_wrote_as_csv_is_read_back(said):
    out = io.StringIO()
    csv.writer(out).writerows([["date", "text"], *(["2026-11-20", text] for text in said)])
    layout = Layout(
        "csv", {"text": "text", "said_at": "date"}, header=("date", "text"), start=len("date,text\r\n")
    )

    assert texts(rows(out.getvalue(), layout)) == [text.strip() for text in said if text.strip()]


@given(st.binary(max_size=2000))
@settings(max_examples=400, deadline=None)
def test_a_guess_never_fails_and_what_it_says_can_be_read(junk):
    layout = laid_out(junk)

    if layout.problem is None:
        found = rows(junk, layout)
        assert all(row.mention or row.why for row in found)


@given(st.lists(line, max_size=12).map("\n".join))
@settings(max_examples=300, deadline=None)
def test_nor_does_it_fail_on_almost_tables(content):
    layout = laid_out(content)

    if layout.problem is None:
        assert all(row.offset <= len(content.encode()) for row in rows(content, layout))
