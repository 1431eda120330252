"""Credits and acknowledgements whose proofs are nonsense: bytes from outside are hostile."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dcep.ids import LedgerId
from dcep.messages import signed
from dcep.messages.commands.channel import Ack, Credit
from dcep.messages.headers import SignedHeader, encode_header
from dcep.messages.layout import Blob, Count, Hash
from tests.language import play
from tests.names import signer
from tests.network import ENGINES, Network

HERE, THERE = LedgerId(0), LedgerId(1)


def paid(engine: str) -> Network:
    """Return a network in which a payment waits to be brought from shard 0 to shard 1."""
    return play("open li T 10\nopen zhou@1 T\npay li zhou@1 4", ENGINES[engine]).network


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("field", ["message", "outcome", "header"])
def test_a_credit_with_illegible_bytes_is_malformed(field: str, engine: str) -> None:
    """Whatever is cut is never half believed, and nothing changes."""
    network = paid(engine)
    order: Credit = signed.decode(network.credit(HERE, THERE), network.id).body.order
    before = network.ledgers[THERE].engine.root()

    changed: dict[str, Any] = {field: Blob(getattr(order, field)[:-1])}
    cut = replace(order, **changed)

    assert network.submit(THERE, signed.unsigned(network.id, cut)) == "malformed"
    assert network.ledgers[THERE].engine.root() == before


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "changed",
    [
        {"command": bytes(32)},
        {"index": Count(2**32 - 1)},
        {"path": (Hash(bytes(32)),)},
        {"path": (Hash(bytes(32)),) * 255},
        {"outcome": Blob(b"\x01\x00\x00\x00")},
    ],
    ids=["command", "index", "path", "long path", "outcome"],
)
def test_a_credit_with_another_proof_is_not_authorised(changed: dict[str, Any], engine: str) -> None:
    """The leaf, its place and its path are one: none of them can be exchanged."""
    network = paid(engine)
    order: Credit = signed.decode(network.credit(HERE, THERE), network.id).body.order

    assert network.submit(THERE, signed.unsigned(network.id, replace(order, **changed))) == "not_authorised"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_header_that_knows_nothing_of_this_ledger_acknowledges_nothing(engine: str) -> None:
    """A worker in force may sign a header without the flow: there is nothing to read in it."""
    network = paid(engine)
    place = network.ledgers[THERE]
    header = replace(place.headers[-1].header, flows=())
    bare = SignedHeader(header=header, signature=signer(place.worker).sign(encode_header(header)))

    assert network.submit(HERE, signed.unsigned(network.id, Ack(header=Blob(bare.encode())))) == "not_authorised"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_frame_of_any_bytes_is_answered(engine: str) -> None:
    """A worker of the list may have gone mad: its frame is judged record by record, and the ledger goes on."""
    network = paid(engine)
    place = network.ledgers[HERE]

    for body in (b"", b"\x00", b"\x00\x05ab", b"\x00\x00", b"\x00\x02ab\x00\x01c", bytes(4_000)):
        outcomes = network.append_frame(replace(place.log[-1], body=body), place.worker)
        assert outcomes is not None
        assert {outcome.code for outcome in outcomes} <= {"malformed"}
