"""Files from the browser: streamed to the data folder, limited, refused before they have come.

Three doors hold: the server's (`Guarded`, which answers before the body has come), the form's (a script
that looks at the size before anything is sent), and the parser's (`Limited`, for servers without the first).
No other page takes files at all (`NoFiles`).
"""

from __future__ import annotations

import asyncio
import errno
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from io import BytesIO
from typing import IO, Any, cast

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import RequestAborted
from django.core.files.uploadhandler import (
    FileUploadHandler,
    StopUpload,
    TemporaryFileUploadHandler,
    UploadFileException,
)
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

#: What a request to any other page may weigh, in bytes.
SMALL = 4 * 1024 * 1024
#: What a form adds around its file, in bytes.
AROUND = 64 * 1024
#: The key under which the view finds why the body was not taken.
REFUSED = "accalmie.refused"
TOO_LARGE, NO_ROOM, STRANGER = "too_large", "no_room", "stranger"
#: The browser is let finish sending (unread) for so many seconds: a line cut in its face hides the answer.
LINGER_SECONDS = 20


class TooLarge(UploadFileException):
    """The file is larger than this installation allows."""


class NoFiles(FileUploadHandler):
    """Refuses every file: for all pages but the one that takes them."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Stop at once."""
        raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Never reached."""

    def file_complete(self, file_size: int) -> None:
        """Never reached."""


class Limited(TemporaryFileUploadHandler):
    """Streams a file into the data folder, and stops at the limit."""

    def handle_raw_input(
        self, input_data: Any, META: dict[str, str], content_length: int, *args: Any, **kwargs: Any
    ) -> None:
        """Refuse by what the browser announces."""
        if content_length > settings.UPLOAD_LIMIT_BYTES + AROUND:
            raise TooLarge
        super().handle_raw_input(input_data, META, content_length, *args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Refuse by what really comes."""
        if start + len(raw_data) > settings.UPLOAD_LIMIT_BYTES:
            self.upload_interrupted()  # takes the file away
            raise TooLarge
        super().receive_data_chunk(raw_data, start)


class Guarded(ASGIHandler):
    """Django's door for ASGI, which itself would take a body of any size and put it whole into /tmp.

    What is too large is not taken: the page that takes files is called with an empty body and the reason in
    its scope, so that it answers in its own words, in the reader's language.
    """

    def __init__(self, takes_files: Callable[[str], bool], room: Callable[[], int] | None = None) -> None:
        """Make the door. `takes_files` tells which paths do; `room` how many bytes a file may have for the disk."""
        super().__init__()
        self._takes_files = takes_files
        self._room = room or room_left

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at what is announced, then at what comes."""
        large = self._takes_files(str(scope["path"]))
        most = settings.UPLOAD_LIMIT_BYTES + AROUND if large else SMALL
        body = Body(receive, most)
        body.refused = await _refused_unread(scope, most, self._room)
        try:
            if not body.refused:
                await body.take()
            scope[REFUSED] = body.refused
            answering = body.lingering(send) if body.refused else send
            if body.refused and not large:
                await self.send_response(HttpResponse("413 Too large", status=413), answering)
            else:
                await super().handle(scope, body, answering)
        except RequestAborted:
            pass  # The browser has left.
        finally:
            body.close()

    async def read_body(self, receive: Receive) -> Any:
        """Return what was taken."""
        return cast(Body, receive).opened()


async def _refused_unread(scope: Scope, most: int, room: Callable[[], int]) -> str:
    """Return why a body is not even begun to be taken, or ""."""
    announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    size = int(announced) if announced.isdigit() else 0
    if size > most:
        return TOO_LARGE
    if size <= SMALL:
        return ""
    # It is needed twice: as it comes, and taken out of its form.
    if size > room():
        return NO_ROOM
    return "" if await sync_to_async(_signed_in)(scope) else STRANGER


def _signed_in(scope: Scope) -> bool:
    """Tell whether somebody sends it who has signed in: nobody else fills our disk, even for a moment."""
    key = ASGIRequest(scope, BytesIO()).COOKIES.get(settings.SESSION_COOKIE_NAME)
    return bool(key) and SESSION_KEY in SessionStore(key)


class Body:
    """A body on its way into a file of the data folder. Called, it says what the server says after it."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._most = most
        self._ended = False
        self.refused = ""
        self._file = tempfile.SpooledTemporaryFile(  # noqa: SIM115  (closed when the request is over)
            max_size=settings.FILE_UPLOAD_MAX_MEMORY_SIZE, mode="w+b", dir=settings.FILE_UPLOAD_TEMP_DIR
        )

    async def take(self) -> None:
        """Write what comes, until it ends, or is too much, or the disk is full. Raises RequestAborted."""
        size = 0
        while not self._ended and not self.refused:
            piece = await self._next()
            size += len(piece)
            if size > self._most:
                self.refused = TOO_LARGE
            else:
                self._write(piece)

    def _write(self, piece: bytes) -> None:
        try:
            self._file.write(piece)
        except OSError as error:
            if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                raise
            self.refused = NO_ROOM

    async def _next(self) -> bytes:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise RequestAborted
        self._ended = not message.get("more_body", False)
        return bytes(message.get("body", b""))

    def opened(self) -> IO[bytes]:
        """Return the body as a file, empty if it was refused."""
        if self.refused:
            self._file.truncate(0)
        self._file.seek(0)
        return self._file

    async def __call__(self) -> Message:
        """Return what the server says next: that the browser has left."""
        if not self._ended:
            # What is left of a refused body is for `lingering`, which reads it when the answer is out.
            await asyncio.Event().wait()
        return await self._receive()

    def lingering(self, send: Send) -> Send:
        """Send the answer, then let the browser finish sending before the line is cut."""

        async def sent(message: Message) -> None:
            if message["type"] != "http.response.body" or message.get("more_body", False):
                await send(message)
                return
            await send({**message, "more_body": True})
            with suppress(TimeoutError, RequestAborted):
                async with asyncio.timeout(LINGER_SECONDS):
                    while not self._ended:
                        await self._next()
            await send({"type": "http.response.body", "body": b""})

        return sent

    def close(self) -> None:
        """Take the file away."""
        self._file.close()


def room_left() -> int:
    """Return how many bytes a file may have so that it fits on the disk twice."""
    return shutil.disk_usage(settings.DATA).free // 2


def takes_files(path: str) -> bool:
    """Tell whether the page at `path` takes files."""
    try:
        return resolve(path).url_name == "import_upload"
    except Resolver404:
        return False


def refused(request: HttpRequest) -> str:
    """Return why the body of this request was not taken: TOO_LARGE, NO_ROOM or ""."""
    return str(getattr(request, "scope", {}).get(REFUSED, ""))
