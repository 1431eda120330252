"""What a pilot publishes at the central bank: signed, of this network, and never told in two ways."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from dcep.clock import UnixMs
from dcep.crypto.suites import Signer
from dcep.errors import BadInput, DcepError
from dcep.ids import NetworkId, OperatorId, wallet_id
from dcep.issuance.pilot import PilotBoard
from dcep.messages.headers import decode_signed_header
from dcep.messages.layout import Code, Count, Hash, Number, Seq, Sum
from dcep.messages.reports.draws import Commitment, Reveal, draw, list_root, sign_commitment, ticket_of
from dcep.messages.reports.scores import ScoreBoard, ScoreLine, read_board, sign_board
from dcep.money import Fen
from tests.unit.issuance.house import House
from tests.unit.issuance.realm import SHARD, Bank

_OFFICE = Signer(bytes(32))
_SEED = bytes(32)
_CERTIFICATE = "-----BEGIN CERTIFICATE-----"


def _board(bank: Bank, phase: int = 1, at: int = 5, *, is_final: bool = False) -> bytes:
    line = ScoreLine(
        operator=OperatorId(1),
        wallets=Count(2),
        active=Count(2),
        settled=Count(9),
        moved=Sum(700),
        conflicts=Count(0),
        attempts=Count(9),
        kept=Count(9),
        payment_p50=Count(1),
        payment_p95=Count(2),
        order_p50=Count(3),
        order_p95=Count(4),
        cost=Number(5),
    )
    board = ScoreBoard(
        network=bank.realm.network,
        phase=Code(phase),
        is_final=Code(is_final),
        began_at=UnixMs(1),
        at=UnixMs(at),
        law_holds=Code(1),
        wallets_agree=Code(is_final),
        since=Seq(1),
        phase_since=Seq(1),
        upto=Seq(9),
        movements=Number(9),
        books=Hash(bytes(32)),
        attempts=Hash(bytes(32)),
        lines=(line,),
    )
    return sign_board(board, _OFFICE)


def _draw(bank: Bank, seed: bytes = _SEED) -> tuple[bytes, Reveal]:
    """Return a commitment to a frame that is there already, and what shows it."""
    headers = bank.realm.shard.ledger.headers
    header = decode_signed_header(headers.at(headers.count)[0])
    tickets = tuple(
        sorted(ticket_of(bank.realm.network, wallet_id(OperatorId(1), serial), bytes(16)) for serial in range(6))
    )
    commitment = Commitment(
        network=bank.realm.network,
        ledger=SHARD,
        at=header.header.time,
        tickets=Count(6),
        list_root=list_root(tickets),
        winners=Count(2),
        amount=Fen(20_000),
        seed_hash=Hash(hashlib.sha256(seed).digest()),
        frame=header.header.seq,
    )
    return sign_commitment(commitment, _OFFICE), Reveal(tickets=tickets, seed=seed, header=header.encode())


def test_boards_are_kept_as_they_come_and_the_last_of_a_phase_for_ever(bank: Bank) -> None:
    """Whoever watches reads on; the one by which the gate is judged is never thinned out."""
    pilot = PilotBoard(bank.store, kept=2)
    pilot.take_board(_board(bank, is_final=True), _CERTIFICATE, now=bank.realm.now)
    for at in range(4):
        pilot.take_board(_board(bank, phase=2, at=at), _CERTIFICATE, now=bank.realm.now)

    boards, newest, last = pilot.boards(), pilot.newest(), pilot.last_of(1)

    assert [(each.place, each.board.phase, each.board.at) for each in boards] == [(1, 1, 5), (4, 2, 2), (5, 2, 3)]
    assert newest == boards[-1]
    assert last == boards[0]
    assert pilot.last_of(2) is None


def test_the_last_board_of_a_phase_is_published_once(bank: Bank) -> None:
    """The same again is the same; another one would let an office choose among its results."""
    pilot = bank.central_bank.pilot
    first, again = (pilot.take_board(_board(bank, is_final=True), _CERTIFICATE, now=bank.realm.now) for _ in range(2))

    with pytest.raises(DcepError) as refused:
        pilot.take_board(_board(bank, at=6, is_final=True), _CERTIFICATE, now=bank.realm.now)

    assert first == again
    assert refused.value.code == "phase_ended"


def test_a_board_that_nobody_signed_or_of_another_network_is_not_kept(bank: Bank) -> None:
    """What stands at the central bank has a signature that holds."""
    pilot, board = bank.central_bank.pilot, bytearray(_board(bank))
    board[30] ^= 1

    codes = []
    for message in (bytes(board), b"", _stranger(bank)):
        with pytest.raises(BadInput) as refused:
            pilot.take_board(message, _CERTIFICATE, now=bank.realm.now)
        codes.append(refused.value.code)

    assert codes == ["bad_board", "bad_board", "other_network"]
    assert pilot.newest() is None


def test_a_draw_is_committed_to_once_and_shown_as_it_was_committed_to(bank: Bank) -> None:
    """An office that does not like its winners can neither begin anew nor show something else."""
    pilot, (message, reveal) = bank.central_bank.pilot, _draw(bank)
    other, _ = _draw(bank, seed=bytes([1]) * 32)

    committed = pilot.commit(message, _CERTIFICATE, now=UnixMs(1))
    with pytest.raises(DcepError) as second:
        pilot.commit(other, _CERTIFICATE, now=UnixMs(2))
    with pytest.raises(BadInput) as forged:
        pilot.show(replace(reveal, seed=bytes([1]) * 32), now=UnixMs(3))
    shown = [pilot.show(reveal, now=UnixMs(at)) for at in (4, 5)]

    assert (second.value.code, forged.value.code) == ("draw_committed", "bad_draw")
    assert (committed.committed_at, committed.reveal, committed.winners) == (1, None, [])
    assert shown[0] == shown[1]
    assert (shown[0].committed_at, shown[0].shown_at, shown[0].reveal) == (1, 4, reveal)
    workers = bank.realm.genesis.shard_workers
    assert shown[0].winners == draw(shown[0].commitment, reveal, workers)


def test_nothing_is_shown_that_was_not_committed_to(bank: Bank) -> None:
    """First the commitment, then the list."""
    with pytest.raises(BadInput) as refused:
        bank.central_bank.pilot.show(_draw(bank)[1], now=UnixMs(1))

    assert refused.value.code == "bad_draw"


def test_the_office_publishes_and_everybody_reads(house: House, bank: Bank) -> None:
    """Who is no staff publishes nothing; who is nobody reads everything but a list that is not shown yet."""
    message, reveal = _draw(bank)
    body = {"board": _board(bank, is_final=True).hex(), "certificate": _CERTIFICATE}
    shown = {
        "tickets": [each.hex() for each in reveal.tickets],
        "seed": reveal.seed.hex(),
        "header": reveal.header.hex(),
    }
    committed = {"commitment": message.hex(), "certificate": _CERTIFICATE}

    nobody = house.post("/v1/pilot/boards", body, by=None).status_code
    before = house.get("/v1/pilot", by=None).json()
    posted = [
        house.post("/v1/pilot/boards", body).status_code,
        house.post("/v1/pilot/draws", committed).json()["winners"],
        len(house.post("/v1/pilot/draws", committed | shown).json()["winners"]),
    ]
    told, whole = house.get("/v1/pilot", by=None).json(), house.get("/v1/pilot/draw", by=None).json()
    listed = house.get("/v1/pilot/boards", by=None).json()["items"]

    assert (nobody, before) == (401, {"newest": None, "ended": [], "gate_passed": False, "draw": None})
    assert posted == [200, [], 2]
    assert [line["operator"] for line in told["newest"]["lines"]] == ["001"]
    assert (told["gate_passed"], told["ended"], listed) == (True, [told["newest"]], [told["newest"]])
    assert (told["draw"]["tickets"], whole["tickets"]) == (None, shown["tickets"])
    assert told["draw"]["winners"] == whole["winners"]


@pytest.mark.parametrize("body", [{"board": "xy", "certificate": _CERTIFICATE}, {"board": "00", "certificate": ""}, {}])
def test_a_body_that_is_none_is_told_so(house: House, body: dict[str, str]) -> None:
    """Bytes from outside are read strictly, those of the staff too."""
    answer = house.post("/v1/pilot/boards", body)

    assert answer.status_code in (400, 422)


def _stranger(bank: Bank) -> bytes:
    board = read_board(_board(bank)).board
    return sign_board(replace(board, network=NetworkId(bytes(16))), _OFFICE)
