"""The machine fails: full disks, locked and broken databases, places that cannot be had. Told, and nothing lost."""

from __future__ import annotations

import json
import os
import re
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import httpx
import pytest
from benchmarks.mastodon_flood import flood, serving

from accalmie.phrasebook import say
from tests.heard import NOON
from tests.journeys.installation import Ended, Installation, Running, wait

#: SQLite waits so long for a lock; a little longer, and everybody who waits has given up once.
LOCKED_SECONDS = 22.0


@pytest.fixture(scope="module")
def social() -> Iterator[str]:
    """A server of Mastodon's API."""
    with serving(accounts=20) as server:
        yield server


def listening(house: Installation, server: str, tag: str) -> None:
    """Let a topic hear a hashtag on this server; each test has its own."""
    house.tables()
    address = {"server": server, "what": "hashtag", "query": tag}
    place = {"kind": "mastodon", "name": "north", "address": address, "private_allowed": True}
    house.topic("North", [place], words=[f"#{tag}"])


def published(server: str, tag: str) -> int:
    """Let forty statuses with the hashtag be published within two seconds."""
    return flood(server, [], 20, 2, texts=(f"My parcel from #{tag} is lost again {{n}}",)).posted


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Visitor:
    """Somebody who looks at the pages and signs in with the one-time password that `serve` printed."""

    def __init__(self, port: int, served: Running) -> None:
        self._web = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60)
        wait(self._up)
        self._one_time = wait(lambda: re.search(r"one-time password\s+(\S+)", served.said))[1]

    def _up(self) -> bool:
        with suppress(httpx.TransportError):
            return self.look().status_code == 200
        return False

    def look(self) -> httpx.Response:
        """Look at the page to sign in."""
        return self._web.get("/account/login/")

    def sign_in(self) -> httpx.Response:
        """Sign in, which stores a session."""
        self.look()
        form = {
            "login": "admin",
            "password": self._one_time,
            "csrfmiddlewaretoken": self._web.cookies["accalmie_csrf"],
        }
        return self._web.post("/account/login/", data=form)


def heard_once(house: Installation, said: int) -> None:
    """Everything that was said is kept, once, and the proof holds."""
    assert set(house.sums().values()) == {said}
    with closing(sqlite3.connect(house.data / "accalmie.sqlite3")) as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert f"proof: {house.count('proofrecord'):,} entries, the chain holds" in house.run("doctor").out


# A locked database


class Locked:
    """What happened while another program held the database."""

    import_: Ended
    page: httpx.Response
    sign_in: httpx.Response
    sign_in_afterwards: httpx.Response
    log: str
    said: int
    house: Installation
    file: Path


def held(folder: Path, server: str) -> Locked:
    found = Locked()
    found.house = house = Installation(folder)
    listening(house, server, "locked")
    port = free_port()
    with house.started("serve", "--port", port) as served, ThreadPoolExecutor(4) as beside:
        visitor = Visitor(port, served)
        wait(lambda: house.source("north")["mode"] == "stream")
        found.file = mentions(folder / "mentions.jsonl", 50)
        with closing(sqlite3.connect(house.data / "accalmie.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            ends = time.monotonic() + LOCKED_SECONDS
            reading_in = beside.submit(house.run, "import", found.file, "--topic", "North")
            signing_in = beside.submit(visitor.sign_in)
            found.said = published(server, "locked")
            found.page = visitor.look()
            found.import_, found.sign_in = reading_in.result(), signing_in.result()
            time.sleep(max(0.0, ends - time.monotonic()))
            other.execute("ROLLBACK")
        found.sign_in_afterwards = visitor.sign_in()
        wait(lambda: house.source("north")["heard"] == found.said)
        wait(lambda: not house.source("north")["trouble"])
        found.log = served.said
    return found


@pytest.fixture(scope="module")
def locked(tmp_path_factory, social) -> Iterator[Future[Locked]]:
    """All that, going on beside the other tests: most of it is waiting."""
    with ThreadPoolExecutor(1) as beside:
        yield beside.submit(held, tmp_path_factory.mktemp("locked"), social)


# A full disk


class Disk:
    """A small disk of its own."""

    def __init__(self, at: Path) -> None:
        self.at = at

    def fill(self, house: Installation | None = None) -> None:
        """Use up all that is left, also what a database has set aside for itself."""
        if house is not None:
            with closing(sqlite3.connect(house.data / "accalmie.sqlite3", timeout=30)) as store:
                store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with suppress(OSError), (self.at / "ballast").open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))

    def clear(self) -> None:
        """Make room again."""
        (self.at / "ballast").unlink()


@pytest.fixture
def small_disk(tmp_path, request) -> Iterator[Disk]:
    at = tmp_path / "disk"
    at.mkdir()
    call = ["mount", "-t", "tmpfs", "-o", f"size={request.param}", "tmpfs", str(at)]
    if os.getuid() or subprocess.run(call, capture_output=True).returncode:
        pytest.skip("a small disk can only be mounted by root: run the tests as root to see these")
    try:
        yield Disk(at)
    finally:
        subprocess.run(["umount", "-l", str(at)], check=True)


def mentions(path: Path, count: int) -> Path:
    """A file of mentions, of which some lines are broken."""
    rows = (
        {"id": n, "created_at": NOON.timestamp() + 30 * n, "author": f"p{n % 90}", "text": f"late {n}"}
        for n in range(count)
    )
    path.write_text(
        "".join(json.dumps(row) + "\n" + ("{broken\n" if row["id"] % 1000 == 7 else "") for row in rows)
    )
    return path


@pytest.mark.claim("M4")
@pytest.mark.usefixtures("locked")
@pytest.mark.parametrize("small_disk", ["8m"], indirect=True)
def test_an_import_onto_a_full_disk_is_told_and_goes_on_when_there_is_room(tmp_path, small_disk):
    house = Installation(tmp_path, data=small_disk.at / "data")
    file, rejects = mentions(tmp_path / "mentions.jsonl", 6000), small_disk.at / "rejects"
    call = ("import", file, "--topic", "Aurelia", "--rejects", rejects)
    full = house.run(*call)
    assert (full.code, full.out) == (2, "")
    assert "is full. Make room on the disk" in full.sentence and "goes on where it was" in full.sentence
    assert 0 < house.count("mentionrecord") < 6000, "make the disk smaller or larger"
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk.at)], check=True)
    done = house.run(*call)
    assert "Going on at byte" in done.err and done.out.startswith("6,006 rows: 6,000 kept, 0 repeated, ")
    assert len(set(rejects.read_text().splitlines())) == len(rejects.read_text().splitlines()) == 6
    heard_once(house, 6000)


@pytest.mark.claim("M4")
@pytest.mark.parametrize("small_disk", ["48m"], indirect=True)
def test_on_a_full_disk_nobody_dies_and_everything_is_heard_when_there_is_room(tmp_path, small_disk, social):
    house = Installation(tmp_path, data=small_disk.at / "data")
    listening(house, social, "full")
    port = free_port()
    with house.started("serve", "--port", port) as served:
        visitor = Visitor(port, served)
        wait(lambda: house.source("north")["mode"] == "stream")
        workers = house.count("heartbeatrecord")
        small_disk.fill(house)
        said = published(social, "full")
        told = visitor.sign_in()
        wait(lambda: re.search(r"database_fault.*part='listen'.*disk is full", served.said))
        assert told.status_code == 503 and say("trouble", "store_full", "en") in told.text
        small_disk.clear()
        wait(lambda: house.source("north")["heard"] == said)
        wait(lambda: not house.source("north")["trouble"])
        assert visitor.sign_in().status_code == 302
        assert house.count("heartbeatrecord") == workers, "the same worker goes on"
        assert "Traceback" not in served.said, served.said
    noted = "what = 'source_in_trouble' AND \"values\" LIKE '%disk_full%'"
    assert house.count("timelineentry", noted), "afterwards it can be seen why nobody listened"
    assert not house.count("gaprecord", "until IS NULL OR NOT filled")
    heard_once(house, said)


@pytest.mark.parametrize("small_disk", ["256k"], indirect=True)
def test_a_first_start_on_a_full_disk_leaves_nothing_half_made(tmp_path, small_disk):
    (small_disk.at / "data" / "uploads").mkdir(parents=True)
    (small_disk.at / "data" / "static").mkdir()
    small_disk.fill()
    house = Installation(tmp_path, data=small_disk.at / "data")
    told = house.run("serve", "--port", free_port())
    assert told.code == 2 and "No space left on device. Make room on its disk." in told.sentence
    assert not list((small_disk.at / "data").glob("secret.key*"))
    small_disk.clear()
    told = house.run("doctor")
    assert "secret.key is private to its owner" in told.out


# Places that cannot be had


def test_a_port_that_is_taken_is_told_and_the_one_time_password_stays(tmp_path):
    house = Installation(tmp_path)
    house.tables()
    question = "SELECT password FROM records_user"
    before = house.one(question)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = house.run("serve", "--port", port)
    assert told.code == 2
    assert (
        told.sentence
        == f"port {port} is taken by another program. End that, or choose another port with --port."
    )
    assert house.one(question) == before


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--port", 99999], "99999 is no port. Choose one from 1 to 65535 with --port."),
        (["--host", "192.0.2.1"], "Choose an address of this machine with --host"),
        (["--host", "no.such.name.invalid"], "Choose an address of this machine with --host"),
    ],
)
def test_an_address_that_cannot_be_served_on_is_told(tmp_path, options, words):
    told = Installation(tmp_path).run("serve", *options)
    assert told.code == 2 and words in told.sentence


@pytest.mark.parametrize("small_disk", ["1m"], indirect=True)
def test_a_data_folder_that_cannot_be_written_is_told(tmp_path, small_disk):
    for name in ("uploads", "static"):
        (small_disk.at / name).mkdir()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk.at)], check=True)
    told = Installation(tmp_path, data=small_disk.at).run("serve")
    assert told.code == 2
    assert told.sentence.endswith(
        "cannot be written: Permission denied. Set ACCALMIE_DATA to a folder that you may write."
    )


def test_a_data_folder_below_a_file_is_told(tmp_path):
    (tmp_path / "file").touch()
    told = Installation(tmp_path, data=tmp_path / "file" / "data").run("serve")
    assert told.code == 2 and "Set ACCALMIE_DATA to a folder that you may write." in told.sentence


#: What stands in a file of the data folder, and what is said of it.
BROKEN_FILES = {
    "no key": ("secret.key", b"", "secret.key is damaged. Restore it from a backup."),
    "half a key": ("secret.key", b"abc\n", "secret.key is damaged. Restore it from a backup."),
    "another key": ("secret.key", b"abc\nnot-a-key\n", "secret.key is damaged. Restore it from a backup."),
    "noise": ("secret.key", bytes(range(256)), "secret.key is damaged. Restore it from a backup."),
    "no setting": ("accalmie.env", b"ACCALMIE_PORT\n", "accalmie.env, line 1: no '=' in it."),
    "no text": ("accalmie.env", b"ACCALMIE_HOST=\xff\xfe\n", "accalmie.env is not UTF-8 text."),
    "no database": (
        "accalmie.sqlite3",
        b"Dear diary, " * 9000,
        "file is not a database. Restore it from a backup",
    ),
}


@pytest.mark.parametrize("what", BROKEN_FILES)
def test_a_file_of_the_data_folder_that_is_broken_is_told_and_left_as_it_is(tmp_path, what):
    name, content, words = BROKEN_FILES[what]
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / name).write_bytes(content)
    told = Installation(tmp_path).run("serve", "--port", free_port())
    assert told.code == 2 and words in told.sentence
    assert (tmp_path / "data" / name).read_bytes() == content


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (
            "postgresql://mara:s3cret@127.0.0.1:{free}/brand",
            "Check ACCALMIE_DATABASE and that the server runs",
        ),
        (
            "postgresql://mara:s3cret@127.0.0.1:many/brand",
            "ACCALMIE_DATABASE is neither empty nor postgresql://",
        ),
        ("postgresql://mara:s3cret@127.0.0.1", "ACCALMIE_DATABASE is neither empty nor postgresql://"),
        ("mysql://mara:s3cret@127.0.0.1/brand", "ACCALMIE_DATABASE is neither empty nor postgresql://"),
    ],
)
def test_a_database_that_is_not_there_is_told_without_its_password(tmp_path, address, words):
    told = Installation(tmp_path, database=address.format(free=free_port())).run("work")
    assert told.code == 2 and words in told.sentence
    assert "s3cret" not in told.err


def test_postgresql_without_its_client_is_told(tmp_path):
    for name in ("psycopg", "psycopg2"):
        (tmp_path / "absent" / name).mkdir(parents=True)
        (tmp_path / "absent" / name / "__init__.py").write_text("raise ImportError(__name__)")
    house = Installation(
        tmp_path, database="postgresql://mara@127.0.0.1/brand", PYTHONPATH=str(tmp_path / "absent")
    )
    told = house.run("work")
    assert told.code == 2 and "Run: pip install 'accalmie[postgresql]'" in told.sentence


def test_a_database_with_a_hole_in_it_is_told_by_the_doctor(tmp_path):
    house = Installation(tmp_path)
    house.tables()
    assert house.run("import", mentions(tmp_path / "mentions.jsonl", 300), "--topic", "Aurelia").code == 1
    file = house.data / "accalmie.sqlite3"
    with closing(sqlite3.connect(file)) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("rb+") as store:
        store.seek(file.stat().st_size // 3)
        store.write(b"\xff" * (file.stat().st_size // 3))
    told = house.run("doctor")
    assert told.code == 1 and "Traceback" not in told.err
    assert re.search(r"FAULT database: .*\n +(Restore it|Stop Accalmie and restore)", told.out), told.out


# What became of the locked database


@pytest.mark.claim("M4")
def test_an_import_into_a_locked_database_is_told_and_can_be_done_again(locked):
    happened = locked.result()
    assert happened.import_.code == 2
    assert (
        "database is locked. Another program holds it; end that, or wait for it." in happened.import_.sentence
    )
    assert "50 kept" in happened.house.run("import", happened.file, "--topic", "North").out


@pytest.mark.claim("M4")
def test_pages_are_readable_while_the_database_is_locked_and_say_what_cannot_be_stored(locked):
    happened = locked.result()
    assert happened.page.status_code == 200
    assert happened.sign_in.status_code == 503
    assert say("trouble", "store_locked", "en") in happened.sign_in.text
    assert happened.sign_in_afterwards.status_code == 302


@pytest.mark.claim("M4")
def test_what_was_said_while_the_database_was_locked_is_heard_afterwards_once(locked):
    happened = locked.result()
    assert "database is locked" in happened.log and "Traceback" not in happened.log, happened.log
    texts = happened.house.rows("SELECT text FROM records_mentionrecord WHERE network = 'mastodon'")
    assert len(texts) == len(set(texts)) == happened.said
    assert not happened.house.count("gaprecord", "until IS NULL OR NOT filled")
