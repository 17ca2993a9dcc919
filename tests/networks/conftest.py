"""Two servers of Mastodon's API for the tests of this folder, unlike each other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers import mastodon, plainspoken
from tests.servers.mastodon import Mastodon
from tests.servers.plainspoken import Plainspoken


@pytest.fixture(scope="session")
def one_server() -> Iterator[Mastodon]:
    with mastodon.running() as server:
        yield server


@pytest.fixture
def server(one_server: Mastodon) -> Mastodon:
    one_server.reset()
    return one_server


@pytest.fixture
def other() -> Iterator[Plainspoken]:
    with plainspoken.running() as server:
        yield server
