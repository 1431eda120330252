"""A line to a ledger over HTTP: the same face as in one process, for whoever runs in another.

1. What is asked is sent again, the very same bytes, until there is an answer or the patience is over: a lost answer and
   a ledger that is being started again look alike, and neither makes a command count twice.
2. An answer that is not final is given as it is; whether to sign anew is the sender's to decide, by PROTOCOL's rules.
3. Every wait is bounded. What a ledger answers is read strictly, as anybody's bytes.
4. Accounts and the channel are for institutions: what asks for them is signed, anew each time that it is sent. Commands
   prove themselves, and go unsigned. A signature that is not believed is no fault of what was asked: papers are
   renewed, clocks are set, and the same is sent again.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

import httpx
import msgspec

from dcep.clock import UnixMs
from dcep.errors import BadInput, Unavailable
from dcep.http.caller import Seal
from dcep.ids import CommandId, LedgerId, NetworkId, OperatorId, WalletId, ledger_name
from dcep.ledger import records
from dcep.ledger.engine.standing import AccountView, Standing, Statement, Sums
from dcep.ledger.movements import Effect, Movement, MovementKind, MovementPage
from dcep.ledger.worker.answers import Answer
from dcep.ledger.worker.crossings import Crossing
from dcep.ledger.worker.pipeline import MAX_JOB_BYTES
from dcep.messages.frames import join
from dcep.messages.headers import Flow
from dcep.messages.layout import Hash, Lane, Number, Seq, Sum, Version
from dcep.messages.outcomes import Outcome, Status
from dcep.messages.receipts import Receipt, decode_receipt
from dcep.messages.refusals import NotProcessed, Refusal
from dcep.messages.signed import decode
from dcep.money import Fen

_BINARY: Final = "application/octet-stream"
_CONNECT_S: Final = 2.0
_LIMITS: Final = httpx.Limits(max_connections=16, max_keepalive_connections=8)
# The longest page: 64 credits, each with its proof.
_MAX_ANSWER: Final = 4 * 1024 * 1024
# A length stands before each command of a batch.
_LENGTH: Final = 2
# What a ledger tells institutions alone.
_SEALED: Final = ("/v1/accounts/", "/v1/channel/", "/v1/movements")
_WAIT_MS: Final = 200
_LONGEST_WAIT_MS: Final = 5_000
_TOO_MUCH: Final = 429
_NOT_BELIEVED: Final = 401
_FAULT: Final = 500
_PLAIN: Final = re.compile(r"[a-z0-9_]{1,64}")
_REASONS: Final[Mapping[str, int]] = {each.code: int(each) for each in (*Refusal, *NotProcessed)}

_Record = TypeVar("_Record")


class RemoteLine:
    """The line to a ledger's service.

    Args:
        url: where it serves, `http://HOST:PORT`.
        network: the network whose commands go over the line.
        place: which ledger of the network it is.
        seal: signs what asks for accounts and the channel; None for commands, headers and receipts alone.
        patience_s: how long the same is sent again before `ledger_unreachable`.
        timeout_s: how long one answer is waited for.
    """

    def __init__(
        self,
        url: str,
        network: NetworkId,
        place: LedgerId,
        *,
        seal: Seal | None = None,
        patience_s: float = 10.0,
        timeout_s: float = 30.0,
    ) -> None:
        self.network, self.place, self._patience_s, self._seal = network, place, patience_s, seal
        timeout = httpx.Timeout(timeout_s, connect=_CONNECT_S)
        self._http = httpx.Client(
            base_url=url, timeout=timeout, limits=_LIMITS, trust_env=False, follow_redirects=False
        )

    def submit(self, wires: Sequence[bytes], *, at: UnixMs | None = None) -> Sequence[Answer]:
        """Send commands and wait for their answers, in order; the messages that an outcome sent are not among them.

        Raises:
            Unavailable: `ledger_unreachable`; send the same bytes again.
        """
        if at is not None:
            raise ValueError("a ledger that runs elsewhere has a clock of its own")
        answers: list[Answer] = []
        for job in _jobs(wires):
            packed = self._ask("POST", "/v1/payments:batch", content=join(job), headers={"Content-Type": _BINARY})
            if len(packed) != len(job) * records.BATCH_ANSWER.size:
                raise _strange("a batch has one answer for each command")
            answers += [_unpacked(*each) for each in records.BATCH_ANSWER.iter_unpack(packed)]
        return answers

    def history(self, wire: bytes) -> Answer:
        """Return what became of a command, without sending it.

        Raises:
            Unavailable: nothing final can be said yet, or the ledger cannot be reached.
        """
        headers = {"Content-Type": _BINARY, "Prefer": "return=minimal"}
        told = _read(_Told, self._ask("POST", "/v1/history", content=wire, headers=headers, is_answer=True))
        return Answer(_outcome(told), None if told.seq is None else Seq(told.seq), told.place or 0)

    def receipt_of(self, wire: bytes, answer: Answer) -> Receipt:
        """Return the receipt of a command that was answered; it is the asker's to verify."""
        assert answer.seq is not None, "only what stands in the log has a receipt"
        command = decode(wire, self.network).id.hex()
        path = f"/v1/receipts/{answer.seq}/{answer.place}"
        body = _read(records.ReceiptBody, self._ask("GET", path, params={"command_id": command}))
        return decode_receipt(_unhex(body.receipt))

    def account(self, wallet: WalletId) -> AccountView | None:
        """Return an account as it stands; None if it is none of the asker's."""
        try:
            it = _read(records.AccountBody, self._ask("GET", f"/v1/accounts/{wallet:016}"))
        except BadInput as error:
            if error.code == "unknown_wallet":
                return None
            raise
        return AccountView(
            wallet=wallet,
            wallet_class=it.wallet_class,
            balance=Fen(it.balance_fen),
            locked=Fen(it.locked_fen),
            on_hold=it.on_hold_fen,
            in_flight=Fen(it.in_flight_fen),
            spent_today=Fen(it.spent_today_fen),
            spent_this_year=Fen(it.spent_this_year_fen),
            epoch=it.epoch,
            standing=it.standing,
            frozen_to_pay=it.frozen_to_pay,
            frozen_to_receive=it.frozen_to_receive,
            closed=it.closed,
            high=Number(it.high),
            used=int(it.used, 16),
            settled=int(it.settled, 16),
        )

    def window(self, wallet: WalletId, lane: Lane) -> tuple[Number, int, int]:
        """Return high, used and settled of a lane."""
        it = _read(records.WindowBody, self._ask("GET", f"/v1/accounts/{wallet:016}/windows/{lane}"))
        return Number(it.high), int(it.used, 16), int(it.settled, 16)

    def standing(self) -> Standing:
        """Return what the newest header says."""
        return _standing(_read(records.StandingBody, self._ask("GET", "/v1/standing")))

    def sums(self) -> Sums:
        """Count the money of the ledger."""
        return _sums(_read(records.SumsBody, self._ask("GET", "/v1/sums")))

    def statement(self) -> Statement:
        """Return standing and sums behind one and the same frame."""
        it = _read(records.StatementBody, self._ask("GET", "/v1/statement"))
        return Statement(
            ledger=self.place, seq=Seq(it.standing.seq), standing=_standing(it.standing), sums=_sums(it.sums)
        )

    def movements(self, after: str, *, limit: int, operator: OperatorId | None, wait_ms: int = 0) -> MovementPage:
        """Return what happened to an operator's wallets behind a cursor, in the log's order; see the line's face.

        Raises:
            BadInput: `bad_cursor`, `archived`.
            Unavailable: the ledger cannot be reached, or follows its log again.
        """
        params = {"after": after, "limit": str(limit), "wait_ms": str(wait_ms)}
        if operator is not None:
            params["operator"] = str(operator)
        it = _read(records.MovementsBody, self._ask("GET", "/v1/movements", params=params))
        return MovementPage([_movement(each) for each in it.items], it.next, it.has_more)

    def crossing(self, peer: LedgerId) -> Crossing:
        """Return this ledger's end of the channel to a peer."""
        it = _read(records.CrossingBody, self._ask("GET", f"/v1/channel/{ledger_name(peer)}"))
        return Crossing(peer=peer, sent=Number(it.sent), received=Number(it.received), acked=Number(it.acked))

    def credits(self, peer: LedgerId, *, after: Number, limit: int) -> Sequence[tuple[Number, bytes]]:
        """Return n and the credit of each message to a peer behind `after`, in order, at most `limit`."""
        path, params = f"/v1/channel/{ledger_name(peer)}/credits", {"after": str(after), "limit": str(limit)}
        found = _read(_Credits, self._ask("GET", path, params=params))
        return [(Number(each.n), _unhex(each.credit)) for each in found.items]

    def acknowledgement(self, peer: LedgerId) -> bytes | None:
        """Return the newest header as an acknowledgement."""
        ack = _read(records.AckBody, self._ask("GET", f"/v1/channel/{ledger_name(peer)}/ack")).ack
        return None if ack is None else _unhex(ack)

    def tick(self) -> bytes | None:
        """Return the newest time that tier 1 has told, as a command; None before the first."""
        try:
            return _unhex(_read(records.TickBody, self._ask("GET", "/v1/tick")).tick)
        except BadInput as error:
            if error.code == "no_tick":
                return None
            raise

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    # 1.

    def _ask(self, method: str, path: str, *, is_answer: bool = False, **request: Any) -> bytes:
        """Return the body of a good answer, or of any answer of the ledger if that is asked for."""
        end = time.monotonic() + self._patience_s
        wait_ms = _WAIT_MS
        while True:
            try:
                response, body = self._once(method, path, request)
                if not self._is_for_later(response.status_code):
                    return _body(response, body, is_answer=is_answer)
                wait_ms = _retry_after_ms(response, wait_ms)
                reason = f"{path} answers {response.status_code} {_code(body)}"
            except httpx.TransportError as error:
                reason = f"{path}: {type(error).__name__}"
            if time.monotonic() + wait_ms / 1_000 > end:
                message = f"{ledger_name(self.place)}: {reason}"
                raise Unavailable("ledger_unreachable", message, retry_after_ms=wait_ms)
            time.sleep(wait_ms / 1_000)
            wait_ms = min(2 * wait_ms, _LONGEST_WAIT_MS)

    def _is_for_later(self, status: int) -> bool:
        # Of a fault at the other end nothing is known either: the same bytes tell.
        return status >= _FAULT or status == _TOO_MUCH or (self._seal is not None and status == _NOT_BELIEVED)

    def _once(self, method: str, path: str, request: dict[str, Any]) -> tuple[httpx.Response, bytes]:
        """Ask once; an answer that is larger than any of a ledger's is cut off."""
        sent = self._http.build_request(method, path, **request)
        # 4.
        if self._seal is not None and path.startswith(_SEALED):
            sent.headers.update(self._seal(method, str(sent.url), sent.content))
        response = self._http.send(sent, stream=True)
        try:
            body = bytearray()
            for piece in response.iter_bytes():
                body += piece
                if len(body) > _MAX_ANSWER:
                    raise _strange(f"more than {_MAX_ANSWER} bytes")
            return response, bytes(body)
        finally:
            response.close()


class _Told(msgspec.Struct, frozen=True):
    """What every answer about one command says; a problem says more."""

    answer: str
    code: str
    seq: int | None
    place: int | None


class _Credits(msgspec.Struct, frozen=True):
    items: list[records.CreditBody]


class _Problem(msgspec.Struct, frozen=True):
    code: str
    detail: str = ""
    next_step: str = ""
    answer: str | None = None


# 3.


def _body(response: httpx.Response, body: bytes, *, is_answer: bool) -> bytes:
    if response.is_success:
        return body
    problem = _read(_Problem, body)
    if is_answer and problem.answer is not None:
        return body
    raise BadInput(problem.code, problem.detail, next_step=problem.next_step)


def _read(record: type[_Record], body: bytes) -> _Record:
    try:
        return msgspec.json.decode(body, type=record)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _strange(str(error)) from error


def _code(body: bytes) -> str:
    """Return the code of a problem as it goes into a message; empty if it is none."""
    try:
        code = msgspec.json.decode(body, type=_Problem).code
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    return code if _PLAIN.fullmatch(code) else ""


def _unhex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise _strange("not hex") from error


def _strange(detail: str) -> Unavailable:
    # Something else answers there, or another version: nothing is known of what was asked.
    return Unavailable("strange_answer", f"this is no answer of a ledger: {detail}", retry_after_ms=_LONGEST_WAIT_MS)


def _retry_after_ms(response: httpx.Response, wait_ms: int) -> int:
    text = response.headers.get("retry-after", "")
    asked_ms = int(text[:4]) * 1_000 if text.isascii() and text.isdigit() else 0
    return min(max(asked_ms, wait_ms), _LONGEST_WAIT_MS)


def _jobs(wires: Sequence[bytes]) -> list[list[bytes]]:
    jobs: list[list[bytes]] = []
    size = MAX_JOB_BYTES
    for wire in wires:
        size += len(wire) + _LENGTH
        if size > MAX_JOB_BYTES:
            jobs.append([])
            size = len(wire) + _LENGTH
        jobs[-1].append(wire)
    return jobs


def _outcome(told: _Told) -> Outcome:
    try:
        reason = _REASONS[told.code] if told.answer in ("refused", "not_processed") else 0
        return Outcome(status=Status[told.answer.upper()], reason=reason)
    except KeyError as error:
        raise _strange("an outcome of another version") from error


def _unpacked(status: int, reason: int, seq: int, place: int) -> Answer:
    try:
        outcome = Outcome(status=Status(status), reason=reason)
        if not outcome.code:
            raise ValueError("a code is never empty")
    except ValueError as error:
        raise _strange("an outcome of another version") from error
    return Answer(outcome, Seq(seq) if seq else None, place)


def _movement(it: records.MovementBody) -> Movement:
    try:
        return Movement(
            seq=Seq(it.seq),
            place=it.place,
            part=it.part,
            at=UnixMs(it.at_ms),
            kind=MovementKind(it.kind),
            wallet=WalletId(int(it.wallet)),
            counterparty=None if it.counterparty is None else WalletId(int(it.counterparty)),
            amount=Fen(it.amount_fen),
            effect=Effect(it.effect),
            command=CommandId(_unhex(it.command_id)),
            refers_to=None if it.refers_to is None else CommandId(_unhex(it.refers_to)),
            wallet_class=it.wallet_class,
            policy=None if it.policy is None else _unhex(it.policy),
            epoch=it.epoch,
            memo=None if it.memo is None else Hash(_unhex(it.memo)),
        )
    except ValueError as error:
        raise _strange("a movement of another version") from error


def _standing(it: records.StandingBody) -> Standing:
    return Standing(
        now=UnixMs(it.now_ms),
        told=UnixMs(it.told_ms),
        total=it.total_fen,
        vault_high=Number(it.vault_high),
        vault_used=int(it.vault_used, 16),
        board=Version(it.board),
        workers=Version(it.workers),
        rules=Version(it.rules),
        clock_bound=UnixMs(it.clock_bound_ms),
        flows=tuple(_flow(flow) for flow in it.flows),
    )


def _sums(it: records.SumsBody) -> Sums:
    return Sums(
        wallets=it.wallets_fen,
        vaults=it.vaults_fen,
        issuing_vault=it.issuing_vault_fen,
        locked=it.locked_fen,
        on_hold=it.on_hold_fen,
        suspense=it.suspense_fen,
        alarms=it.alarms,
        issued=it.issued_fen,
        withdrawn=it.withdrawn_fen,
    )


def _flow(it: records.FlowBody) -> Flow:
    peer = LedgerId(0xFFFF if it.peer == "tier1" else int(it.peer.removeprefix("shard-")))
    return Flow(
        peer=peer,
        sent=Number(it.sent),
        sent_fen=Sum(it.sent_fen),
        received=Number(it.received),
        received_fen=Sum(it.received_fen),
    )
