"""The supply board: by operator from the central bank's own orders, by class and city from signed reports."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Final

import pytest

from dcep.clock import UnixMs
from dcep.errors import BadInput, DcepError
from dcep.ids import NetworkId, OperatorId
from dcep.issuance.board import SupplyBoard
from dcep.messages.classes import WalletClass
from dcep.messages.commands.issuance import Allocate
from dcep.messages.layout import Code, Count, Malformed, Sum
from dcep.messages.reports.holdings import ELSEWHERE, Holdings, HoldingsLine, read_holdings, sign_holdings
from dcep.money import Fen
from tests.unit.issuance.realm import BANK, SHARD, Bank

SHENZHEN: Final = 440300
SUZHOU: Final = 320500


def line(wallet_class: WalletClass, city: int, wallets: int, held: int) -> HoldingsLine:
    """Return a line of a report."""
    return HoldingsLine(wallet_class=Code(wallet_class), city=Count(city), wallets=Count(wallets), held=Sum(held))


def holdings(bank: Bank, **changes: Any) -> Holdings:
    """Return what operator 1 reports."""
    lines = (
        line(WalletClass.I, ELSEWHERE, 2, 50),
        line(WalletClass.I, SHENZHEN, 10, 300),
        line(WalletClass.IV, SUZHOU, 12, 20),
        line(WalletClass.IV, SHENZHEN, 40, 100),
    )
    report = Holdings(network=bank.realm.network, operator=BANK, at=bank.realm.now, lines=lines)
    return replace(report, **changes)


def signed(bank: Bank, report: Holdings, signer: str = "registrar") -> bytes:
    """Return the report, signed by the registrar or somebody else."""
    return sign_holdings(report, bank.realm.keys.signer(signer, BANK))


@pytest.fixture
def board(bank: Bank) -> SupplyBoard:
    """Return the board of a central bank that has issued 900 fen and allocated them."""
    issued = bank.issue_through("issue", Fen(900))
    bank.carry_through("allocate", Allocate(shard=SHARD, operator=BANK, amount=Fen(900), lock=issued.content.lock))
    bank.realm.carry()
    return SupplyBoard(bank.reserve, bank.realm.tier1, {SHARD: bank.realm.shard})


def test_the_board_tells_how_all_money_stands(bank: Bank, board: SupplyBoard) -> None:
    """Whoever reads it needs nothing else; it can be written as JSON."""
    board.take_holdings(signed(bank, holdings(bank)), now=bank.realm.now)

    report = json.loads(json.dumps(board.report(now=bank.realm.now)))

    assert report["supply"] == {
        "issued_fen": 900,
        "withdrawn_fen": 0,
        "issuing_vault_fen": 0,
        "bank_vaults_fen": 900,
        "wallets_fen": 0,
        "in_transit_fen": 0,
        "reserve_fen": 900,
        "law_holds": True,
    }
    assert report["reserve_assurance"] == "assurance: simulated"
    assert report["operators"] == [
        {
            "operator": "001",
            "status": {"shard-000": "admitted"},
            "issued_fen": 900,
            "allocated_fen": 900,
            "withdrawn_fen": 0,
            "reserve_fen": 900,
            "vault_fen": 900,
        }
    ]
    assert report["classes"] == [
        {"wallet_class": "I", "wallets": 12, "held_fen": 350},
        {"wallet_class": "IV", "wallets": 52, "held_fen": 120},
    ]
    assert report["cities"] == [
        {"city": "000000", "wallets": 2, "held_fen": 50},
        {"city": "320500", "wallets": 12, "held_fen": 20},
        {"city": "440300", "wallets": 50, "held_fen": 400},
    ]
    # The wallets of this realm are empty: the report names money that the ledger does not have.
    assert report["unreported_fen"] == -470


def test_a_report_counts_until_a_newer_one_comes(bank: Bank, board: SupplyBoard) -> None:
    """The same message again changes nothing; an older one is stale."""
    first = signed(bank, holdings(bank))
    older = signed(bank, holdings(bank, at=UnixMs(bank.realm.now - 1)))
    board.take_holdings(first, now=bank.realm.now)

    board.take_holdings(first, now=bank.realm.now)
    with pytest.raises(DcepError, match="stale_report"):
        board.take_holdings(older, now=bank.realm.now)
    later = signed(bank, holdings(bank, at=UnixMs(bank.realm.now + 1), lines=()))
    board.take_holdings(later, now=bank.realm.now)

    assert board.report(now=bank.realm.now)["holdings"] == []


@pytest.mark.parametrize(
    ("changes", "signer"),
    [
        ({"network": NetworkId(bytes(16))}, "registrar"),
        ({"operator": OperatorId(2)}, "registrar"),
        ({}, "vault"),
        ({"at": UnixMs(4_000_000_000_000)}, "registrar"),
    ],
)
def test_a_report_that_is_none_of_the_operators_is_refused(
    bank: Bank, board: SupplyBoard, changes: dict[str, Any], signer: str
) -> None:
    """Another network, another operator, another key, a time to come."""
    message = signed(bank, holdings(bank, **changes), signer)

    with pytest.raises(BadInput, match="bad_report"):
        board.take_holdings(message, now=bank.realm.now)


def test_a_report_with_any_other_byte_is_refused(bank: Bank, board: SupplyBoard) -> None:
    """What the registrar has signed is taken, and nothing near it."""
    message = signed(bank, holdings(bank))
    broken = [message[:at] + bytes((message[at] ^ 1,)) + message[at + 1 :] for at in range(len(message))]

    for each in (*broken, message[:-1], message + b"\0", b""):
        with pytest.raises(BadInput, match="bad_report"):
            board.take_holdings(each, now=bank.realm.now)


@pytest.mark.parametrize(
    "lines",
    [
        (line(WalletClass.I, SHENZHEN, 9, 1),),
        (line(WalletClass.VAULT, ELSEWHERE, 1, 1),),
        (line(WalletClass.I, 44030, 10, 1),),
        (line(WalletClass.I, SHENZHEN, 10, 1), line(WalletClass.I, SHENZHEN, 10, 1)),
        (line(WalletClass.II, ELSEWHERE, 10, 1), line(WalletClass.I, ELSEWHERE, 10, 1)),
    ],
)
def test_a_report_that_says_too_much_is_no_report(bank: Bank, lines: tuple[HoldingsLine, ...]) -> None:
    """A handful of wallets of one city is nobody else's business; each class and city has one line."""
    with pytest.raises(Malformed):
        signed(bank, holdings(bank, lines=lines))


def test_a_report_is_read_as_it_was_signed(bank: Bank) -> None:
    """Both institutions have the same words."""
    report = holdings(bank)

    assert read_holdings(signed(bank, report)).holdings == report
