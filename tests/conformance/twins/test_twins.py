"""The Rust engine is the Python engine: whatever happens to a shard, both say the same bytes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from dcep.clock import DAY_MS, UnixMs
from dcep.ids import TIER1, LedgerId
from dcep.messages import signed
from dcep.messages.layout import Lane, Number
from dcep.money import Fen
from tests.conformance.twins import orders as o
from tests.conformance.twins.world import World
from tests.names import BOARD, HOUR

_LEDGERS = (LedgerId(0), LedgerId(1), TIER1)


class History(RuleBasedStateMachine):
    """Anything, in any order, done to two shards and tier 1; `Twins` compares at every step."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.names = 0

    @rule(data=st.data(), shard=o.shards, worker=o.worker_names)
    def orders(self, data: st.DataObject, shard: LedgerId, worker: str) -> None:
        self.world.give(shard, data.draw(o.givens_on(shard)), worker=worker)

    @rule(data=st.data(), shard=o.shards)
    def more_orders(self, data: st.DataObject, shard: LedgerId) -> None:
        self.world.give(shard, data.draw(o.givens_on(shard)))

    @rule(data=st.data(), shard=o.shards, ahead=st.sampled_from([1, 60_000, 60_001, -5_000]))
    def orders_at_another_time(self, data: st.DataObject, shard: LedgerId, ahead: int) -> None:
        self.world.give(shard, data.draw(o.givens_on(shard)), ahead)

    @rule(shard=o.shards, order=o.unsigned_orders)
    def a_word_without_proof(self, shard: LedgerId, order: Any) -> None:
        self.world.append(shard, [signed.unsigned(self.world.network.id, order)])

    @rule(passed=st.sampled_from([1, HOUR, DAY_MS, 31 * DAY_MS, 365 * DAY_MS]))
    def time_passes(self, passed: int) -> None:
        self.world.network.tell(UnixMs(self.world.network.now + passed))

    @rule(shard=o.shards, keys=st.sampled_from(["members", "li", "supervision", BOARD]), passed=st.integers(-5, 5))
    def a_tick(self, shard: LedgerId, keys: str, passed: int) -> None:
        self.world.append(shard, [self.world.network.tick(UnixMs(self.world.network.now + passed), keys)])

    @rule()
    def everything_is_carried(self) -> None:
        self.world.carry()

    @rule(
        route=st.permutations(_LEDGERS),
        n=st.sampled_from([*[0] * 9, -1, 1]),
        proof=st.sampled_from([*[0] * 9, -1]),
        worker=o.worker_names,
    )
    def a_credit(self, route: list[LedgerId], n: int, proof: int, worker: str) -> None:
        source, destination, _ = route
        network = self.world.network
        n += network.received(source, destination) + 1
        if {(source, destination, n), (source, destination, n + proof)} <= network.sent.keys():
            self.world.append(destination, [network.credit(source, destination, n, proof=n + proof, worker=worker)])

    @rule(route=st.permutations(_LEDGERS), back=st.just(0) | st.integers(0, 5), worker=o.worker_names)
    def an_acknowledgement(self, route: list[LedgerId], back: int, worker: str) -> None:
        source, destination, _ = route
        back = min(back, len(self.world.place(source).headers) - 1)
        self.world.append(destination, [self.world.network.ack(source, back, worker)])

    @rule(route=st.permutations(_LEDGERS), content=o.forged_contents)
    def a_forged_message(self, route: list[LedgerId], content: Any) -> None:
        source, destination, _ = route
        if destination != TIER1:
            self.world.append(destination, [self.world.network.forge(source, destination, content)])

    @rule(orders=st.lists(o.officers_orders, min_size=1, max_size=4), keys=st.sampled_from([*[BOARD] * 9, *o.POLICIES]))
    def officers(self, orders: list[Any], keys: str) -> None:
        for order in orders:
            self.world.officers(order, keys)

    @rule(
        shard=o.shards,
        order=o.officers_orders | o.allocations,
        lane=st.sampled_from([1, 1, 2, 0]),
        number=st.sampled_from([1, 2, 3, 64, 65, 66, 130]),
    )
    def officers_go_round_tier1(self, shard: LedgerId, order: Any, lane: Lane, number: Number) -> None:
        self.world.append(shard, [self.world.officers_message(shard, order, lane, number)])

    @rule(shard=o.shards, amount=o.amounts, skipped=st.sampled_from([0, 0, 1, 62, 63, 64]))
    def an_allocation(self, shard: LedgerId, amount: Fen, skipped: int) -> None:
        self.names += 1
        self.world.allocate(shard, amount, str(self.names), skipped)

    @rule(shard=o.shards, at=st.integers(0, 2**16), bytes_=st.binary(max_size=3), cut=st.integers(0, 40))
    def a_broken_frame(self, shard: LedgerId, at: int, bytes_: bytes, cut: int) -> None:
        log = self.world.place(shard).log
        body = log[at % len(log)].body
        at = at % (len(body) + 1)
        self.world.append_bytes(shard, (body[:at] + bytes_ + body[at + len(bytes_) :])[: len(body) - max(cut - 30, 0)])

    @rule(shard=o.shards, at=st.integers(0, 2**16))
    def a_copied_frame(self, shard: LedgerId, at: int) -> None:
        log = self.world.place(shard).log
        self.world.again(log[at % len(log)])

    @rule()
    def a_new_start(self) -> None:
        self.world.swap()

    def teardown(self) -> None:
        self.world.compare()
        self.world.swap()
        self.world.compare()


def test_both_engines_say_the_same() -> None:
    """A difference of one bit between two engines of a ledger would split the ledger."""
    _run(histories=300)


@pytest.mark.long
def test_both_engines_say_the_same_for_long() -> None:
    """What happens once in a thousand histories happens."""
    _run(histories=5_000)


def _run(histories: int) -> None:
    run_state_machine_as_test(
        History,
        settings=settings(max_examples=histories, stateful_step_count=30, suppress_health_check=list(HealthCheck)),
    )
