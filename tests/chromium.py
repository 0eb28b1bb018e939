"""A real headless Chromium; tests that need it are skipped where it is missing."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
needs_chromium = [pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"), pytest.mark.program]

PHONE, DESKTOP, A4 = (360, 740), (1280, 900), (680, 980)  # in CSS pixels; A4 within its margins
QUIET = ("no-first-run", "disable-background-networking", "disable-component-update", "disable-sync", "disable-quic")


@dataclass(frozen=True)
class Visit:
    """A page that was opened, and what it said and asked for while it was."""

    page: Page
    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as driver:
        switches = ["--no-sandbox", "--disable-gpu", *(f"--{switch}" for switch in QUIET)]
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=switches)
        yield browser
        browser.close()


@contextmanager
def visited(
    browser: Browser, file: Path, size: tuple[int, int] = DESKTOP, scheme: Literal["light", "dark"] = "light"
) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    visit = Visit(context.new_page())
    visit.page.on("console", lambda message: visit.console.append(message.text))
    visit.page.on("pageerror", lambda error: visit.console.append(str(error)))
    visit.page.on("request", lambda request: visit.requests.append(request.url))
    visit.page.goto(file.as_uri())
    yield visit
    context.close()
