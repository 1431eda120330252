"""Another operator is a stranger: it may hang, lie, or not be there, and none of it is believed or waited for long."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import pytest

from dcep.clock import UnixMs
from dcep.errors import DcepError, Unavailable
from dcep.ids import NetworkId, OperatorId, WalletId, wallet_id
from dcep.messages.merchants.requests import PaymentRequest, encode_request
from dcep.operators.channels import asking as room
from dcep.operators.channels.asking import asking
from dcep.operators.channels.interconnection import Interconnection, Peer
from dcep.operators.channels.plain import PlainChannel
from tests.street import free_ports

NETWORK: Final = NetworkId(bytes(16))
CODE: Final = "https://qr.alipay.invalid/bax" + "0" * 26
NOW: Final = UnixMs(1_000)
ITS_OWN: Final = wallet_id(OperatorId(5), 7)


def request_of(receiver: WalletId, network: NetworkId = NETWORK, expires_at: int | None = None) -> str:
    """Return the text of a request."""
    until = None if expires_at is None else UnixMs(expires_at)
    return encode_request(
        PaymentRequest(receiver=receiver, network=network, name="Shop", city="Suzhou", expires_at=until)
    )


class Neighbour:
    """An operator that answers what a test tells it to, after it was let go on."""

    def __init__(self) -> None:
        self.status, self.told, self.kind = 200, json.dumps({"text": request_of(ITS_OWN)}), "application/json"
        self.goes_on, self.heard = threading.Event(), threading.Semaphore(0)
        self.goes_on.set()
        neighbour = self

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                neighbour.heard.release()
                neighbour.goes_on.wait()
                body = neighbour.told.encode()
                self.send_response(neighbour.status)
                self.send_header("Content-Type", neighbour.kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.peer = Peer(OperatorId(5), "alipay", f"http://127.0.0.1:{self._server.server_port}")
        threading.Thread(target=self._server.serve_forever, args=(0.01,)).start()

    def refuse(self, status: int, code: str) -> None:
        """Answer with a problem from now on."""
        self.status, self.kind = status, "application/problem+json"
        self.told = json.dumps({"code": code, "detail": "their words"})

    def close(self) -> None:
        """Let everybody go on, and end."""
        self.goes_on.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def neighbour() -> Iterator[Neighbour]:
    """Return an operator that answers with a request of its own."""
    made = Neighbour()
    yield made
    made.close()


def resolve(*peers: Peer, timeout_s: float = 20.0) -> str:
    """Return the receiver behind the code, or the code of the error."""
    among = Interconnection(NETWORK, PlainChannel(), peers, asking(lambda *_: {}, timeout_s=timeout_s))
    try:
        return f"{among.resolve(CODE, now=NOW).receiver:016}"
    except DcepError as error:
        return f"{error.code}, in their words" if "their words" in str(error) else error.code


def test_an_operator_tells_of_its_own_wallets(neighbour: Neighbour) -> None:
    """What it says is taken where it can be true."""
    assert resolve(neighbour.peer) == f"{ITS_OWN:016}"


@pytest.mark.parametrize(
    "told",
    [
        "[]",
        "{}",
        '{"text": 5}',
        '{"text": "hello"}',
        json.dumps({"text": request_of(wallet_id(OperatorId(6), 7))}),
        json.dumps({"text": request_of(ITS_OWN, NetworkId(b"x" * 16))}),
        json.dumps({"text": "0" * 100_000}),
    ],
)
def test_what_cannot_be_true_is_no_answer(neighbour: Neighbour, told: str) -> None:
    """An operator that leads payments to another's wallet is not believed."""
    neighbour.told = told

    assert resolve(neighbour.peer) in ("strange_answer", "operator_unreachable")


@pytest.mark.parametrize(
    ("status", "code", "wanted"),
    [
        (404, "code_unknown", "code_unknown"),
        (409, "code_used", "code_used"),
        (409, "code_expired", "code_expired"),
        (400, "code_altered", "code_altered"),
        (403, "not_allowed", "operator_unreachable"),
        (401, "bad_request_signature", "operator_unreachable"),
        (409, "give_me_your_key", "operator_unreachable"),
        (503, "busy", "operator_unreachable"),
    ],
)
def test_a_refusal_is_told_by_its_code_and_in_ones_own_words(
    neighbour: Neighbour, status: int, code: str, wanted: str
) -> None:
    """A stranger's words are not shown to a payer; what is between the operators is no fault of the code."""
    neighbour.refuse(status, code)

    assert resolve(neighbour.peer) == wanted


def test_a_request_whose_time_is_over_is_refused_whoever_told_it(neighbour: Neighbour) -> None:
    """The other's clock may be behind, or its rules other ones."""
    neighbour.told = json.dumps({"text": request_of(ITS_OWN, expires_at=NOW)})

    assert resolve(neighbour.peer) == "code_expired"


def test_the_next_operator_with_the_same_app_is_asked_when_one_does_not_know_the_code(neighbour: Neighbour) -> None:
    """Two operators may have one app between them; a code that nobody can read is told so."""
    stranger = Neighbour()
    stranger.refuse(404, "code_unknown")

    found, nobody = resolve(stranger.peer, neighbour.peer), resolve()
    stranger.close()

    assert (found, nobody) == (f"{ITS_OWN:016}", "code_of_nobody")


def test_an_operator_that_hangs_or_is_not_there_is_not_waited_for(neighbour: Neighbour) -> None:
    """The payer hears within seconds that he may try again."""
    neighbour.goes_on.clear()
    nobody = Peer(OperatorId(5), "alipay", f"http://127.0.0.1:{free_ports(1)[0]}")

    assert resolve(neighbour.peer, timeout_s=0.2) == "operator_unreachable"
    assert resolve(nobody) == "operator_unreachable"


def test_no_more_than_eight_are_waited_for_at_once(neighbour: Neighbour) -> None:
    """An operator that hangs keeps this one from nothing else."""
    neighbour.goes_on.clear()
    ask = asking(lambda *_: {}, timeout_s=20.0)
    with ExitStack() as waiting:
        threads = [threading.Thread(target=ask, args=(neighbour.peer, CODE)) for _ in range(room.AT_ONCE)]
        for thread in threads:
            thread.start()
            waiting.callback(thread.join)
        for _ in threads:
            neighbour.heard.acquire()

        with pytest.raises(Unavailable, match="busy"):
            ask(neighbour.peer, CODE)
        neighbour.goes_on.set()

    assert ask(neighbour.peer, CODE) == request_of(ITS_OWN)
