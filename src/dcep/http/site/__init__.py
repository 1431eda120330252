"""The pages that a service shows people: files that were built from web/, each under its own name."""

from __future__ import annotations

from dcep.http.site.pages import site

__all__ = ["site"]
