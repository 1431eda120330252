"""The report to the central bank: every fen of the customers is in it, and no household can be read from it."""

from __future__ import annotations

from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from dcep.messages.classes import CUSTOMERS, WalletClass
from dcep.messages.policies import policy_hash
from dcep.messages.reports.holdings import ELSEWHERE, MIN_WALLETS, read_holdings
from dcep.messages.signatory import single_key
from dcep.money import Fen
from dcep.operators.bank import Bank
from dcep.operators.exchange.deposits import SimulatedCoreBanking
from dcep.operators.holdings import MAX_LINES, Wallet, city_of, lines_of
from tests.town import Town, evidence_of, open_wallet, rest

_SHENZHEN: Final = "document 440301199003070019"
_FIRM_OF_SUZHOU: Final = "firm 91320500MA1MXXXX0Q"

_IDENTITIES: Final = st.one_of(
    st.integers(1_000, 1_400).map(lambda city: f"document {city}01199003070019"),
    st.sampled_from([_SHENZHEN, _FIRM_OF_SUZHOU, "phone +8613800000000", "document E12345678"]),
)
_WALLETS: Final = st.builds(
    lambda wallet_class, identity, balance, times: [Wallet(wallet_class, identity, balance)] * times,
    st.sampled_from(sorted(CUSTOMERS)),
    _IDENTITIES,
    st.integers(0, 10**15),
    st.integers(1, 12),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_WALLETS, max_size=500))
def test_every_wallet_and_every_fen_is_in_the_report_and_no_household(groups: list[list[Wallet]]) -> None:
    """Law: sums are kept class by class; a named city has at least ten wallets; what is told can be written."""
    found = [wallet for group in groups for wallet in group]

    lines = lines_of(found)

    for wallet_class in CUSTOMERS:
        own = [wallet for wallet in found if wallet.wallet_class == wallet_class]
        told = [line for line in lines if line.wallet_class == wallet_class]
        assert sum(line.wallets for line in told) == len(own)
        assert sum(line.held for line in told) == sum(wallet.balance for wallet in own)
    assert all(line.wallets >= MIN_WALLETS for line in lines if line.city != ELSEWHERE)
    assert len(lines) <= MAX_LINES
    assert [(line.wallet_class, line.city) for line in lines] == sorted({(x.wallet_class, x.city) for x in lines})


def test_more_cities_than_a_report_has_room_for_are_told_as_elsewhere() -> None:
    """The smallest of them; the largest are named."""
    found = [
        Wallet(WalletClass.II, f"document {1_000 + city}01199003070019", 1)
        for city in range(300)
        for _ in range(10 + city)
    ]

    lines = lines_of(found)

    assert len(lines) == MAX_LINES
    assert lines[0].city == ELSEWHERE
    assert [line.wallets for line in lines[1:]] == list(range(56, 310))
    assert sum(line.wallets for line in lines) == len(found)


def test_a_city_is_where_papers_come_from_and_nothing_finer() -> None:
    """The district of an identity number is left out; a passport or a phone says nothing."""
    assert city_of(_SHENZHEN) == 440300
    assert city_of(_FIRM_OF_SUZHOU) == 320500
    assert {city_of(each) for each in ("phone +8613800000000", "document E12345678", "document 4403", "")} == {
        ELSEWHERE
    }


def test_the_registrar_signs_what_customers_hold(opened: tuple[Town, Bank, SimulatedCoreBanking]) -> None:
    """What was exchanged is in the report when the history has it, and the central bank can believe it."""
    town, bank, core = opened
    evidence = evidence_of(1, WalletClass.II)
    core.open_account(evidence.deposit_account)
    core.fund("fund", evidence.deposit_account, Fen(1_000), now=town.now)
    wallet = open_wallet(town, bank, evidence, WalletClass.II, "li")
    bank.saga.exchange(wallet, 700, key="e", now=town.now)
    rest(bank, town.now)

    signed = read_holdings(bank.reports.report(now=town.now))

    (line,) = signed.holdings.lines
    assert (signed.holdings.network, signed.holdings.operator, signed.holdings.at) == (
        bank.network,
        bank.operator,
        town.now,
    )
    assert (WalletClass(line.wallet_class), line.city, line.wallets, line.held) == (WalletClass.II, ELSEWHERE, 1, 700)
    assert signed.policy == policy_hash(single_key(town.seal(bank.operator).signer))
