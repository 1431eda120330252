"""Sign what the ledger says after a frame, and hold a stored header to it."""

from __future__ import annotations

from dataclasses import replace

from dcep.crypto.suites import Signer
from dcep.ids import LedgerId, NetworkId
from dcep.ledger.engine.standing import Applied, Standing
from dcep.messages.headers import Header, SignedHeader, encode_header
from dcep.messages.layout import Count, Hash, Key, Number, Seq, Sum


def header_of(
    network: NetworkId, ledger: LedgerId, *, seq: Seq, head: Hash, applied: Applied, standing: Standing, worker: Key
) -> Header:
    """Return the header after frame `seq`."""
    return Header(
        network=network,
        ledger=ledger,
        seq=seq,
        time=standing.now,
        head=head,
        outcomes_root=applied.root,
        count=Count(applied.count),
        total=Sum(standing.total),
        vault_high=standing.vault_high,
        vault_used=Number(standing.vault_used),
        board=standing.board,
        workers=standing.workers,
        rules=standing.rules,
        flows=standing.flows,
        worker=worker,
    )


def sign_header(header: Header, signer: Signer) -> SignedHeader:
    """Return the header with its worker's signature."""
    return SignedHeader(header=header, signature=signer.sign(encode_header(header)))


def says_the_same(stored: Header, computed: Header) -> bool:
    """Return whether a stored header, by whichever worker, says what the log says."""
    return replace(stored, worker=computed.worker) == computed
