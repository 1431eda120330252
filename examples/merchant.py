# ruff: noqa: INP001  a program to be copied, in no package
"""A merchant's backend: GET /order-17?12.50 returns the code that the till shows, POST /hook hears that it was paid."""

import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from dcep.client import Client, Movement, read_webhook
from dcep.money import Fen, parse_yuan

wallet = Client(Path(os.environ["DCEP_WALLET"]), os.environ["DCEP_WALLET_PASSWORD"])
waiting: dict[str, Fen] = {}  # what was ordered and is not paid yet, by reference


class Shop(BaseHTTPRequestHandler):
    """Takes orders, and delivers what is proven to be paid."""

    def do_GET(self) -> None:
        reference, _, price = self.path[1:].partition("?")
        waiting[reference] = parse_yuan(price)
        self.reply(200, wallet.request("Bakery", "Shenzhen", waiting[reference], reference=reference))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        message = read_webhook(dict(self.headers), body, os.environ["DCEP_WEBHOOK_KEY"])
        if message.type == "payment" and message.movement.kind == "received":
            self.deliver(message.movement)
        self.reply(204)

    def deliver(self, line: Movement) -> None:
        # The operator says that something came; the ledger's receipt proves what for, and how much.
        proof = wallet.proof_of(line.command_id, line.seq, line.place)
        for reference, price in list(waiting.items()):
            if proof.receiver == wallet.wallet and proof.is_for(reference) and proof.amount_fen >= price:
                del waiting[reference]
                sys.stdout.write(f"deliver {reference}\n")

    def reply(self, status: int, text: str = "") -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())


HTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8080"))), Shop).serve_forever()
