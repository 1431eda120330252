"""Codes that a camera reads off anything, and orders about workers that anybody may bring.

A code is read as the one request behind it, or refused in words; an order makes nobody a worker but whom officers name.
"""

from __future__ import annotations

from typing import Final

from dcep.clock import UnixMs
from dcep.errors import BadInput, DcepError
from dcep.ids import OperatorId, wallet_id
from dcep.issuance.officers import board_of
from dcep.issuance.orders import IssuingVault
from dcep.issuance.rules import read_rules
from dcep.messages.commands.governance import Workers
from dcep.messages.genesis import encode_genesis, network_of
from dcep.messages.layout import Key, Version
from dcep.messages.merchants.requests import PaymentRequest, encode_request
from dcep.messages.worker_lists import BadWorkerOrders, follow
from dcep.operators.channels import alipay, unionpay, wechat
from dcep.operators.channels.interconnection import Interconnection, Peer
from dcep.operators.channels.plain import PlainChannel
from dcep.simulation.economy import OFFICERS_NEEDED, SHARD, SITES, Keys, genesis_of
from tests.fuzz.hostile import mutated
from tests.fuzz.target import Target, seeds_of

_KEYS: Final = Keys(bytes(31) + b"f")
_GENESIS: Final = genesis_of(_KEYS, read_rules("ecny-2021"))
_NETWORK: Final = network_of(encode_genesis(_GENESIS))
_NOW: Final = UnixMs(1_609_459_200_000)
_REQUEST: Final = PaymentRequest(
    receiver=wallet_id(OperatorId(5), 234_567_890_123), network=_NETWORK, name="早点铺", city="深圳"
)
_FORMS: Final = (alipay.FORM, wechat.FORM, unionpay.FORM)
_CODES: Final = [
    encode_request(_REQUEST).encode(),
    *(form.write(form.alphabet[0] * form.size, _REQUEST).encode() for form in _FORMS),
]


def _tell(_: Peer, text: str) -> str:
    """Answer as an operator would that has made every code of a right form."""
    for form in _FORMS:
        if form.looks.fullmatch(text):
            token = form.token_of(text)
            if len(token) == form.size and form.write(token, _REQUEST) == text:
                return encode_request(_REQUEST)
    raise DcepError("code_unknown", "no such code")


_AMONG: Final = Interconnection(
    _NETWORK, PlainChannel(), [Peer(OperatorId(5), form.name, "") for form in _FORMS], _tell
)


def _check_code(data: bytes) -> None:
    text = data.decode(errors="surrogateescape")
    try:
        read = _AMONG.resolve(text, now=_NOW)
    except BadInput as wrong:
        code = wrong.code
    except DcepError as no:
        code = no.code if no.code in ("code_unknown", "code_expired", "code_of_nobody") else ""
    else:
        assert encode_request(read) == text or read == _REQUEST
        return
    assert code.startswith("code_") or code == "other_network"


def _signed() -> bytes:
    officers = _KEYS.officers()
    vault = IssuingVault(_NETWORK, board_of(officers, needed=OFFICERS_NEEDED, sites=SITES))
    worker = Key(_KEYS.signer("worker", "shard", 1).public)
    proposal = vault.order(Workers(ledger=SHARD, replaces=Version(1), keys=(worker,)), expires_at=_NOW)
    for officer in officers[:OFFICERS_NEEDED]:
        proposal.approve(officer)
    return proposal.wire()


_ORDER: Final = _signed()
_LISTS: Final = follow(_GENESIS, [_ORDER], SHARD)


def _check_order(data: bytes) -> None:
    try:
        lists = follow(_GENESIS, [data], SHARD)
    except BadWorkerOrders:
        return
    # Whoever has no officer's key brings this order or one of another ledger, which makes nobody a worker here.
    assert lists == _LISTS or len(lists.lists) == 1


TARGETS: Final = [
    Target(
        name="scanned-code",
        group="codecs",
        inputs=mutated(seeds_of("scanned-code", _CODES)),
        check=_check_code,
    ),
    Target(
        name="worker-order",
        group="codecs",
        inputs=mutated(seeds_of("worker-order", [_ORDER])),
        check=_check_order,
    ),
]
