"""The Rust engine behind the same face as its Python twin, and the check of whole batches of signatures.

One of the two doors to `dcep._core`, the other is crypto's. It is law on the retail shards; tier 1 is judged by the
plain Python.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple

from dcep import _core
from dcep.clock import UnixMs
from dcep.ids import LedgerId, NetworkId, WalletId
from dcep.ledger.engine.standing import AccountView, Applied, Standing, Sums
from dcep.messages.headers import Flow
from dcep.messages.layout import Hash, Key, Lane, Malformed, Number, Seq, Sum, Version
from dcep.messages.outcomes import Outcome, Status, not_processed, refused
from dcep.messages.refusals import NotProcessed, Refusal
from dcep.money import Fen

_ANSWER: Final = struct.Struct(">BH")
_BALANCE: Final = struct.Struct(">QQ")


def read_wires(network: NetworkId, wires: Sequence[bytes]) -> tuple[list[NotProcessed | None], bytes, bool]:
    """Say of each wire why it may not stand in a frame of this network, and join the records of those that may.

    Size, network and kind are looked at, a few bytes of each: a checkpoint is the worker's own word, and nobody else
    brings one. The last word says whether one of them may bring another list of workers.
    """
    verdicts, body, may_change_workers = _core.read_wires(network, list(wires))
    return _reasons(verdicts), body, may_change_workers


def verify_records(network: NetworkId, body: bytes, *, is_suspect: bool = False) -> list[NotProcessed | None]:
    """Say of each record of a frame's body why it must not be let in; None where everything holds.

    What needs no state: its form, its suites, whether enough keys have signed, every signature on it, and for credit
    and ack the signature of the header that it brings. Officers' orders inside credits are the engine's to verify.

    Args:
        is_suspect: several signatures are thought to be bad; the verdicts are the same, the price is another.

    Raises:
        Malformed: the lengths in the body do not add up.
    """
    with _malformed():
        return _reasons(_core.verify_records(network, body, is_suspect))


def _reasons(verdicts: bytes) -> list[NotProcessed | None]:
    if not any(verdicts):
        return [None] * len(verdicts)
    return [NotProcessed(number) if number else None for number in verdicts]


class Consumed(NamedTuple):
    """The rows of a frame's commands that consumed their numbers, sorted, with the earliest and latest expiry."""

    rows: bytes
    earliest: UnixMs
    latest: UnixMs


def consumed_rows(network: NetworkId, seq: Seq, body: bytes, outcomes: bytes) -> Consumed:
    """Return the rows of the history's index for a frame, see dcep.ledger.history.rows.

    Raises:
        Malformed: the outcomes are not one for each record of the body.
    """
    with _malformed():
        rows, earliest, latest = _core.consumed_rows(network, seq, body, outcomes)
    return Consumed(rows, UnixMs(earliest), UnixMs(latest))


def merged_rows(runs: Sequence[bytes]) -> bytes:
    """Return the rows of several sorted runs in order."""
    return _core.merged_rows(list(runs))


class RustEngine:
    """One retail shard, judged by the statute's twin.

    Raises:
        Malformed: no genesis, no retail shard of it, or chunks that are not those of a state of this shard.
    """

    def __init__(self, genesis: bytes, ledger: LedgerId, chunks: Sequence[bytes] | None = None) -> None:
        with _malformed():
            self._engine = _core.Engine(genesis, ledger, None if chunks is None else list(chunks))

    def apply(self, worker: Key, time: UnixMs, body: bytes) -> Applied | None:
        applied = self._engine.apply(worker, time, body)
        if applied is None:
            return None
        count, ids, outcomes, root = applied
        return Applied(count=count, ids=ids, outcomes=outcomes, root=Hash(root))

    def hear(self, body: bytes) -> list[Outcome | None]:
        with _malformed():
            answers = self._engine.hear(body)
        if not any(answers):
            return [None] * (len(answers) // _ANSWER.size)
        return [_answer(status, reason) for status, reason in _ANSWER.iter_unpack(answers)]

    def standing(self) -> Standing:
        now, told, total, vault_high, vault_used, board, workers, rules, bound, flows = self._engine.standing()
        return Standing(
            now=UnixMs(now),
            told=UnixMs(told),
            total=total,
            vault_high=Number(vault_high),
            vault_used=vault_used,
            board=Version(board),
            workers=Version(workers),
            rules=Version(rules),
            clock_bound=UnixMs(bound),
            flows=tuple(_flow(*flow) for flow in flows),
        )

    def sums(self) -> Sums:
        wallets, vaults, issuing_vault, locked, suspense, alarms = self._engine.sums()
        return Sums(
            wallets=wallets, vaults=vaults, issuing_vault=issuing_vault, locked=locked, suspense=suspense, alarms=alarms
        )

    def account(self, wallet: WalletId) -> AccountView | None:
        found = self._engine.account(wallet)
        if found is None:
            return None
        (wallet_class, epoch, standing), (balance, locked, in_flight, spent_today, spent_this_year), bars, window = (
            found
        )
        (frozen_to_pay, frozen_to_receive, closed), (high, used, settled) = bars, window
        return AccountView(
            wallet=wallet,
            wallet_class=wallet_class,
            balance=Fen(balance),
            locked=Fen(locked),
            in_flight=Fen(in_flight),
            spent_today=Fen(spent_today),
            spent_this_year=Fen(spent_this_year),
            epoch=epoch,
            standing=standing,
            frozen_to_pay=frozen_to_pay,
            frozen_to_receive=frozen_to_receive,
            closed=closed,
            high=Number(high),
            used=used,
            settled=settled,
        )

    def balances(self) -> list[tuple[WalletId, Fen]]:
        return [(WalletId(wallet), Fen(fen)) for wallet, fen in _BALANCE.iter_unpack(self._engine.balances())]

    def window(self, wallet: WalletId, lane: Lane) -> tuple[Number, int, int]:
        high, used, settled = self._engine.window(wallet, lane)
        return Number(high), used, settled

    def outbound(self, peer: LedgerId, n: Number) -> bytes | None:
        return self._engine.outbound(peer, n)

    def acked(self, peer: LedgerId) -> Number:
        return Number(self._engine.acked(peer))

    def is_worker(self, key: Key) -> bool:
        return self._engine.is_worker(key)

    def chunks(self) -> list[bytes]:
        return self._engine.chunks()

    def root(self) -> Hash:
        return Hash(self._engine.root())


def _answer(status: int, reason: int) -> Outcome | None:
    match status:
        case 0:
            return None
        case Status.REFUSED:
            return refused(Refusal(reason))
        case Status.NOT_PROCESSED:
            return not_processed(NotProcessed(reason))
        case _:
            return Outcome(status=Status(status))


def _flow(peer: int, sent: int, sent_fen: int, received: int, received_fen: int) -> Flow:
    return Flow(
        peer=LedgerId(peer),
        sent=Number(sent),
        sent_fen=Sum(sent_fen),
        received=Number(received),
        received_fen=Sum(received_fen),
    )


@contextmanager
def _malformed() -> Iterator[None]:
    """Let the core's complaint about bytes be the one that both engines make."""
    try:
        yield
    except ValueError as error:
        raise Malformed(str(error)) from error
