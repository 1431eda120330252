"""Nobody issues alone."""

from __future__ import annotations

import hashlib

import pytest

from dcep.clock import UnixMs
from dcep.crypto.suites import Signer
from dcep.errors import BadInput
from dcep.ids import LedgerId, NetworkId, OperatorId
from dcep.issuance.officers import Officer, Proposal, board_of
from dcep.issuance.orders import IssuingVault
from dcep.messages.commands.issuance import TIER1_LANE, lane_to
from dcep.messages.layout import LockId
from dcep.messages.signed import decode, signatures_hold
from dcep.money import Fen

_NETWORK = NetworkId(bytes(16))
_BANK = OperatorId(1)
_LOCK = LockId(bytes(16))


def officer(name: str, site: int) -> Officer:
    """Return an officer whose key follows from the name."""
    return Officer(name=name, site=site, signer=Signer(hashlib.sha256(name.encode()).digest()))


_OFFICERS = [officer("wu", 1), officer("he", 1), officer("fan", 1), officer("yi", 2)]
_BOARD = board_of(_OFFICERS, needed=3)


def proposal() -> Proposal:
    """Return an order to issue ten yuan."""
    return IssuingVault(_NETWORK, _BOARD).issue(_BANK, Fen(1_000), _LOCK, expires_at=UnixMs(1))


def test_three_officers_of_two_sites_make_an_order() -> None:
    """Their signatures are over the very bytes of the order."""
    order = proposal()
    for one in (_OFFICERS[0], _OFFICERS[1], _OFFICERS[3]):
        order.approve(one)

    command = decode(order.wire(), _NETWORK)

    assert signatures_hold(command)
    assert command.body.order.amount == 1_000


def test_two_officers_are_too_few() -> None:
    """The order cannot leave the desk."""
    order = proposal()
    for one in (_OFFICERS[0], _OFFICERS[3]):
        order.approve(one)

    assert not order.is_approved
    with pytest.raises(BadInput, match="not_approved"):
        order.wire()


def test_three_officers_of_one_site_are_no_board() -> None:
    """Whoever holds a site does not hold the issuance."""
    order = proposal()
    for one in _OFFICERS[:3]:
        order.approve(one)

    assert order.approvals == 3
    assert not order.is_approved


def test_an_officer_who_signs_twice_counts_once() -> None:
    """Signatures are kept by seat."""
    order = proposal()
    for _ in range(3):
        order.approve(_OFFICERS[0])

    assert order.approvals == 1


def test_a_stranger_has_no_seat() -> None:
    """A signature by any other key is not taken."""
    with pytest.raises(BadInput, match="no_seat"):
        proposal().approve(officer("stranger", 1))


def test_each_shard_has_a_lane_of_its_own() -> None:
    """Numbers of one lane never stand in the way of another's."""
    vault = IssuingVault(_NETWORK, _BOARD)
    first = vault.issue(_BANK, Fen(1), _LOCK, expires_at=UnixMs(1))
    second = vault.allocate(LedgerId(0), _BANK, Fen(1), _LOCK, expires_at=UnixMs(1))
    third = vault.withdraw(_BANK, Fen(1), expires_at=UnixMs(1))
    for order in (first, second, third):
        for one in (_OFFICERS[0], _OFFICERS[1], _OFFICERS[3]):
            order.approve(one)

    places = [
        (command.body.lane, command.body.number)
        for command in (decode(order.wire(), _NETWORK) for order in (first, second, third))
    ]

    assert places == [(TIER1_LANE, 1), (lane_to(LedgerId(0)), 1), (TIER1_LANE, 2)]
