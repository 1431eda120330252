"""A shard that lives long: hundreds of thousands of payments in many small files, archived, restarted and audited."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

from benchmarks.long_life import LongLife
from dcep.ledger.archived import MANIFEST
from dcep.ledger.audit import audit
from dcep.ledger.native import RustEngine

PAYMENTS: Final = 300_000
ACCOUNTS: Final = 20_000
# 60 MB of log in pieces of one.
SMALL_FILE: Final = 1 << 20
# What rows, queues and freed memory may make of it; 300,000 payments that were kept would take 80.
MAY_GROW_MIB: Final = 48


class Lived:
    """One life, and where it has left its files."""

    def __init__(self, top: Path) -> None:
        life = LongLife(top, payments=PAYMENTS, accounts=ACCOUNTS, segment_bytes=SMALL_FILE)
        # It stops by itself where an answer, a state or an audit is not what it must be.
        self.document: dict[str, Any] = life.run()
        self.data, self.archive = life.data, life.to


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """Return a long life; it takes a minute."""
    return Lived(tmp_path_factory.mktemp("life"))


@pytest.mark.long
def test_every_old_command_hears_its_answer_before_and_after_the_archive(lived: Lived) -> None:
    """Settled, refused and never processed, sampled over the whole life."""
    for start in ("restart", "restart_archived"):
        found = lived.document[start]
        assert {found[f"history_{fate}"]["count"] for fate in ("settled", "refused", "never")} == {1_200}

    assert lived.document["restart"]["first_frame"] == 1
    assert lived.document["restart_archived"]["first_frame"] > 1


@pytest.mark.long
def test_most_of_a_long_life_is_in_the_archive(lived: Lived) -> None:
    """Many files left, and all that happened is still audited from the first frame on."""
    shard = next(entry for entry in lived.document["archive"]["ledgers"] if entry["name"] == "shard-000")

    assert lived.document["archive"]["files"] > 60
    assert shard["archived"] > shard["frames"] * 0.6
    assert lived.document["audit"]["ok"]
    assert lived.document["audit"]["commands"] > PAYMENTS + 2 * ACCOUNTS


@pytest.mark.long
def test_memory_does_not_grow_with_payments(lived: Lived) -> None:
    """It is the accounts', and a queue's; the margin is for freed memory that is not given back."""
    life = lived.document["life"]

    assert life[-1]["payments"] >= PAYMENTS
    assert life[-1]["rss_mib"] - life[1]["rss_mib"] < MAY_GROW_MIB


@pytest.mark.long
def test_a_checkpoint_is_taken_while_small_batches_are_paid(lived: Lived) -> None:
    """Every probe had batches that were answered between its beginning and its end."""
    assert len(lived.document["probes"]) == 3
    assert all(probe["during_checkpoint"]["count"] > 0 for probe in lived.document["probes"])


@pytest.mark.long
def test_one_flipped_byte_in_the_archive_is_named(lived: Lived) -> None:
    """In the middle of any file, whichever it is."""
    files = sorted((lived.archive / "ledger" / "shard-000").rglob("*.*"))
    path = files[len(files) // 3]
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)

    report = audit(lived.data, RustEngine, archives=[lived.archive])

    assert not report.ok
    assert any(problem.file == str(path) for problem in report.problems)
    assert (lived.archive / MANIFEST).is_file()
