"""An index file of the history that is hostile: every answer is the one of the log.

An input is how the file ends (0: as it is, 1: with the checksum of what stands in it) and the file. A file with another
checksum is built again. One that was rewritten with its own is only kept from saying that something happened which did
not: it lies outside what the audit covers, and a row that is left out there looks like a number that nobody used.
"""

from __future__ import annotations

import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Final

from dcep.errors import DcepError
from dcep.ledger.history import History
from dcep.messages.layout import Seq
from dcep.messages.outcomes import BEHIND, NEVER_PROCESSED, NOT_COVERED
from tests.fuzz.hostile import mutated
from tests.fuzz.target import Target, seeds_of
from tests.unit.ledger.small_ledger import Ledger

_CHECKSUM_SIZE: Final = 32
_NOTHING_HAPPENED: Final = (BEHIND, NEVER_PROCESSED, NOT_COVERED)

_FOLDER: Final = tempfile.TemporaryDirectory(prefix="dcep-fuzz-")
_LEDGER: Final = Ledger(Path(_FOLDER.name))
_SENT: Final = [_LEDGER.command(number, settles=number % 3 != 0) for number in range(1, 16)]
for _command in _SENT:
    _LEDGER.append(_command)
_LEDGER.history.build()
_TRUTH: Final = [_LEDGER.ask(command) for command in _SENT]
_FILES: Final = {path: path.read_bytes() for path in _LEDGER.index_files()}
_PATH: Final = list(_FILES)[1]


def _answers() -> list[object]:
    """Ask a history that begins anew for every command."""
    opened = _LEDGER.opened
    history = History(_LEDGER.index, _LEDGER.network, opened.log, opened.headers)
    try:
        history.build()
        found: list[object] = []
        for command in _SENT:
            body = command.body
            found.append(
                history.find(
                    command.id,
                    account=body.account,
                    lane=body.lane,
                    number=body.number,
                    expires_at=body.expires_at,
                    min_position=Seq(opened.seq),
                )
            )
    except DcepError:
        return []
    finally:
        history.close()
    return found


def _check(data: bytes) -> None:
    for path, whole in _FILES.items():
        path.write_bytes(whole)
    is_rewritten, file = data[:1] == b"\1", data[1:]
    if is_rewritten:
        file = file[:-_CHECKSUM_SIZE] + sha256(file[:-_CHECKSUM_SIZE]).digest()
    _PATH.write_bytes(file)

    answers = _answers()

    if not is_rewritten:
        assert answers == _TRUTH
        assert _PATH.read_bytes() == _FILES[_PATH]
    for answer, truth in zip(answers, _TRUTH, strict=False):
        assert answer == truth or getattr(answer, "outcome", None) in _NOTHING_HAPPENED


_SEEDS: Final = [ending + whole for ending in (b"\0", b"\1") for whole in _FILES.values()]

TARGETS: Final = [
    Target(name="history-index", group="folders", inputs=mutated(seeds_of("history-index", _SEEDS)), check=_check)
]
