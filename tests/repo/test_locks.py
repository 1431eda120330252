"""What the lock of the pages' tools must hold."""

from __future__ import annotations

import json
from typing import Any, Final

from tests.repo.tracked import ROOT

LOCK: Final = ROOT / "web" / "package-lock.json"


def test_every_package_of_another_platform_is_locked() -> None:
    """What a registry lacks is left out of a lock without a word; who needs it could then install nothing at all."""
    packages = _packages()
    locked = {place.rpartition("node_modules/")[2] for place in packages}

    wanted = {name for package in packages.values() for name in package.get("optionalDependencies", {})}
    assert wanted
    assert wanted - locked == set()


def test_every_package_is_held_by_its_hash() -> None:
    """Who installs chooses where from; what is installed is the same bytes everywhere."""
    others = {place: package for place, package in _packages().items() if place}

    assert [place for place, package in others.items() if not package["integrity"].startswith("sha512-")] == []
    assert [place for place, package in others.items() if "resolved" in package] == []


def _packages() -> dict[str, Any]:
    packages: dict[str, Any] = json.loads(LOCK.read_text(encoding="utf-8"))["packages"]
    return packages
