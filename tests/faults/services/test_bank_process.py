"""An operator in a process of its own: a holder opens, exchanges and redeems over HTTP, and a kill loses nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from dcep.crypto.keys import derive
from dcep.http.caller import Caller
from dcep.ids import WalletId
from dcep.messages.genesis import encode_genesis
from dcep.messages.http_signatures import Request, sign_request
from dcep.messages.policies import encode_policy
from dcep.messages.signatory import Signatory, single_key
from dcep.money import Fen
from dcep.services import machine
from dcep.wallet.payments import Wallet
from tests.institutions import ONE
from tests.street import Process, Town, free_ports, key, later, town

_PATIENCE_S: Final = 90.0
_GIFT: Final = 1_000_000
_EVIDENCE: Final = {
    "phone": "+8613800000001",
    "name": "Li",
    "document": "P1234567",
    "bank_account": "ACCT000001",
}


class Operator:
    """Operator 001 of a network whose ledgers run in processes too."""

    def __init__(self, street: Town) -> None:
        self.street, (port,) = street, free_ports(1)
        data = street.data
        street.institutions.papers(ONE)
        papers = street.institutions.party(ONE)
        (data / "genesis").write_bytes(encode_genesis(street.genesis))
        for name in ("registrar", "vault"):
            (data / "keys" / name).write_bytes(derive(bytes(32), name))
        (data / "bank.toml").write_text(
            f'operator = 1\nname = "icbc"\nport = {port}\ntrust = "{street.institutions.trust}"\n'
            f'key = "{papers.key}"\ncertificate = "{papers.certificate}"\n'
            f'genesis = "genesis"\ndatabase = "sqlite:///{data / "bank.db"}"\n'
            f'core_database = "sqlite:///{data / "core.db"}"\nsimulated_deposit_fen = {_GIFT}\n'
            f'ledger_url = "{street.shard.url}"\ntier1_url = "{street.tier1.url}"\n'
            f'registrar = "{street.registrar_wallet:016}"\nregistrar_key = "keys/registrar"\n'
            f'vault = "{street.vault_wallet:016}"\nvault_key = "keys/vault"\n'
        )
        self.process = Process("dcep.services.bank", data / "bank.toml", port)
        self._li = key("holder", "li")
        self._keyid = f"3:{self._li.public.hex()}"

    def _seal(self, method: str, url: str, body: bytes) -> dict[str, str]:
        nonce, request = machine.random_bytes(16).hex(), Request(method=method, target=url, body=body)
        return sign_request(request, self._li, keyid=self._keyid, nonce=nonce, now=machine.now())

    def ask(self, method: str, path: str, *, order: str = "", **request: Any) -> dict[str, Any]:
        """Ask as Li, who signs."""
        caller = Caller(self.process.url, seal=self._seal, timeout_s=_PATIENCE_S)
        headers = {"Idempotency-Key": order} if order else {}
        return caller.ask(method, path, headers=headers, **request).document()

    def ended(self, order: dict[str, Any]) -> dict[str, Any]:
        """Return an order when it has ended."""
        end = time.monotonic() + _PATIENCE_S
        while order["ended_at_ms"] is None:
            assert time.monotonic() < end, f"the order does not end: {order}"
            time.sleep(0.02)
            order = self.ask("GET", f"/v1/orders/{order['id']}")
        return order

    def open_wallet(self) -> str:
        """Let Li have a wallet, and return the path of what is his."""
        wanted = {
            "wallet_class": "II",
            "evidence": _EVIDENCE,
            "policy": encode_policy(single_key(self._li)).hex(),
        }
        self._keyid = self.ended(self.ask("POST", "/v1/wallets", order="open", json=wanted))["wallet"]
        return f"/v1/wallets/{self._keyid}"

    def redemption(self, amount: int) -> bytes:
        """Return a redemption that Li has signed."""
        signatory = Signatory(self.street.network, WalletId(int(self._keyid)), self._li)
        return Wallet(signatory).redeem(self.street.vault_wallet, Fen(amount), expires_at=later())


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    """Return the operator; everything ends with the test."""
    with town(tmp_path) as street:
        opened = Operator(street)
        yield opened
        opened.process.end()


@pytest.mark.long
def test_a_holder_is_served_by_a_process_that_may_be_killed(operator: Operator) -> None:
    """Exchange, kill, the same order again, redemption: each counts once, and what stands in for others says so."""
    mine = operator.open_wallet()
    exchanged = operator.ended(operator.ask("POST", f"{mine}/exchanges", order="e", json={"amount_fen": 5_000}))
    under_way = operator.ask("POST", f"{mine}/exchanges", order="f", json={"amount_fen": 700})
    operator.process.kill()
    operator.process.start()

    again = operator.ask("POST", f"{mine}/exchanges", order="e", json={"amount_fen": 5_000})
    other = operator.ended(under_way)
    redeemed = operator.ended(operator.ask("POST", f"{mine}/redemptions", content=operator.redemption(1_200)))

    assert (exchanged["state"], again["id"], again["state"]) == ("settled", exchanged["id"], "settled")
    assert (other["state"], redeemed["state"]) == ("settled", "settled")
    assert operator.ask("GET", mine)["balance_fen"] == 5_000 + 700 - 1_200
    assert operator.ask("GET", "/v1/operator")["network"] == operator.street.network.hex()
    said = operator.process.log.read_text()
    assert all(name in said for name in ("SimulatedCoreBanking", "SimulatedKyc"))
    assert all(word not in said for word in (_EVIDENCE["document"], _EVIDENCE["phone"], json.dumps(_EVIDENCE["name"])))
    assert operator.process.stop() == 0
