"""What a page may load and whom it may ask: nothing but its own service, and the ledgers that it is told.

A script that somebody brings in from elsewhere is not run, a style not applied, and nothing is sent to a third party.

Source: Content Security Policy Level 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

# Pages that read codes by a camera: what reads them is WebAssembly.
_WITH_SCANNER: Final = frozenset({"wallet", "pos"})


def policy_of(page: str, services: Sequence[str]) -> str:
    """Return the Content-Security-Policy of a page.

    Args:
        services: addresses of the services that it asks besides its own, `http://HOST:PORT`.
    """
    script = "'self' 'wasm-unsafe-eval'" if page in _WITH_SCANNER else "'self'"
    asked = " ".join(["'self'", *sorted({_origin(service) for service in services})])
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {script}",
            "style-src 'self'",
            f"connect-src {asked}",
            "img-src 'self' data: blob:",
            "media-src blob:",
            "worker-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
