"""A ledger of a play as its movements are told: frames and outcomes in memory, as a worker would have stored them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from dcep.crypto.suites import Signer
from dcep.ids import LedgerId, OperatorId, WalletId
from dcep.ledger.engine.standing import EngineMaker
from dcep.ledger.log.memory import MemoryHeaders, MemoryLog
from dcep.ledger.movements import START, Movement, Movements
from dcep.ledger.worker.headers import header_of, sign_header
from dcep.messages.frames import FIRST_HEAD, next_head
from dcep.messages.layout import Key, Seq
from tests.network import Network

_WORKER = Signer(b"w" * 32)


def followed(network: Network, ledger: LedgerId, make: EngineMaker) -> Movements:
    """Return the movements of a ledger of a play; the frames that were skipped do not count."""
    engine = make(network.genesis_bytes, ledger)
    log, headers, head = MemoryLog(network.id, ledger), MemoryHeaders(), FIRST_HEAD
    for frame in network.ledgers[ledger].log:
        applied = engine.apply(frame.worker, frame.time, frame.body)
        if applied is None:
            continue
        log.append([frame])
        head = next_head(frame, log.count, head)
        header = header_of(
            network.id,
            ledger,
            seq=log.count,
            head=head,
            applied=applied,
            standing=engine.standing(),
            worker=Key(_WORKER.public),
        )
        headers.append(log.count, sign_header(header, _WORKER).encode(), applied.outcomes)
    return Movements(None, network.genesis, ledger, log=log, headers=headers, oldest=lambda: None)


def all_of(
    movements: Movements, operator: OperatorId | None = None, *, limit: Callable[[], int] = lambda: 1_000
) -> list[Movement]:
    """Return every movement, page after page."""
    after, told = START, []
    while True:
        page = movements.page(after, limit=limit(), operator=operator)
        told += page.items
        if not page.has_more:
            return told
        assert page.next != after
        after = page.next


def sums_of(told: list[Movement]) -> dict[WalletId, int]:
    """Return what the movements of each wallet come to, fen; wallets without any money left out."""
    sums: Counter[WalletId] = Counter()
    for each in told:
        sums[each.wallet] += each.change
    return {wallet: fen for wallet, fen in sums.items() if fen}


def place_of(movement: Movement) -> tuple[Seq, int, int]:
    """Return where a movement stands in the order of the log."""
    return movement.seq, movement.place, movement.part
