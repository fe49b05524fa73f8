"""Chromium without a window, wherever this system has it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Playwright

BROWSERS = ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
MISSING = "there is no Chromium here: `make browser` installs it where there is apt; else put `chromium` on the path"


@contextmanager
def launched(playwright: Playwright) -> Iterator[Browser]:
    """A browser, closed at the end. Raises FileNotFoundError where there is none."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise FileNotFoundError(MISSING)
    browser = playwright.chromium.launch(executable_path=found, headless=True, args=ARGUMENTS)
    try:
        yield browser
    finally:
        browser.close()
