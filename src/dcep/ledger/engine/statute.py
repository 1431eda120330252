"""The Python engine behind the face that it shares with its Rust twin."""

from __future__ import annotations

from collections.abc import Sequence

from dcep.clock import UnixMs
from dcep.crypto import merkle
from dcep.ids import LedgerId, WalletId
from dcep.ledger.engine import roots
from dcep.ledger.engine.admissibility import Answered, hear
from dcep.ledger.engine.apply import apply_frame, is_law_here
from dcep.ledger.engine.book import Book
from dcep.ledger.engine.lanes import Window
from dcep.ledger.engine.standing import AccountView, Applied, Standing, Sums
from dcep.messages.classes import WalletClass
from dcep.messages.frames import split
from dcep.messages.genesis import decode_genesis
from dcep.messages.layout import Hash, Key, Lane, Malformed, Number
from dcep.messages.outcomes import Outcome, not_processed
from dcep.messages.refusals import NotProcessed, Unheard
from dcep.messages.signed import decode_record, prefix
from dcep.money import Fen

# What depends on a time or a number that other commands on their way may still change is judged at apply alone.
_JUDGED_AT_APPLY = frozenset({NotProcessed.LIFE_TOO_LONG, NotProcessed.TOO_FAR})


class PythonEngine:
    """One ledger, judged by the statute."""

    def __init__(self, genesis: bytes, ledger: LedgerId, chunks: Sequence[bytes] | None = None) -> None:
        known = decode_genesis(genesis)
        self.book = Book(known, ledger) if chunks is None else roots.restore(known, ledger, chunks)

    def apply(self, worker: Key, time: UnixMs, body: bytes) -> Applied | None:
        judged = apply_frame(self.book, worker, time, body)
        if judged is None:
            return None
        outcomes = [entry.outcome.encode() for entry in judged]
        leaves = [entry.id + outcome for entry, outcome in zip(judged, outcomes, strict=True)]
        return Applied(
            count=len(judged),
            ids=b"".join(entry.id for entry in judged),
            outcomes=b"".join(outcomes),
            root=Hash(merkle.root(leaves)),
        )

    def hear(self, body: bytes) -> list[Outcome | None]:
        network_prefix = prefix(self.book.network)
        return [self._hear_one(record, network_prefix) for record in split(body)]

    def _hear_one(self, record: bytes, network_prefix: bytes) -> Outcome | None:
        try:
            command = decode_record(record, network_prefix)
            if not is_law_here(self.book, command):
                return not_processed(NotProcessed.NOT_AUTHORISED)
            if command.kind.is_numbered:
                hear(self.book, command)
        except Malformed:
            return not_processed(NotProcessed.MALFORMED)
        except Answered as answer:
            return answer.outcome
        except Unheard as unheard:
            return None if unheard.reason in _JUDGED_AT_APPLY else not_processed(unheard.reason)
        return None

    def standing(self) -> Standing:
        book = self.book
        return Standing(
            now=book.now,
            told=book.time.told,
            total=book.total,
            vault_high=book.vault_window.high,
            vault_used=book.vault_window.used,
            board=book.board_version,
            workers=book.workers[book.ledger][0],
            rules=book.rules.version,
            clock_bound=book.rules.in_force.clock_bound,
            flows=roots.flows(book),
        )

    def sums(self) -> Sums:
        book = self.book

        def balances_of(wallet_class: WalletClass) -> int:
            return sum(account.balance for account in book.accounts if account.wallet_class == wallet_class)

        return Sums(
            wallets=sum(account.balance for account in book.accounts if account.is_customer),
            vaults=balances_of(WalletClass.VAULT),
            issuing_vault=balances_of(WalletClass.ISSUING_VAULT),
            locked=sum(book.locked.values()),
            suspense=sum(book.suspense.values()),
            alarms=book.alarms,
            issued=book.issued,
            withdrawn=book.withdrawn,
        )

    def account(self, wallet: WalletId) -> AccountView | None:
        book, account = self.book, self.book.account(wallet)
        if account is None:
            return None
        return AccountView(
            wallet=account.wallet,
            wallet_class=account.wallet_class,
            balance=account.balance,
            locked=Fen(book.locked_of(account)),
            in_flight=account.in_flight,
            spent_today=account.spent_on(book.today),
            spent_this_year=account.spent_in(book.year),
            epoch=account.epoch,
            standing=account.standing,
            frozen_to_pay=account.is_frozen_to_pay,
            frozen_to_receive=account.is_frozen_to_receive,
            closed=account.is_closed,
            high=account.window.high,
            used=account.window.used,
            settled=account.window.settled,
        )

    def balances(self) -> list[tuple[WalletId, Fen]]:
        return [(account.wallet, account.balance) for account in self.book.accounts]

    def window(self, wallet: WalletId, lane: Lane) -> tuple[Number, int, int]:
        account = self.book.account(wallet)
        window = Window() if account is None else self.book.window(account, lane)
        return window.high, window.used, window.settled

    def outbound(self, peer: LedgerId, n: Number) -> bytes | None:
        channel = self.book.channels.get(peer)
        return None if channel is None else channel.outbound.get(n)

    def acked(self, peer: LedgerId) -> Number:
        channel = self.book.channels.get(peer)
        return Number(0) if channel is None else channel.acked

    def is_worker(self, key: Key) -> bool:
        return self.book.is_worker(self.book.ledger, key)

    def chunks(self) -> list[bytes]:
        return roots.chunks(self.book)

    def root(self) -> Hash:
        return roots.root(self.book)
