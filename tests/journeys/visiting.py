"""People with a browser in a house that is really running: signing in, looking, and what the browser complains of.

with home(folder) as living, visitors(living) as visit:
    page = visit("mara", "/alarms/")
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.servers.house import House, started

playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright: pip install playwright")
expect = playwright.expect
# Two cores may be busy with a storm and an import at the same time.
expect.set_options(timeout=20_000)

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
#: The password that everybody chooses.
OWN = "a-quiet-harbour"
DESKTOP: dict[str, Any] = {
    "locale": "en-GB",
    "timezone_id": "Europe/Paris",
    "viewport": {"width": 1280, "height": 900},
}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
#: What htmx says when a newer question overtakes an older one, whose answer is then dropped: wanted, and no fault.
OVERTAKEN = ("htmx:sendAbort", "htmx:abort", "htmx:afterRequest", "htmx:oobErrorNoTarget")


class Home:
    """A house that can be stopped and started again: its data stay."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running = ExitStack()
        self.house: House
        self.start()

    def start(self) -> None:
        """Start it; the first time with a drill, as `make run` does."""
        self.house = self._running.enter_context(started(self._folder, demo=True))

    def stop(self) -> None:
        """Stop it, with its worker."""
        self._running.close()


class Visitors:
    """Opens pages for people, and keeps what their browsers say on the console."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.said: list[str] = []
        self._sessions: dict[str, Any] = {}
        self._contexts: list[Any] = []
        self._playwright = playwright.sync_playwright().start()
        self._chromium = self._playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

    def __call__(self, who: str, address: str = "/", **options: Any) -> Any:
        """Return a page of somebody who is signed in (who "": of nobody), in a browser of its own."""
        if who:
            options.setdefault("storage_state", self._sessions[who])
        context = self._chromium.new_context(base_url=self.home.house.address, **{**DESKTOP, **options})
        self._contexts.append(context)
        context.on("console", lambda line: self._hear(line.type, line.text))
        context.on("weberror", lambda error: self.said.append(str(error.error)))
        page = context.new_page()
        page.goto(address)
        return page

    def _hear(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"} and not text.startswith(OVERTAKEN):
            self.said.append(text)

    def first_sign_in(self, name: str, one_time: str) -> Any:
        """Sign in with a one-time password and choose an own one; returns the page on which it ends."""
        page = self("")
        sign_in(page, name, one_time)
        expect(page.get_by_role("heading", name="Choose your own password")).to_be_visible()
        page.goto("/alarms/")
        expect(page.get_by_role("heading", name="Choose your own password")).to_be_visible()
        page.get_by_label("New Password", exact=True).fill(OWN)
        page.get_by_label("New Password (again)").fill(OWN)
        page.get_by_role("button", name="Keep this password").click()
        expect(page.get_by_role("heading", name="Overview", exact=True)).to_be_visible()
        self._sessions[name] = page.context.storage_state()
        return page

    def invite(self, host: str, name: str, role: str) -> None:
        """Let `host` invite somebody, who signs in with the one-time password that the page shows."""
        page = self(host, "/team/")
        page.get_by_label("User name").fill(name)
        page.get_by_role("radio", name=re.compile(f"^{role}")).check()
        page.get_by_role("button", name="Make the account").click()
        expect(page.get_by_role("heading", name=f"{name} can sign in")).to_be_visible()
        self.first_sign_in(name, page.locator("code.one-time").inner_text())

    def leave(self) -> None:
        """Close everybody's browser."""
        while self._contexts:
            self._contexts.pop().close()

    def end(self) -> None:
        """Close the browsers for good."""
        self.leave()
        self._chromium.close()
        self._playwright.stop()


def sign_in(page: Any, name: str, password: str) -> None:
    """Fill in the form of the sign-in page and send it."""
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


@contextmanager
def visitors(folder: Path) -> Iterator[Visitors]:
    """Start a house and a browser, and end both."""
    home = Home(folder)
    try:
        visit = Visitors(home)
        try:
            yield visit
        finally:
            visit.end()
    finally:
        home.stop()


def tabs_to(page: Any, element: str, most: int = 40) -> None:
    """Press Tab until the element with this id has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == element:
            return
    raise AssertionError(f"{element} is not reached by {most} times Tab")


def mark(page: Any) -> None:
    """Mark a page that must not be loaded again."""
    page.evaluate("window.marked = true")


def is_the_same(page: Any) -> bool:
    """Tell whether it is still the page that was marked, however much of it has changed since."""
    return bool(page.evaluate("window.marked === true"))
