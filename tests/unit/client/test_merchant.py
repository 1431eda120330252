"""examples/merchant.py really runs: it shows a code, and delivers what was paid, once and for the right order."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from dcep.client import Payment
from dcep.crypto.suites import Signer
from dcep.messages.merchants.requests import decode_request
from dcep.messages.merchants.webhooks import public_key_text, sign_webhook
from dcep.money import Fen
from dcep.services import machine
from tests.unit.client.conftest import PASSWORD, Person

_EXAMPLE = Path(__file__).parents[3] / "examples" / "merchant.py"
_OPERATOR = Signer(bytes(32))


class Shop:
    """The example as a process."""

    def __init__(self, wallet: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as door:
            port = door.getsockname()[1]
        environment = {
            **os.environ,
            "DCEP_WALLET": str(wallet),
            "DCEP_WALLET_PASSWORD": PASSWORD,
            "DCEP_WEBHOOK_KEY": public_key_text(_OPERATOR),
            "PORT": str(port),
            "PYTHONUNBUFFERED": "1",
        }
        self.process = subprocess.Popen(
            [sys.executable, str(_EXAMPLE)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self._port, self._ids = port, count()

    def ask(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> str:
        """Ask the shop, which is still being started perhaps."""
        for _ in range(600):
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
            try:
                connection.request(method, path, body=body, headers=headers or {})
                return connection.getresponse().read().decode()
            except ConnectionRefusedError:
                time.sleep(0.05)
            finally:
                connection.close()
        raise AssertionError("the shop does not open")

    def tell(self, payment: Payment, payer: Person) -> None:
        """Bring the webhook of a payment, as the operator does."""
        data: dict[str, object] = {
            "seq": payment.seq,
            "place": payment.place,
            "at_ms": payment.made_at_ms,
            "kind": "received",
            "counterparty": f"{payer.client.wallet:016}",
            "amount_fen": payment.amount_fen,
            "effect": "in",
            "balance_fen": payment.amount_fen,
            "command_id": payment.id.hex(),
            "refers_to": None,
        }
        self.bring("payment", data)

    def bring(self, kind: str, data: dict[str, object]) -> None:
        """Bring a webhook, signed as the operator signs."""
        body = json.dumps({"type": kind, "id": 1, "wallet": "0010000000000019", "data": data}).encode()
        self.ask("POST", "/hook", body, sign_webhook(f"msg_{next(self._ids)}", body, machine.now(), [_OPERATOR]))

    def close(self) -> list[str]:
        """Close the shop, and return what it has delivered."""
        self.process.send_signal(signal.SIGTERM)
        out, _ = self.process.communicate()
        return out.splitlines()


@pytest.fixture
def shop(bakery: Person) -> Iterator[Shop]:
    """Return the bakery's shop."""
    opened = Shop(bakery.folder)
    yield opened
    opened.close()


def test_a_shop_delivers_what_is_proven_to_be_paid(shop: Shop, li: Person, bakery: Person) -> None:
    """Too little, another order's price, other news and the same message again deliver nothing."""
    request = decode_request(shop.ask("GET", "/order-17?12.50"))
    shop.ask("GET", "/order-18?99")
    pay = li.client.pay
    too_little = pay(request.receiver, Fen(1_249), reference="order-17")
    nameless = pay(request.receiver, Fen(9_900))
    assert request.amount is not None
    right = pay(request.receiver, request.amount, reference=request.reference)

    shop.bring("order", {"id": "a" * 32, "kind": "exchange"})
    for payment in (too_little, nameless, right, right):
        shop.tell(payment, li)

    assert (request.receiver, request.amount, request.reference) == (bakery.client.wallet, 1_250, "order-17")
    assert shop.close() == ["deliver order-17"]
