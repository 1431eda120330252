"""A small network for tests: tier 1 and a few shards, with real keys, signatures, headers and paths.

Keys come from names: the same play makes the same bytes. Tier 1 runs on the Python engine, the shards on the engine
under test. What a ledger sends is kept here after it was acknowledged, so that old messages can be brought again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from dcep.clock import UnixMs, day_of_date, start_of
from dcep.crypto import merkle
from dcep.ids import TIER1, CommandId, LedgerId, OperatorId, WalletId, home_of
from dcep.ledger.engine.standing import Engine, EngineMaker
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.native import RustEngine
from dcep.messages import signed
from dcep.messages.commands.channel import Ack, Credit
from dcep.messages.commands.governance import Rules
from dcep.messages.commands.issuance import TIER1_LANE, Allocate, Issue, lane_to
from dcep.messages.commands.timekeeping import Tick
from dcep.messages.crossings import Content, Message, digest_of, encode_message
from dcep.messages.frames import FIRST_HEAD, Frame, join, next_head, sign_frame
from dcep.messages.genesis import ISSUING_VAULT, encode_genesis, network_of, supervision_wallet
from dcep.messages.headers import Header, SignedHeader, encode_header
from dcep.messages.layout import (
    Blob,
    Count,
    Epoch,
    Hash,
    Lane,
    LockId,
    Malformed,
    Number,
    Seq,
    SuiteUnsupported,
    Sum,
)
from dcep.messages.outcomes import Outcome, Sent, Status, decode_outcomes, leaf, not_processed
from dcep.messages.refusals import NotProcessed
from dcep.money import Fen
from tests.names import (
    BOARD,
    HOUR,
    UNLIMITED,
    genesis,
    hashed,
    key,
    policy,
    seat,
    signer,
    worker_name,
)

START: Final = start_of(day_of_date("2021-01-01"))
OPENING_STOCK: Final = Fen(1_000_000_000)


# Every engine that is built here.
ENGINES: Final[dict[str, EngineMaker]] = {"python": PythonEngine, "rust": RustEngine}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A message that a ledger sent, with the proof of it."""

    message: bytes
    command: CommandId
    outcome: Outcome
    index: int
    path: tuple[Hash, ...]
    header: SignedHeader


@dataclass(slots=True, kw_only=True)
class Ledger:
    """One ledger: its engine, its log, the head of the log, the headers of its worker."""

    engine: Engine
    worker: str
    head: Hash = FIRST_HEAD
    log: list[Frame] = field(default_factory=list)
    headers: list[SignedHeader] = field(default_factory=list)


class Network:
    """Tier 1 and its shards, opened with operators 1 and 2 and money in every vault."""

    def __init__(self, engine: EngineMaker = PythonEngine, rules: Rules = UNLIMITED, shards: int = 2) -> None:
        self.shards, self.now = shards, START
        self.genesis = genesis(rules, shards)
        self.genesis_bytes = encode_genesis(self.genesis)
        self.id = network_of(self.genesis_bytes)
        self.ledgers = {
            ledger: Ledger(
                engine=(PythonEngine if ledger == TIER1 else engine)(self.genesis_bytes, ledger),
                worker=worker_name(ledger),
            )
            for ledger in self.genesis.ledgers()
        }
        self.sent: dict[tuple[LedgerId, LedgerId, Number], Sending] = {}
        self.is_forged = False
        self.tell(START)
        self._open()

    def home(self, account: WalletId) -> LedgerId:
        """Return the ledger that keeps an account."""
        if account == ISSUING_VAULT:
            return TIER1
        institutions = {supervision_wallet(ledger): ledger for ledger in self.ledgers}
        return institutions.get(account, home_of(account, self.shards))

    # What goes into the logs.

    def append(
        self, ledger: LedgerId, wires: Sequence[bytes], *, time: int | None = None, worker: str = ""
    ) -> list[Outcome] | None:
        """Append one frame and return its outcomes; None if it was skipped."""
        place = self.ledgers[ledger]
        at, by = UnixMs(self.now if time is None else time), worker or place.worker
        body = join(map(signed.record_of, wires))
        return self.append_frame(sign_frame(self.id, ledger, signer(by), at, body), by)

    def append_frame(self, frame: Frame, worker: str) -> list[Outcome] | None:
        """Append a frame, perhaps one that stands in the log already, and return its outcomes."""
        place = self.ledgers[frame.ledger]
        place.log.append(frame)
        seq = Seq(len(place.log))
        place.head = next_head(frame, seq, place.head)
        applied = place.engine.apply(frame.worker, frame.time, frame.body)
        if applied is None:
            return None
        outcomes = decode_outcomes(applied.outcomes, applied.count)
        header = self._header(frame.ledger, seq, applied.root, applied.count, worker)
        place.headers.append(header)
        ids = [CommandId(applied.ids[at : at + 32]) for at in range(0, len(applied.ids), 32)]
        hashes = [merkle.leaf_hash(leaf(*entry)) for entry in zip(ids, outcomes, strict=True)]
        assert merkle.root_of_hashes(hashes) == applied.root
        for index, outcome in enumerate(outcomes):
            for sent in outcome.sent:
                message = place.engine.outbound(sent.to, sent.n)
                assert message is not None
                assert digest_of(message) == sent.digest
                self.sent[frame.ledger, sent.to, sent.n] = Sending(
                    message=message,
                    command=ids[index],
                    outcome=outcome,
                    index=index,
                    path=tuple(map(Hash, merkle.path(hashes, index))),
                    header=header,
                )
        return outcomes

    def submit(self, ledger: LedgerId, wire: bytes, *, ahead: int = 0, worker: str = "") -> str:
        """Do what a worker does with one command, and return the code of the answer; `skipped` if its frame is."""
        taken = self._take_in(wire)
        if taken is not None:
            return taken.code
        heard = self.ledgers[ledger].engine.hear(join([signed.record_of(wire)]))[0]
        outcomes = self.append(ledger, [wire], time=self.now + ahead, worker=worker)
        if outcomes is None:
            return "skipped"
        may_be = (None, outcomes[0]) if outcomes[0].code != "clock_ahead" else (heard,)
        assert heard in may_be, f"heard before the append: {heard and heard.code}, judged: {outcomes[0].code}"
        return outcomes[0].code

    def tell(self, time: UnixMs) -> None:
        """Let every ledger hear the time from tier 1."""
        self.now = time
        for ledger in self.ledgers:
            self.append(ledger, [self.tick(time)])

    # What is said.

    def sign(self, body: signed.Body, keys: str, sign: Sequence[int] | None = None) -> bytes:
        """Return the wire of a body, signed by all keys of the policy or by those with these numbers."""
        guard, names = policy(keys)
        data = signed.encode_body(self.id, body)
        signers = range(len(names)) if sign is None else sign
        return signed.attach(data, guard, {number: signer(names[number]).sign(data) for number in signers})

    def order(
        self, account: WalletId, order: Any, keys: str, *, sign: Sequence[int] | None = None, **fields: Any
    ) -> bytes:
        """Return the wire of an account's next order on a lane, living for an hour, unless `fields` say otherwise."""
        engine, lane = self.ledgers[self.home(account)].engine, fields.get("lane", Lane(0))
        view = engine.account(account)
        epoch = engine.standing().board if account == ISSUING_VAULT else 1 if view is None else view.epoch
        body = signed.Body(
            account=account,
            lane=lane,
            number=Number(engine.window(account, lane)[0] + 1),
            expires_at=UnixMs(self.now + HOUR),
            epoch=Epoch(epoch),
            order=order,
        )
        return self.sign(replace(body, **fields), keys, sign)

    def tick(self, time: UnixMs, keys: str = "members") -> bytes:
        """Return the wire of a tick."""
        body = signed.Body(
            account=WalletId(0),
            lane=Lane(0),
            number=Number(0),
            expires_at=UnixMs(0),
            epoch=Epoch(0),
            order=Tick(height=Seq(1), time=time),
        )
        return self.sign(body, keys)

    def credit(
        self,
        source: LedgerId,
        destination: LedgerId,
        n: int = 0,
        *,
        proof: int = 0,
        worker: str = "",
        is_cut: bool = False,
    ) -> bytes:
        """Return the wire that brings message n, else the next.

        Args:
            proof: the message whose proof is brought in its place.
            worker: who signs the header anew in the place of the one who did.
            is_cut: whether the outcome lacks its last byte.
        """
        n = n or self.received(source, destination) + 1
        message, sending = (self.sent[source, destination, Number(at)] for at in (n, proof or n))
        header = _signed_anew(sending.header, worker) if worker else sending.header
        return _credit(self.id, replace(sending, message=message.message, header=header), is_cut=is_cut)

    def forge(self, source: LedgerId, destination: LedgerId, content: Content) -> bytes:
        """Return the wire of a message that the source's worker signs, although its ledger never sent it."""
        self.is_forged = True
        n = Number(self.received(source, destination) + 1)
        message = encode_message(self.id, Message(source=source, destination=destination, n=n, content=content))
        command = CommandId(hashed("forged"))
        outcome = Outcome(status=Status.SETTLED, sent=(Sent(to=destination, n=n, digest=digest_of(message)),))
        root = Hash(merkle.root([leaf(command, outcome)]))
        header = replace(self.ledgers[source].headers[-1].header, outcomes_root=root, count=Count(1))
        sending = Sending(
            message=message,
            command=command,
            outcome=outcome,
            index=0,
            path=(),
            header=_signed(header, self.ledgers[source].worker),
        )
        return _credit(self.id, sending)

    def ack(self, source: LedgerId, back: int = 0, worker: str = "", *, flows: bool = True) -> bytes:
        """Return the wire that brings the source's newest header, or an older one, perhaps without its flows."""
        header = self.ledgers[source].headers[-1 - back]
        if not flows:
            header = _signed(replace(header.header, flows=()), self.ledgers[source].worker)
        return signed.unsigned(self.id, Ack(header=Blob((_signed_anew(header, worker) if worker else header).encode())))

    def carry(self) -> None:
        """Bring messages and acknowledgements everywhere until nothing is under way."""
        pairs = [(source, peer) for source in self.ledgers for peer in self.ledgers if source != peer]
        while any(self._carry_one(*pair) for pair in pairs):
            pass
        for source, destination in pairs:
            if self.ledgers[destination].engine.acked(source) < self.received(destination, source):
                self.append(destination, [self.ack(source)])

    def received(self, source: LedgerId, destination: LedgerId) -> int:
        """Return how many messages of the source the destination has taken in."""
        flows = self.ledgers[destination].engine.standing().flows
        return next(flow.received for flow in flows if flow.peer == source)

    def in_transit(self) -> int:
        """Return the money between the ledgers, fen: all that was ever sent less all that was received."""
        flows = [flow for place in self.ledgers.values() for flow in place.engine.standing().flows]
        return sum(flow.sent_fen - flow.received_fen for flow in flows)

    def _carry_one(self, source: LedgerId, destination: LedgerId) -> bool:
        n = Number(self.received(source, destination) + 1)
        if (source, destination, n) not in self.sent:
            return False
        self.append(destination, [self.credit(source, destination, n)])
        return self.received(source, destination) == n

    def _take_in(self, wire: bytes) -> Outcome | None:
        """Say what a worker answers before it asks the engine: form, network, suite, signatures."""
        try:
            command = signed.decode(wire, self.id)
        except signed.WrongNetwork:
            return not_processed(NotProcessed.WRONG_NETWORK)
        except SuiteUnsupported:
            return not_processed(NotProcessed.UNSUPPORTED_SUITE)
        except Malformed:
            return not_processed(NotProcessed.MALFORMED)
        return None if signed.signatures_hold(command) else not_processed(NotProcessed.BAD_SIGNATURE)

    def _header(self, ledger: LedgerId, seq: Seq, root: Hash, count: int, worker: str) -> SignedHeader:
        place = self.ledgers[ledger]
        standing = place.engine.standing()
        header = Header(
            network=self.id,
            ledger=ledger,
            seq=seq,
            time=standing.now,
            head=place.head,
            outcomes_root=root,
            count=Count(count),
            total=Sum(standing.total),
            vault_high=standing.vault_high,
            vault_used=Number(standing.vault_used),
            board=standing.board,
            workers=standing.workers,
            rules=standing.rules,
            flows=standing.flows,
            worker=key(worker),
        )
        return _signed(header, worker)

    def _open(self) -> None:
        """Admit operators 1 and 2 on every shard and give each of their vaults something to exchange."""
        for shard in range(self.shards):
            for operator in (1, 2):
                lock = LockId(hashed(f"opening {operator}@{shard}")[:16])
                for order in (
                    seat(OperatorId(operator), LedgerId(shard), self.shards),
                    Issue(operator=OperatorId(operator), amount=OPENING_STOCK, lock=lock),
                ):
                    self.append(TIER1, [self.order(ISSUING_VAULT, order, BOARD, lane=TIER1_LANE)])
                allocate = Allocate(
                    shard=LedgerId(shard), operator=OperatorId(operator), amount=OPENING_STOCK, lock=lock
                )
                self.append(TIER1, [self.order(ISSUING_VAULT, allocate, BOARD, lane=lane_to(LedgerId(shard)))])
        self.carry()


def _signed(header: Header, worker: str) -> SignedHeader:
    return SignedHeader(header=header, signature=signer(worker).sign(encode_header(header)))


def _signed_anew(header: SignedHeader, worker: str) -> SignedHeader:
    return _signed(replace(header.header, worker=key(worker)), worker)


def _credit(network: Any, sending: Sending, *, is_cut: bool = False) -> bytes:
    outcome = sending.outcome.encode()
    credit = Credit(
        message=Blob(sending.message),
        command=sending.command,
        outcome=Blob(outcome[:-1] if is_cut else outcome),
        index=Count(sending.index),
        path=sending.path,
        header=Blob(sending.header.encode()),
    )
    return signed.unsigned(network, credit)
