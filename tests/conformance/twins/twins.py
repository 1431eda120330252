"""Both engines side by side behind their one face: whatever is asked of one is asked of both, and must be the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from dcep.clock import UnixMs
from dcep.ids import CommandId, LedgerId, WalletId
from dcep.ledger.engine.standing import AccountView, Applied, Engine, HoldView, Standing, Sums
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.native import RustEngine
from dcep.messages.layout import Hash, Key, Lane, Number
from dcep.messages.outcomes import Outcome
from dcep.money import Fen

T = TypeVar("T")


class Twins:
    """A shard on both engines."""

    def __init__(self, genesis: bytes, ledger: LedgerId, chunks: Sequence[bytes] | None = None) -> None:
        self._genesis, self._ledger = genesis, ledger
        self._python, self._rust = PythonEngine(genesis, ledger, chunks), RustEngine(genesis, ledger, chunks)

    def swap(self) -> None:
        """Let each go on from the other's snapshot."""
        python, rust = self._python.chunks(), self._rust.chunks()
        self._python = PythonEngine(self._genesis, self._ledger, rust)
        self._rust = RustEngine(self._genesis, self._ledger, python)

    def apply(self, worker: Key, time: UnixMs, body: bytes) -> Applied | None:
        applied = self._both(lambda engine: engine.apply(worker, time, body))
        self.standing()
        self.sums()
        return applied

    def hear(self, body: bytes) -> list[Outcome | None]:
        return self._both(lambda engine: engine.hear(body))

    def standing(self) -> Standing:
        return self._both(lambda engine: engine.standing())

    def sums(self) -> Sums:
        return self._both(lambda engine: engine.sums())

    def account(self, wallet: WalletId) -> AccountView | None:
        return self._both(lambda engine: engine.account(wallet))

    def hold(self, hold_id: CommandId) -> HoldView | None:
        return self._both(lambda engine: engine.hold(hold_id))

    def balances(self) -> list[tuple[WalletId, Fen]]:
        return self._both(lambda engine: engine.balances())

    def window(self, wallet: WalletId, lane: Lane) -> tuple[Number, int, int]:
        return self._both(lambda engine: engine.window(wallet, lane))

    def outbound(self, peer: LedgerId, n: Number) -> bytes | None:
        return self._both(lambda engine: engine.outbound(peer, n))

    def acked(self, peer: LedgerId) -> Number:
        return self._both(lambda engine: engine.acked(peer))

    def is_worker(self, key: Key) -> bool:
        return self._both(lambda engine: engine.is_worker(key))

    def chunks(self) -> list[bytes]:
        return self._both(lambda engine: engine.chunks())

    def root(self) -> Hash:
        return self._both(lambda engine: engine.root())

    def _both(self, ask: Callable[[Engine], T]) -> T:
        python, rust = ask(self._python), ask(self._rust)
        assert python == rust
        return python
