"""A draw is drawn again by anybody, and whatever is shown that was not committed to is refused."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcep.clock import UnixMs
from dcep.crypto.suites import Signer
from dcep.ids import LedgerId, NetworkId, OperatorId, wallet_id
from dcep.messages.headers import Header, SignedHeader, encode_header
from dcep.messages.layout import Count, Hash, Key, Malformed, Number, Seq, Sum, Version
from dcep.messages.reports.draws import (
    BadDraw,
    Commitment,
    Reveal,
    draw,
    list_root,
    read_commitment,
    sign_commitment,
    ticket_of,
)
from dcep.money import Fen

_NETWORK = NetworkId(bytes(16))
_OFFICE, _WORKER, _STRANGER = (Signer(bytes([number]) * 32) for number in (1, 2, 3))
_SEED = bytes(range(32))
_TICKETS = tuple(
    sorted(ticket_of(_NETWORK, wallet_id(OperatorId(1), serial), bytes([serial]) * 16) for serial in range(10))
)


def _header(frame: int = 20, head: bytes = bytes(32), worker: Signer = _WORKER, time: int = 2_000) -> bytes:
    header = Header(
        network=_NETWORK,
        ledger=LedgerId(0),
        seq=Seq(frame),
        time=UnixMs(time),
        head=Hash(head),
        outcomes_root=Hash(bytes(32)),
        count=Count(0),
        total=Sum(0),
        vault_high=Number(0),
        vault_used=Number(1),
        board=Version(1),
        workers=Version(1),
        rules=Version(1),
        flows=(),
        worker=Key(worker.public),
    )
    return SignedHeader(header=header, signature=worker.sign(encode_header(header))).encode()


def _commitment(tickets: tuple[Hash, ...] = _TICKETS, winners: int = 3) -> Commitment:
    return Commitment(
        network=_NETWORK,
        ledger=LedgerId(0),
        at=UnixMs(1_000),
        tickets=Count(len(tickets)),
        list_root=list_root(tickets),
        winners=Count(winners),
        amount=Fen(20_000),
        seed_hash=Hash(hashlib.sha256(_SEED).digest()),
        frame=Seq(20),
    )


_REVEAL = Reveal(tickets=_TICKETS, seed=_SEED, header=_header())
_WORKERS = [Key(_WORKER.public)]


def test_anybody_draws_the_same_winners() -> None:
    """Nothing but what was shown goes into it; another head would have been another draw."""
    one, again = (draw(_commitment(), _REVEAL, _WORKERS) for _ in range(2))
    other = draw(_commitment(winners=10), replace(_REVEAL, header=_header(head=bytes([7]) * 32)), _WORKERS)

    assert one == again
    assert len(set(one)) == 3
    assert set(one) < set(_TICKETS)
    assert other[:3] != one


@given(st.integers(1, 10))
def test_more_envelopes_take_nobodys_away(winners: int) -> None:
    """The lots are in one order: who wins among few wins among many."""
    few, many = (draw(_commitment(winners=count), _REVEAL, _WORKERS) for count in (winners, 10))

    assert few == many[:winners]
    assert sorted(many) == list(_TICKETS)


_FORGED = {
    "a ticket is gone": replace(_REVEAL, tickets=_TICKETS[1:]),
    "a ticket stands there twice": replace(_REVEAL, tickets=(_TICKETS[0], *_TICKETS[:-1])),
    "the tickets are in another order": replace(_REVEAL, tickets=_TICKETS[::-1]),
    "another list": replace(_REVEAL, tickets=(*_TICKETS[:-1], Hash(b"\xff" * 32))),
    "another seed": replace(_REVEAL, seed=bytes(32)),
    "another frame": replace(_REVEAL, header=_header(frame=21)),
    "another worker": replace(_REVEAL, header=_header(worker=_STRANGER)),
    "an altered head": replace(_REVEAL, header=_REVEAL.header.replace(bytes(32), b"\1" * 32, 1)),
    "a frame of before": replace(_REVEAL, header=_header(time=999)),
    "no header": replace(_REVEAL, header=b"dhdr"),
}


@pytest.mark.parametrize("reveal", _FORGED.values(), ids=_FORGED)
def test_what_was_not_committed_to_draws_nobody(reveal: Reveal) -> None:
    """Each of them would let somebody choose the winners after seeing who would win."""
    with pytest.raises(BadDraw):
        draw(_commitment(), reveal, _WORKERS)


def test_a_commitment_is_read_only_as_it_was_signed() -> None:
    """A bit anywhere in it is another commitment, which nobody has signed."""
    message = sign_commitment(_commitment(), _OFFICE)

    read = read_commitment(message)

    assert read.commitment == _commitment()
    assert list(read.policy.keys()) == [(_OFFICE.suite, _OFFICE.public)]
    for at in range(len(message)):
        with pytest.raises(Malformed):
            read_commitment(message[:at] + bytes([message[at] ^ 1]) + message[at + 1 :])


@pytest.mark.parametrize(("tickets", "winners"), [(_TICKETS, 0), (_TICKETS, 11), ((), 0)])
def test_a_commitment_to_a_draw_that_cannot_be_is_none(tickets: tuple[Hash, ...], winners: int) -> None:
    """More envelopes than people, or none: it could never be drawn."""
    message = sign_commitment(_commitment(tickets, winners), _OFFICE)

    with pytest.raises(Malformed):
        read_commitment(message)
