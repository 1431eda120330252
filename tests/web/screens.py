"""Pages as people have them before their eyes: sizes, light and dark, pictures, and what keeps somebody out."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Final, Literal

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize

from tests.repo.tracked import ROOT

Size = Literal["phone", "desk"]
Scheme = Literal["light", "dark"]

SIZES: Final[dict[Size, ViewportSize]] = {
    "phone": {"width": 390, "height": 844},
    "desk": {"width": 1440, "height": 900},
}
_AXE: Final = ROOT / "web/node_modules/axe-core/axe.min.js"
_PICTURES: Final = ROOT / "docs/pictures"
_PICTURES_WANTED: Final = "DCEP_PICTURES"
# What the browser itself says of an answer that did not come or was no: a page is judged by what it makes of it.
_OF_THE_NETWORK: Final = "Failed to load resource"
# A machine of two cores runs a currency, a browser and the test at once.
PATIENCE_MS: Final = 30_000
_RULES: Final = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


class Screens:
    """Opens pages, each on a device of its own, and keeps what went wrong on them."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._devices: list[BrowserContext] = []
        self.faults: list[str] = []

    def open(self, url: str, size: Size = "phone", scheme: Scheme = "light", *, language: str = "en-GB") -> Page:
        """Open an address on a new device: nothing is kept there yet, and it has a camera."""
        device = self._browser.new_context(
            viewport=SIZES[size],
            color_scheme=scheme,
            locale=language,
            permissions=["camera", "clipboard-read", "clipboard-write"],
            reduced_motion="reduce",
        )
        device.set_default_timeout(PATIENCE_MS)
        self._devices.append(device)
        return self.again(device, url)

    def again(self, device: BrowserContext, url: str) -> Page:
        """Open an address once more on a device that is there."""
        page = device.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.goto(url)
        return page

    def close(self) -> None:
        """Throw the devices away."""
        for device in self._devices:
            device.close()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_OF_THE_NETWORK):
            self.faults.append(f"console: {message.text}")


PageAt = Callable[..., Page]
"""`page_at(url, size="phone", scheme="light", language="en-GB")`: an address on a new device."""


def hindrances(page: Page) -> list[str]:
    """Return what axe finds that keeps somebody from using the page as it is now; empty is well."""
    if page.evaluate("typeof axe") == "undefined":
        # Not as a script of the page, whose policy lets in none but its own.
        page.evaluate(_AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("rules => axe.run(document, rules)", _RULES)
    return [
        f"{fault['id']}: {fault['help']}: {node['html'][:160]}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


def take_picture(page: Page, name: str, *, whole: bool = False) -> None:
    """Write `docs/pictures/NAME.png`, if pictures are wanted: they show what a test has seen.

    Args:
        name: `wallet-home-dark`.
        whole: all of the page, and not just what fits the screen.
    """
    if os.environ.get(_PICTURES_WANTED) == "1":
        _PICTURES.mkdir(exist_ok=True)
        page.screenshot(path=_PICTURES / f"{name}.png", full_page=whole, animations="disabled", caret="hide")
