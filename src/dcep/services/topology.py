"""Who runs a process in a currency on one machine: names, kinds, and where each of them answers.

The names are those of folders under the data folder and of reports.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dcep.ids import LedgerId, OperatorId, WalletId, ledger_name, wallet_id

SHARD: Final = LedgerId(0)
TIER1_NAME: Final = "tier1"
SHARD_NAME: Final = ledger_name(SHARD)
CENTRAL_BANK: Final = "central-bank"
CENTRE: Final = "authentication-centre"
# What the centre has given to everybody.
TRUST: Final = "trust"
# The operators of the published design; the eighth place is configured and empty.
OPERATORS: Final = {
    OperatorId(1): "icbc",
    OperatorId(2): "abc",
    OperatorId(3): "boc",
    OperatorId(4): "ccb",
    OperatorId(5): "alipay",
    OperatorId(6): "wechat",
    OperatorId(7): "unionpay",
    OperatorId(8): "eighth",
}
EIGHTH: Final = OperatorId(8)
# The front ends of operators that have an app of their own; banks show requests of DC/EP as they are.
CHANNELS: Final = {OperatorId(5): "alipay", OperatorId(6): "wechat", OperatorId(7): "unionpay"}
PLAIN: Final = "plain"
# Where each page is shown to people; every operator has the first three.
PAGES: Final = {
    "wallet": OPERATORS[OperatorId(1)],
    "pos": OPERATORS[OperatorId(1)],
    "desk": OPERATORS[OperatorId(1)],
    "board": CENTRAL_BANK,
    "pilot": CENTRAL_BANK,
}
# The serials of an operator's two accounts; those of wallets are drawn at random, and drawn again where they meet one.
_VAULT, _REGISTRAR = 1, 2
# A service answers so many ports above the first.
_OFFSETS: Final = {
    TIER1_NAME: 1,
    SHARD_NAME: 2,
    CENTRAL_BANK: 10,
    **{name: 20 + operator for operator, name in OPERATORS.items()},
}


def vault_of(operator: OperatorId) -> WalletId:
    """Return the account from which an operator exchanges."""
    return wallet_id(operator, _VAULT)


def registrar_of(operator: OperatorId) -> WalletId:
    """Return the account that opens an operator's wallets."""
    return wallet_id(operator, _REGISTRAR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a currency answers: `port` is the first of a hundred, which nobody answers itself."""

    host: str
    port: int

    def port_of(self, name: str) -> int:
        """Return the port of a service."""
        return self.port + _OFFSETS[name]

    def url_of(self, name: str) -> str:
        """Return where a service is asked."""
        return url_of(self.host, self.port_of(name))

    def pages(self) -> dict[str, str]:
        """Return where each page is shown, by its name."""
        return {page: f"{self.url_of(name)}/{page}" for page, name in PAGES.items()}


def url_of(host: str, port: int) -> str:
    """Return the address of a service; that of version 6 of the protocol stands in brackets (RFC 3986)."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
