"""A customer of an operator that runs in a process of its own: asks it over HTTP, and signs with his wallet's key."""

from __future__ import annotations

import time
from typing import Any, Final

from dcep.clock import UnixMs
from dcep.crypto.suites import Signer
from dcep.errors import Unavailable
from dcep.http.caller import Caller
from dcep.ids import NetworkId, WalletId
from dcep.messages.http_signatures import Request, sign_request
from dcep.messages.policies import encode_policy
from dcep.messages.signatory import Signatory, single_key
from dcep.money import Fen
from dcep.services import machine
from dcep.wallet.payments import Wallet

_PATIENCE_S: Final = 90.0
_LIFE_MS: Final = 3_600_000
EVIDENCE: Final = {
    "phone": "+8613800000001",
    "name": "Li",
    "document": "P1234567",
    "bank_account": "ACCT000001",
}


class Customer:
    """Somebody with a key, and a wallet when he has opened one; patient while the operator is being started."""

    def __init__(self, url: str, signer: Signer) -> None:
        self._signer, self.keyid = signer, f"3:{signer.public.hex()}"
        self._caller = Caller(url, seal=self._seal, timeout_s=_PATIENCE_S)

    def _seal(self, method: str, url: str, body: bytes) -> dict[str, str]:
        nonce, request = machine.random_bytes(16).hex(), Request(method=method, target=url, body=body)
        return sign_request(request, self._signer, keyid=self.keyid, nonce=nonce, now=machine.now())

    def ask(self, method: str, path: str, *, order: str = "", **request: Any) -> dict[str, Any]:
        """Ask, and the same again while the operator cannot answer."""
        headers, end = {"Idempotency-Key": order} if order else {}, time.monotonic() + _PATIENCE_S
        while True:
            try:
                return self._caller.ask(method, path, headers=headers, **request).document()
            except Unavailable:
                assert time.monotonic() < end, f"{path} is not answered"
                time.sleep(0.1)

    def ended(self, order: dict[str, Any]) -> dict[str, Any]:
        """Return an order when it has ended."""
        end = time.monotonic() + _PATIENCE_S
        while order["ended_at_ms"] is None:
            assert time.monotonic() < end, f"the order does not end: {order}"
            time.sleep(0.02)
            order = self.ask("GET", f"/v1/orders/{order['id']}")
        return order

    def open_wallet(self) -> None:
        """Have a wallet of class II, for which SimulatedCoreBanking keeps a deposit."""
        policy = encode_policy(single_key(self._signer)).hex()
        wanted = {"wallet_class": "II", "evidence": EVIDENCE, "policy": policy}
        self.keyid = self.ended(self.ask("POST", "/v1/wallets", order="open", json=wanted))["wallet"]

    @property
    def wallet(self) -> dict[str, Any]:
        """The wallet as it stands."""
        return self.ask("GET", self.mine())

    def mine(self, what: str = "") -> str:
        """Return the path of what is his."""
        return f"/v1/wallets/{self.keyid}{what}"

    def exchange(self, order: str, amount: int) -> dict[str, Any]:
        """Ask for an exchange, for the first time or again."""
        return self.ask("POST", self.mine("/exchanges"), order=order, json={"amount_fen": amount})

    def redeem(self, amount: int) -> dict[str, Any]:
        """Sign a redemption and bring it."""
        about = self.ask("GET", "/v1/operator")
        network, expires_at = NetworkId(bytes.fromhex(about["network"])), UnixMs(machine.now() + _LIFE_MS)
        wallet = Wallet(Signatory(network, WalletId(int(self.keyid)), self._signer))
        wire = wallet.redeem(WalletId(int(about["vault"])), Fen(amount), expires_at=expires_at)
        return self.ask("POST", self.mine("/redemptions"), content=wire)
