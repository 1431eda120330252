"""Open pages in whatever browser the machine has, without waiting for it, and without its words on this terminal."""

from __future__ import annotations

import os
import subprocess
import sys
import webbrowser
from collections.abc import Iterable

# Without a screen the standard library would put a browser for terminals in the place of this one.
_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")


def open_pages(urls: Iterable[str]) -> bool:
    """Open addresses, each in a page of its own; return False if there is no browser here, and do nothing then."""
    has_screen = sys.platform == "darwin" or any(os.environ.get(name) for name in _SCREENS)
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    if not has_screen:
        return False
    for url in urls:
        subprocess.Popen(  # noqa: S603  the program is this one, and the addresses are those of its own pages
            [sys.executable, "-m", "webbrowser", "-t", url],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    return True
