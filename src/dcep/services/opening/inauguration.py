"""A currency on one machine begins 开业: its operators are admitted, and each has money to exchange.

1. What is wanted: for every operator but the eighth an admission, an issue against its reserves, and the allocation of
   all of it to its vault. Each order has the same id at every start.
2. The central bank's staff asks for them, as for any other order; one that stands is the same order.
3. As soon as an order can be proposed it is, and officers sign: on one machine one hand holds their keys.
4. Allocations come when every issue has settled. It is waited for until nothing is in transit any more: from then on
   the vaults have what was allocated.

What cannot be done now is tried again until the time is up. Killed anywhere, the next start goes on where the central
bank stands.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Event
from typing import Any, Final, NamedTuple

from dcep.crypto.suites import Signer
from dcep.errors import DcepError, Unavailable
from dcep.http.caller import Caller
from dcep.ids import OperatorId
from dcep.messages.policies import encode_policy
from dcep.messages.signatory import single_key
from dcep.money import Fen
from dcep.services.topology import EIGHTH, OPERATORS, registrar_of, vault_of

# What each operator begins with: ten million yuan.
OPENING_SUPPLY: Final = Fen(10**9)
_LOOK_S: Final = 0.05
_RETRY_AFTER_MS: Final = 1_000
_PROPOSABLE: Final = ("requested", "proposed", "lapsed")
_ENDED_BADLY: Final = ("refused", "abandoned")
_APPROVED, _SETTLED = "approved", "settled"

Seals = Callable[[str], tuple[Signer, Signer]]
"""Return the keys of an operator's registrar and vault, by its name."""


class Wanted(NamedTuple):
    """An order that a currency begins with: its id for ever, and what the central bank is asked for."""

    id: str
    order: dict[str, Any]


class Inauguration:
    """Lets a currency begin, through the routes of its central bank.

    Args:
        central_bank: asked with the seal of its staff.
        officers: the keys that approve; as many sign as are needed.
        needed: how many of them.
        over: set by whoever gives the start up.
    """

    def __init__(self, central_bank: Caller, officers: Sequence[Signer], *, needed: int, over: Event) -> None:
        self._bank, self._officers, self._needed, self._over = central_bank, officers, needed, over
        self._until = 0.0

    def hold(self, seals: Seals, within_s: float) -> None:
        """Return when every operator but the eighth is admitted, and the vaults have had what they begin with.

        Raises:
            DcepError: `not_inaugurated`: an order was refused, or is another one than it was at an earlier start.
            Unavailable: `not_ready`: the central bank does not get on.
        """
        self._until = time.monotonic() + within_s
        # 1.
        opened = [operator for operator in OPERATORS if operator != EIGHTH]
        first = [order for operator in opened for order in (admission(operator, seals), issue(operator))]
        self._settle(first)
        # 4.
        if self._settle([allocation(operator) for operator in opened]):
            self._wait_for_money()

    def _settle(self, wanted: Sequence[Wanted]) -> bool:
        """Let orders be asked for, approved and settled; return whether any was not before."""
        # 2.
        states = {each.id: self._order(each) for each in wanted}
        waiting = [each.id for each in wanted if states[each.id] != _SETTLED]
        for order in waiting:
            # 3.
            if self._wait_for(order, *_PROPOSABLE, _APPROVED, _SETTLED) in _PROPOSABLE:
                self._approve(order)
        for order in waiting:
            self._wait_for(order, _SETTLED)
        return bool(waiting)

    # 2.

    def _order(self, wanted: Wanted) -> str:
        told = self._ask("POST", "/v1/orders", json=wanted.order, headers={"Idempotency-Key": wanted.id})
        return str(told["state"])

    # 3.

    def _approve(self, order: str) -> None:
        told = self._ask("POST", f"/v1/orders/{order}/proposal")
        body, command = bytes.fromhex(told["body"]), told["command_id"]
        seated = [officer for officer in self._officers if officer.public.hex() in told["seats"]]
        for officer in [] if told["is_approved"] else seated[: self._needed]:
            signature = officer.sign(body).hex()
            approval = {"command_id": command, "key": officer.public.hex(), "signature": signature}
            self._ask("POST", "/v1/approvals", json=approval)

    # 4.

    def _wait_for_money(self) -> None:
        while self._ask("GET", "/v1/supply")["supply"]["in_transit_fen"]:
            self._pause("what was allocated has not arrived")

    def _wait_for(self, order: str, *states: str) -> str:
        """Return the state of an order when it is one of these."""
        while True:
            told = self._ask("GET", f"/v1/orders/{order}")
            if told["state"] in states:
                return str(told["state"])
            if told["state"] in _ENDED_BADLY:
                raise _failed(f"{order} is {told['state']}: {told['code']}")
            self._pause(f"{order} is {told['state']}")

    def _ask(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        while True:
            try:
                return self._bank.ask(method, path, **request).document()
            except Unavailable as unavailable:
                self._pause(str(unavailable))
            except DcepError as error:
                raise _failed(f"{path}: {error}") from error

    def _pause(self, why: str) -> None:
        if time.monotonic() > self._until or self._over.wait(_LOOK_S):
            raise Unavailable("not_ready", f"the currency does not begin: {why}", retry_after_ms=_RETRY_AFTER_MS)


def admission(operator: OperatorId, seals: Seals) -> Wanted:
    """Return the admission of an operator with its two accounts."""
    registrar, vault = (encode_policy(single_key(signer)).hex() for signer in seals(OPERATORS[operator]))
    order = {
        "kind": "admit",
        "operator": operator,
        "registrar": f"{registrar_of(operator):016}",
        "registrar_policy": registrar,
        "vault": f"{vault_of(operator):016}",
        "vault_policy": vault,
    }
    return Wanted(f"opening-admission-{operator:03}", order)


def issue(operator: OperatorId) -> Wanted:
    """Return the issue of what an operator begins with, against its reserves."""
    return Wanted(f"opening-issue-{operator:03}", {"kind": "issue", "operator": operator, "amount_fen": OPENING_SUPPLY})


def allocation(operator: OperatorId) -> Wanted:
    """Return the allocation of that to the operator's vault."""
    return Wanted(f"opening-allocation-{operator:03}", {"kind": "allocate", "issue": issue(operator).id})


def _failed(message: str) -> DcepError:
    step = "read the central bank's orders: a person must compare them with the keys in this folder"
    return DcepError("not_inaugurated", message, next_step=step)
