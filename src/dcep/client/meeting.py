"""How a wallet comes to be: whom it will trust, then its number at its operator.

1. The operator says who it is and where its ledger is; the ledger's genesis says whose signatures count. The hash of
   the genesis is the network's id, which an operator cannot choose; `network` pins it.
2. What is asked is durable, with its key, before it is sent: a second try is the same order and opens no second wallet.
3. The number is kept when the operator's order is done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Final

from dcep.client.asking import Ask, asked
from dcep.client.door import SAYS_NOTHING, until_ended
from dcep.client.folder import Trust, WalletFolder, trust_in
from dcep.client.reading import read, strange
from dcep.client.records import Evidence, Operator, OperatorOrder
from dcep.errors import BadInput, DcepError, Unavailable
from dcep.ids import LedgerId, NetworkId
from dcep.messages.genesis import decode_genesis, network_of
from dcep.messages.layout import Malformed
from dcep.messages.policies import encode_policy
from dcep.messages.signatory import single_key
from dcep.messages.worker_lists import BadWorkerOrders, follow
from dcep.wallet.steps import Steps

_KEY_BYTES: Final = 16


def meet(operator_url: str, network: NetworkId | None = None) -> Steps[Trust]:
    """Ask an operator who it is, and its ledger for the genesis: whom a new wallet will trust.

    Args:
        network: the network that must be kept there; None trusts what is told this one time.

    Raises:
        BadInput: `other_network`.
    """
    # 1.
    reply = yield from asked(Ask(operator_url, "GET", "/v1/operator"))
    operator = read(Operator, reply.document())
    told = yield from asked(Ask(operator.ledger_url, "GET", "/v1/genesis"))
    try:
        data = bytes.fromhex(str(told.document().get("genesis")))
        genesis = decode_genesis(data)
    except (ValueError, Malformed) as error:
        raise strange("no genesis") from error
    if not network_of(data) == operator.network == (network or operator.network):
        message = "the operator and its ledger do not keep the network that was expected"
        raise BadInput("other_network", message, next_step="ask the operator for its address")
    return trust_in(operator_url, operator, genesis.shard_workers)


def learn_workers(folder: WalletFolder) -> Steps[None]:
    """Ask the operator for the officers' orders about workers, and believe what follows from the genesis.

    Raises:
        Unavailable: `strange_answer`: the orders do not follow from the genesis of the wallet's network.
    """
    told = yield from asked(Ask(folder.trust.operator_url, "GET", "/v1/workers"))
    founded = yield from asked(Ask(folder.trust.ledger_url, "GET", "/v1/genesis"))
    try:
        data = bytes.fromhex(str(founded.document().get("genesis")))
        orders = [bytes.fromhex(str(order)) for order in told.document()["orders"]]
        if network_of(data) != folder.trust.network:
            raise BadWorkerOrders("the ledger has another genesis")
        genesis = decode_genesis(data)
        lists = [follow(genesis, orders, LedgerId(shard)) for shard in range(genesis.shards)]
    except (KeyError, TypeError, ValueError, Malformed) as error:
        raise strange(f"no orders about workers: {error}") from error
    folder.believe(lists)


def open_wallet(
    folder: WalletFolder, wallet_class: str, evidence: Evidence, draw: Callable[[int], bytes]
) -> Steps[OperatorOrder]:
    """Ask for a wallet's number; what was asked before and has no end yet goes on, whatever is asked now.

    Raises:
        BadInput: `wallet_exists`: it has one; or the evidence cannot be what it says it is.
        DcepError: the operator says no; something else may be asked.
        Unavailable: it has not ended when the patience is over.
    """
    if folder.is_open:
        raise BadInput("wallet_exists", f"the wallet in {folder.path} has its number", next_step="dcep wallet balance")
    opening = folder.opening() or _new_opening(folder, wallet_class, evidence, draw)
    headers = {"Idempotency-Key": opening["key"]}
    operator = folder.trust.operator_url
    try:
        reply = yield from asked(Ask(operator, "POST", "/v1/wallets", json=opening["body"], headers=headers, by="key"))
    except DcepError as no:
        if not isinstance(no, Unavailable) and no.code not in SAYS_NOTHING:
            folder.end_opening()
        raise
    order = read(OperatorOrder, reply.document())

    def look(order_id: str) -> Steps[OperatorOrder]:
        reply = yield from asked(Ask(operator, "GET", f"/v1/orders/{order_id}", by="key"))
        return read(OperatorOrder, reply.document())

    order = yield from until_ended(order, look)
    # 3.
    if order.is_done and order.wallet is not None:
        folder.remember(order.wallet)
    folder.end_opening()
    if not order.is_done:
        raise DcepError(order.code or "refused", "the operator did not open the wallet")
    return order


def _new_opening(
    folder: WalletFolder, wallet_class: str, evidence: Evidence, draw: Callable[[int], bytes]
) -> dict[str, Any]:
    policy = encode_policy(single_key(folder.current())).hex()
    body = {"wallet_class": wallet_class, "evidence": shown(evidence), "policy": policy}
    opening = {"key": draw(_KEY_BYTES).hex(), "body": body}
    # 2.
    folder.begin_opening(opening)
    return opening


def shown(evidence: Evidence) -> dict[str, Any]:
    """Return what of the evidence is there."""
    return {name: value for name, value in asdict(evidence).items() if value}
