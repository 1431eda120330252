"""A network whose shards stand on both engines, and the hands that do well and badly to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dcep.clock import UnixMs
from dcep.ids import TIER1, CommandId, LedgerId, OperatorId, WalletId
from dcep.messages import signed
from dcep.messages.commands.conditions import Evidence, Verb, cosigned_message
from dcep.messages.commands.governance import Rules, SetBoard, SetOperator, Workers
from dcep.messages.commands.holds import Capture, Hold, Release
from dcep.messages.commands.issuance import TIER1_LANE, Allocate, Issue, lane_to
from dcep.messages.commands.policies import SetPolicy
from dcep.messages.commands.vaults import Exchange
from dcep.messages.commands.wallets import Open
from dcep.messages.crossings import OfficersOrder
from dcep.messages.frames import Frame, join
from dcep.messages.genesis import ISSUING_VAULT
from dcep.messages.layout import Blob, Code, Epoch, Lane, LockId, Number
from dcep.messages.outcomes import Outcome, Status
from dcep.money import Fen
from tests.conditions import cosignature, secret
from tests.conformance.twins.orders import LIMITED, POLICIES, SHARDS, WALLETS, Given
from tests.conformance.twins.twins import Twins
from tests.names import BOARD, NONE, UNLIMITED, full_name, hashed, policy, wallet
from tests.network import Ledger, Network

_OPENED = WALLETS[:6]
_TEXT_OF = {policy(text)[0]: text for text in POLICIES}


class World:
    """Two shards with a few wallets, and tier 1."""

    def __init__(self) -> None:
        self.network = Network(Twins, replace(UNLIMITED, classes=(LIMITED, NONE, NONE, NONE, NONE)), SHARDS)
        self.keys: dict[str, str] = {"issuer": BOARD, "supervision@1": "supervision"}
        self.holds: dict[LedgerId, list[CommandId]] = {LedgerId(shard): [] for shard in range(SHARDS)}
        for name in _OPENED:
            self._open(name)

    def place(self, ledger: LedgerId) -> Ledger:
        """Return a ledger."""
        return self.network.ledgers[ledger]

    def give(self, shard: LedgerId, givens: list[Given], ahead: int = 0, worker: str = "") -> None:
        """Append a frame of account orders to a shard, and remember the policies that it changed."""
        givens = [replace(given, account=given.account + ("@1" if shard else "")) for given in givens]
        wires = [self.wire(given) for given in givens]
        outcomes = self.append(shard, wires, ahead, worker)
        for given, wire, outcome in zip(givens, wires, outcomes or (), strict=False):
            if outcome.status is Status.SETTLED and isinstance(given.order, Hold):
                self.holds[shard].append(signed.decode(wire, self.network.id).id)
            if outcome.status is Status.SETTLED and isinstance(given.order, SetPolicy):
                self.keys[given.account] = _TEXT_OF[given.order.policy]

    def append(self, ledger: LedgerId, wires: list[bytes], ahead: int = 0, worker: str = "") -> list[Outcome] | None:
        """Append a frame to a ledger; before, the engines are asked what they say of it."""
        self.place(ledger).engine.hear(join(map(signed.record_of, wires)))
        return self.network.append(ledger, wires, time=max(self.network.now + ahead, 0), worker=worker)

    def append_bytes(self, ledger: LedgerId, body: bytes) -> None:
        """Append a frame with any body at all."""
        self.again(replace(self.place(ledger).log[0], time=self.network.now, body=body))

    def wire(self, given: Given) -> bytes:
        """Return the wire of an order as it is given."""
        account = wallet(given.account, SHARDS)
        home = self.network.home(account)
        engine, order = self.place(home).engine, given.order
        if isinstance(order, Capture | Release):
            order = self.with_evidence(home, given, order)
        view, high = engine.account(account), engine.window(account, Lane(given.lane))[0]
        body = signed.Body(
            account=account,
            lane=Lane(given.lane),
            number=Number(max(high + given.number, 0)),
            expires_at=UnixMs(max(self.network.now + given.life, 0)),
            epoch=Epoch(max((1 if view is None else view.epoch) + given.epoch, 0)),
            order=self.with_version(order, account),
        )
        return self.network.sign(body, given.keys or self.keys.get(given.account, given.account))

    def with_evidence(self, shard: LedgerId, given: Given, order: Capture | Release) -> Capture | Release:
        """Put a hold's id in the place of the number that stands for it, and let others sign."""
        known, place = self.holds[shard], order.hold[-1]
        hold = known[-1 - place] if place < len(known) else order.hold
        view = self.place(shard).engine.hold(hold)
        left, captured = (Fen(0), Fen(0)) if view is None else (Fen(view.amount - view.captured), view.captured)
        verb, amount = (Verb.CAPTURE, order.amount) if isinstance(order, Capture) else (Verb.RELEASE, left)
        message = cosigned_message(self.network.id, hold, verb, amount, captured)
        guards = [self.keys.get(name + ("@1" if shard else ""), name) for name in given.cosigned]
        evidence = Evidence(
            cosignatures=tuple(cosignature(guard, message) for guard in guards),
            preimages=tuple(map(secret, given.secrets)),
        )
        return replace(order, hold=hold, evidence=evidence)

    def with_version(self, order: Any, account: WalletId) -> Any:
        """Put the version in force in the place of a 0."""
        if getattr(order, "replaces", 1) != 0:
            return order
        standing = self.place(TIER1).engine.standing()
        match order:
            case Rules():
                return replace(order, replaces=standing.rules)
            case SetBoard():
                return replace(order, replaces=standing.board)
            case Workers():
                return replace(order, replaces=standing.workers)
            case SetOperator():
                return order
        wallet_id = account if isinstance(order, SetPolicy) else order.wallet
        view = self.place(self.network.home(wallet_id)).engine.account(wallet_id)
        if view is None:
            return order
        return replace(order, replaces=view.epoch if isinstance(order, SetPolicy) else view.standing)

    def officers(self, order: Any, keys: str = BOARD) -> None:
        """Let the officers give an order to tier 1."""
        order = self.with_version(order, ISSUING_VAULT)
        self.network.append(TIER1, [self.network.order(ISSUING_VAULT, order, keys, lane=TIER1_LANE)])

    def officers_message(self, shard: LedgerId, order: Any, lane: Lane, number: Number) -> bytes:
        """Return the credit of an officers' order on which tier 1 was not asked."""
        order = self.with_version(order, ISSUING_VAULT)
        wire = self.network.order(ISSUING_VAULT, order, BOARD, lane=lane, number=number)
        return self.network.forge(TIER1, shard, OfficersOrder(order=Blob(wire)))

    def carry(self) -> None:
        """Bring messages everywhere, as long as they are taken, and acknowledgements."""
        pairs = [(source, peer) for source in self.network.ledgers for peer in self.network.ledgers if source != peer]
        for source, destination in pairs * 2:
            while (source, destination, n := self.network.received(source, destination) + 1) in self.network.sent:
                self.append(destination, [self.network.credit(source, destination, n)])
                if self.network.received(source, destination) < n:
                    break
        for source, destination in pairs:
            self.append(destination, [self.network.ack(source)])

    def allocate(self, shard: LedgerId, amount: Fen, name: str, skipped: int) -> None:
        """Issue for operator 1 and allocate to its vault on a shard, some numbers further on the lane."""
        lock = LockId(hashed(name)[:16])
        self.officers(Issue(operator=OperatorId(1), amount=amount, lock=lock))
        order = Allocate(shard=shard, operator=OperatorId(1), amount=amount, lock=lock)
        lane = lane_to(shard)
        number = Number(self.place(TIER1).engine.window(ISSUING_VAULT, lane)[0] + 1 + skipped)
        wire = self.network.order(ISSUING_VAULT, order, BOARD, lane=lane, number=number)
        self.network.append(TIER1, [wire])

    def again(self, frame: Frame) -> None:
        """Let a frame stand in its log once more."""
        self.network.append_frame(frame, self.place(frame.ledger).worker)

    def swap(self) -> None:
        """Let each engine go on from the other's snapshot."""
        for place in self.network.ledgers.values():
            if isinstance(place.engine, Twins):
                place.engine.swap()

    def compare(self) -> None:
        """Compare whatever can be asked of the shards."""
        for place in self.network.ledgers.values():
            place.engine.root()
            for account, _ in place.engine.balances():
                place.engine.account(account)

    def _open(self, name: str) -> None:
        operator, shard = ("2:" if name.startswith("2:") else ""), ("@1" if name.endswith("@1") else "")
        number, wallet_class = wallet(name, SHARDS), Code(1 if "li" in name else 4)
        self.keys[name] = name
        for account, order in (
            (f"{operator}registrar{shard}", Open(wallet=number, wallet_class=wallet_class, policy=policy(name)[0])),
            (f"{operator}vault{shard}", Exchange(receiver=number, amount=Fen(1_900))),
        ):
            self.keys[account] = full_name(account)
            wire = self.network.order(wallet(account, SHARDS), order, full_name(account))
            outcomes = self.network.append(LedgerId(int(bool(shard))), [wire])
            assert outcomes is not None
            assert outcomes[0].code == "settled", outcomes[0].code
