"""What a test of a page may ask for: a currency that runs, a browser with a camera, pages on devices.

The processes are real and the browser is Debian's (`tools/browser` installs it). A test of a page is marked `long`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.web.camera import Camera
from tests.web.processes import Currency, currency_in
from tests.web.screens import PATIENCE_MS, PageAt, Scheme, Screens, Size

_CHROMIUM: Final = Path("/usr/bin/chromium")


@pytest.fixture(scope="session")
def currency(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Currency]:
    """Return a currency that runs, one for all tests: each takes wallets of its own."""
    with currency_in(tmp_path_factory.mktemp("currency")) as running:
        yield running


@pytest.fixture(scope="session")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Camera:
    """Return what every device's camera looks at."""
    return Camera(tmp_path_factory.mktemp("camera") / "film.y4m")


@pytest.fixture(scope="session")
def browser(camera: Camera) -> Iterator[Browser]:
    """Return Chromium, without a window."""
    if not _CHROMIUM.exists():
        pytest.skip("no Chromium: tools/browser installs it")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=_CHROMIUM,
            args=["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={camera.file}"],
        )
        yield started
        started.close()


@pytest.fixture
def screens(browser: Browser) -> Iterator[Screens]:
    """Return what opens pages; at the end none of them may have complained, such as of a script it must not run."""
    opened = Screens(browser)
    yield opened
    opened.close()
    assert opened.faults == []


@pytest.fixture
def page_at(screens: Screens) -> PageAt:
    """Return `page_at(url, size, scheme)`, which opens an address on a device of its own."""

    def open_page(url: str, size: Size = "phone", scheme: Scheme = "light", *, language: str = "en-GB") -> Page:
        return screens.open(url, size, scheme, language=language)

    return open_page
