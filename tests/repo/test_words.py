"""What no file of the repository says: where its packages come from, and on which machine it was written."""

from __future__ import annotations

import re
from typing import Final

from tests.repo.tracked import text_of, tracked

# Put together here, so that this file does not say them either.
REGISTRIES: Final = (
    ".".join(("pypi", "org")),
    ".".join(("pythonhosted", "org")),
    ".".join(("crates", "io")),
    ".".join(("npmjs", "org")),
    ".".join(("yarnpkg", "com")),
    ".".join(("maven", "org")),
    ".".join(("maven", "apache", "org")),
    ".".join(("proxy", "golang", "org")),
)

# Cargo writes its lock as it pleases: "registry+https://github.com/rust-lang/…-index".
_AS_THEIR_TOOL_WRITES_THEM: Final = {"rust/Cargo.lock"}
_PLACES_OF_ONE_MACHINE: Final = re.compile(r"(?<![\w./-])/(?:home|root|work|Users)/")


def test_no_file_names_a_package_registry() -> None:
    """Who installs the program chooses where from: locks hold by hash, not by host."""
    naming = [
        f"{path}: {host}"
        for path in tracked()
        if str(path) not in _AS_THEIR_TOOL_WRITES_THEM
        for host in REGISTRIES
        if host in text_of(path)
    ]

    assert naming == []


def test_no_file_names_a_place_of_the_machine_it_was_written_on() -> None:
    """The project speaks of itself alone: on another machine such a path is wrong, or somebody's name."""
    placed = [
        f"{path}:{number}"
        for path in tracked()
        for number, line in enumerate(text_of(path).splitlines(), start=1)
        if _PLACES_OF_ONE_MACHINE.search(line)
    ]

    assert placed == []


def test_a_place_is_seen_wherever_a_path_may_begin() -> None:
    """The measure itself is measured: a check that never fails is none."""
    home = "/".join(("", "home", "li", "dcep"))

    assert all(_PLACES_OF_ONE_MACHINE.search(line) for line in (home, f'"{home}"', f"see {home}", f"(`{home}`)"))
    assert not _PLACES_OF_ONE_MACHINE.search(f"https://example.com{home}")


def test_no_lock_of_uv_is_tracked() -> None:
    """It names its index on every line; requirements/*.txt hold the versions."""
    assert [str(path) for path in tracked() if path.name == "uv.lock"] == []
