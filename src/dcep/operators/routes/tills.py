"""What the tills of one shop ask: the policy that guards their wallet, a lane's next number, a new till's key."""

from __future__ import annotations

from typing import Final

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from dcep.http.problems import Problem
from dcep.messages.layout import Lane
from dcep.operators.routes.branch import Branch, problems
from dcep.operators.routes.holders import Door
from dcep.operators.routes.pairing import Pairings
from dcep.operators.routes.records import KeyBody, LaneBody, PairingBody, PolicyBody
from dcep.operators.routes.wallets import By, signed_by_holder

# A wallet has a lane for each of its devices. Source: PROTOCOL, numbers.
_LANES: Final = range(4)


def till_routes(branch: Branch, door: Door) -> list[ControllerRouterHandler]:
    """Return the routes by which several devices hold one wallet."""
    bank, signed, pairings = branch.bank, signed_by_holder(door), Pairings(branch.clock)

    @get("/v1/wallets/{wallet:str}/policy", summary="The policy in force", sync_to_thread=True, **signed)
    def policy(wallet: FromPath[str], holder: By) -> PolicyBody:
        with problems():
            guard = bank.guards.in_force(holder.require_own(wallet))
        return PolicyBody(policy=guard.policy.hex(), epoch=guard.epoch)

    @get("/v1/wallets/{wallet:str}/lanes/{lane:int}", summary="A lane's numbers", sync_to_thread=True, **signed)
    def lane_of(wallet: FromPath[str], lane: FromPath[int], holder: By) -> LaneBody:
        own = holder.require_own(wallet)
        if lane not in _LANES:
            raise Problem(404, "no_such_lane", "a wallet has the lanes 0 to 3")
        high, _, _ = bank.line.window(own, Lane(lane))
        return LaneBody(lane=lane, high=high, next_number=high + 1)

    @post("/v1/pairings", summary="Wait to be let in", status_code=200, sync_to_thread=False, **signed)
    def announce(holder: By) -> PairingBody:
        if holder.wallet is not None:
            raise Problem(409, "already_let_in", "this key holds a wallet; a new till comes with a key of its own")
        code, expires_at = pairings.announce(holder.suite, holder.key)
        return PairingBody(code=code, expires_at_ms=expires_at)

    @get("/v1/pairings/{code:str}", summary="The key that waits under a code", sync_to_thread=False, **signed)
    def find(code: FromPath[str], holder: By) -> KeyBody:
        if holder.wallet is None:
            raise Problem(403, "not_allowed", "a till is let in by one that holds the shop's wallet")
        waiting = pairings.find(code)
        return KeyBody(suite=waiting.suite, key=waiting.key.hex())

    return [policy, lane_of, announce, find]
