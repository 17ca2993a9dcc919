"""The doors for files: too large is refused before it has come, and no page but one takes any.

Here the pages are served as they are in life, by the ASGI application, to a browser that counts its bytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accalmie.pages import upload
from accalmie.pages.upload import SMALL, Guarded, takes_files
from tests.cast import ben, browser
from tests.heard import topic

#: The pages run in threads of their own here, which see only what is stored.
pytestmark = pytest.mark.django_db(transaction=True)

MEGABYTE = 1024 * 1024
BOUNDARY = "x-x-x"


@pytest.fixture
def brand():
    return topic("Aurelia")


@pytest.fixture(autouse=True)
def own_uploads() -> Iterator[None]:
    yield
    for path in folder().iterdir():
        path.unlink()


def folder() -> Path:
    return Path(django_settings.DATA) / "uploads"


class Line:
    """What a server hands to an application: the pieces of a body, counted, and the answer."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces = pieces
        self.taken_before_answer = 0
        self.on_disk_before_answer = 0
        self.status = 0
        self.body = b""
        self.ended = False

    async def receive(self) -> dict[str, Any]:
        piece = next(self.pieces, None)
        if piece is None:
            await asyncio.Event().wait()
        if not self.status:
            self.taken_before_answer += len(piece or b"")
        return {"type": "http.request", "body": piece, "more_body": piece != b""}

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.on_disk_before_answer = sum(path.stat().st_size for path in folder().iterdir())
        else:
            self.body += message.get("body", b"")
            self.ended = not message.get("more_body", False)


def asked(
    path: str,
    pieces: list[bytes],
    *,
    announced: int | None = None,
    client: Client | None = None,
    door: Guarded | None = None,
) -> Line:
    """Send a body in pieces to the pages, as `client`; `announced` is what its length is said to be."""
    headers = [
        (b"host", b"localhost"),
        (b"content-type", f"multipart/form-data; boundary={BOUNDARY}".encode()),
        (
            b"cookie",
            "; ".join(f"{c.key}={c.value}" for c in client.cookies.values()).encode() if client else b"",
        ),
    ]
    if announced is not None:
        headers.append((b"content-length", str(announced).encode()))
    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "path": path, "raw_path": path.encode(),
        "query_string": b"", "headers": headers, "scheme": "http", "server": ("localhost", 80),
        "client": ("127.0.0.1", 9),
    }  # fmt: skip
    line = Line(iter([*pieces, b""]))
    async_to_sync(door or Guarded(takes_files))(scope, line.receive, line.send)
    return line


def form(content: bytes, secret: str) -> bytes:
    """A form with its secret and a file."""
    return (
        (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{secret}\r\n'
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        ).encode()
        + content
        + f"\r\n--{BOUNDARY}--\r\n".encode()
    )


def in_pieces(body: bytes) -> list[bytes]:
    return [body[start : start + 65536] for start in range(0, len(body), 65536)]


@pytest.fixture
def signed_in() -> Client:
    return browser(ben())


@pytest.mark.claim("M4")
def test_a_file_that_says_it_is_too_large_is_refused_before_a_byte_is_taken(brand, signed_in, settings):
    settings.UPLOAD_LIMIT_BYTES = MEGABYTE
    line = asked(f"/topics/{brand.pk}/import/", [b"x" * 65536] * 80, announced=80 * 65536, client=signed_in)
    assert line.status == 413 and line.taken_before_answer == 0
    assert "The file is larger than" in line.body.decode()
    assert line.ended and next(line.pieces, None) is None, (
        "the browser could finish, so that it sees the answer"
    )


def test_a_file_that_does_not_say_how_large_it_is_is_cut_at_the_limit(brand, signed_in, settings):
    settings.UPLOAD_LIMIT_BYTES = MEGABYTE
    line = asked(f"/topics/{brand.pk}/import/", [b"x" * 65536] * 800, client=signed_in)
    assert line.status == 413
    assert line.taken_before_answer < MEGABYTE + upload.AROUND + 2 * 65536
    assert line.on_disk_before_answer == 0, "what had come was thrown away"


def test_a_stranger_does_not_fill_the_disk(brand, settings):
    line = asked(f"/topics/{brand.pk}/import/", [b"x" * 65536] * 80, announced=SMALL + 1)
    assert line.status == 302 and line.taken_before_answer == 0


def test_a_disk_without_room_is_told_before_anything_is_taken(brand, signed_in):
    line = asked(
        f"/topics/{brand.pk}/import/",
        [b"x"],
        announced=SMALL + 1,
        client=signed_in,
        door=Guarded(takes_files, lambda: SMALL),
    )
    assert line.status == 413 and line.taken_before_answer == 0
    assert "has room for a file of" in line.body.decode()


def test_no_other_page_takes_a_large_body(brand, signed_in):
    line = asked("/search/", [b"x" * 65536] * 80, announced=SMALL + 1, client=signed_in)
    assert line.status == 413 and line.taken_before_answer == 0


def test_no_other_page_takes_a_file(brand, signed_in):
    page = signed_in.post("/topics/new/", {"name": "X", "file": SimpleUploadedFile("x.csv", b"a,b")})
    assert page.status_code == 200
    assert list(folder().iterdir()) == []


def test_a_file_of_many_megabytes_goes_to_the_disk_and_on(brand, signed_in):
    signed_in.get(f"/topics/{brand.pk}/import/")
    secret = signed_in.cookies[django_settings.CSRF_COOKIE_NAME].value
    content = b"text,date\n" + b"Aurelia,2026-03-04\n" * 400_000
    body = form(content, secret)
    line = asked(f"/topics/{brand.pk}/import/", in_pieces(body), announced=len(body), client=signed_in)
    assert line.status == 302
    (kept,) = folder().iterdir()
    assert kept.read_bytes() == content


def test_only_the_page_of_imports_takes_files():
    assert takes_files("/topics/7/import/")
    assert not takes_files("/topics/7/import/abc/")
    assert not takes_files("/search/") and not takes_files("/nowhere")
