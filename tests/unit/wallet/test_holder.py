"""A wallet loses nothing and pays nothing twice, whatever becomes of the answers and of the device."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dcep.clock import day_of_date
from dcep.crypto.suites import Signer
from dcep.errors import BadInput, DcepError, Unavailable
from dcep.ids import CommandId, OperatorId, WalletId
from dcep.issuance.rules import read_rules
from dcep.ledger.engine.statute import PythonEngine
from dcep.messages.classes import WalletClass
from dcep.messages.layout import Count, Epoch, Seq
from dcep.messages.receipts import Receipt, decode_receipt, verify
from dcep.messages.signatory import single_key
from dcep.money import Fen
from dcep.simulation.economy import Economy
from dcep.simulation.opening import open_economy
from dcep.wallet.holder import MOST_OPEN, Holder, Unproven
from dcep.wallet.steps import Heard, Look, Prove, Seen, Steps, Submit, Wait, drive, drive_async
from dcep.wallet.store import Identity, Order, WalletStore

_BANK = OperatorId(1)
_OPENING = Fen(100_000)
_End = TypeVar("_End")


def _key(epoch: int) -> Signer:
    return Signer(bytes([epoch]) * 32)


class Road:
    """The way to the ledger, on which requests and answers are lost as it is told."""

    def __init__(self, economy: Economy) -> None:
        self._economy, self._line = economy, economy.shard.line
        self.losses: list[str] = []
        self.patience = 0
        self.is_forging = False

    def do(self, step: Any) -> Any:
        """Do a step of a story."""
        match step:
            case Submit(wire):
                return self._submit(wire)
            case Prove(_, seq, place):
                return self._receipt(seq, place)
            case Look(wallet):
                account = self._line.account(wallet)
                return None if account is None else Seen(Epoch(account.epoch), account.high)
            case Wait():
                self.patience -= 1
                return self.patience >= 0

    def _submit(self, wire: bytes) -> Heard:
        loss = self.losses.pop(0) if self.losses else ""
        if loss != "request":
            answer = self._line.submit([wire], at=self._economy.now)[0]
            if loss != "answer":
                return Heard(answer.outcome, answer.seq, answer.place)
        raise Unavailable("lost", f"the {loss} was lost", retry_after_ms=1)

    def _receipt(self, seq: Seq, place: int) -> Receipt:
        receipt = self._line.receipt(seq, place)
        return replace(receipt, index=Count(receipt.index + 1)) if self.is_forging else receipt

    def balance(self, wallet: WalletId) -> int:
        account = self._line.account(wallet)
        assert account is not None
        return account.balance


class Hand:
    """A holder who walks each story to its end before the next."""

    def __init__(self, holder: Holder, road: Road) -> None:
        self.holder, self._road = holder, road

    def pay(self, receiver: WalletId, amount: Fen, *, key: str | None = None) -> Order:
        return self._walk(self.holder.pay(receiver, amount, key=key))

    def heal(self) -> list[Order]:
        return self._walk(self.holder.heal())

    def rotate(self, epoch: int) -> Order:
        return self._walk(self.holder.rotate(single_key(_key(epoch))))

    def recover(self) -> list[Order]:
        return self._walk(self.holder.recover())

    def redeem(self, vault: WalletId, amount: Fen) -> Order:
        return self._walk(self.holder.send(self.holder.take_redeem(vault, amount)))

    def refund(self, original: CommandId, payer: WalletId, amount: Fen) -> Order:
        return self._walk(self.holder.send(self.holder.take_refund(original, payer, amount)))

    def stop(self, order: Order) -> Order:
        return self._walk(self.holder.stop(order))

    def cancel(self) -> Order:
        return self._walk(self.holder.cancel())

    def _walk(self, story: Steps[_End]) -> _End:
        return drive(story, self._road.do)


class Home:
    """Li's wallet in a folder, a bakery, and the road to the ledger."""

    def __init__(self, economy: Economy, folder: Path) -> None:
        self.economy, self.folder, self.road = economy, folder, Road(economy)
        economy.begin_day(day_of_date("2021-01-01"))
        economy.admit([_BANK])
        economy.issue({_BANK: _OPENING})
        economy.allocate({_BANK: _OPENING})
        operator = economy.operators[_BANK]
        self.li, self.bakery = (economy.new_wallet(_BANK, name).id for name in ("li", "bakery"))
        self.vault = operator.vault.wallet
        for wallet in (self.li, self.bakery):
            opened = operator.registrar.open(wallet, WalletClass.I, single_key(_key(1)), expires_at=economy.midnight)
            economy.settle(economy.shard, [opened])
        exchanged = operator.vault.exchange(self.li, _OPENING, expires_at=economy.midnight)
        economy.settle(economy.shard, [exchanged])
        self._stores: list[WalletStore] = []

    def holder(self, name: str = "phone", *, is_new: bool = False) -> Hand:
        """Return the wallet as a device has it, opened anew."""
        identity = Identity(network=self.economy.network, wallet=self.li, epoch=Epoch(1)) if is_new else None
        store = WalletStore(self.folder / f"{name}.db", identity)
        self._stores.append(store)
        workers = self.economy.genesis.shard_workers
        return Hand(Holder(store, _key, workers, lambda: self.economy.now), self.road)

    def balance(self, wallet: WalletId) -> int:
        return self.road.balance(wallet)

    def close(self) -> None:
        for store in self._stores:
            store.close()


@pytest.fixture(scope="module")
def make_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Home]]:
    """Return a way to make homes, each with an economy of its own."""
    homes: list[Home] = []
    economies = []

    def make() -> Home:
        folder = tmp_path_factory.mktemp("home")
        opened = open_economy(folder / "data", read_rules("ecny-2021"), PythonEngine, lambda: bytes(32))
        economies.append(opened)
        homes.append(Home(opened.__enter__(), folder))
        return homes[-1]

    yield make
    for home, economy in zip(homes, economies, strict=True):
        home.close()
        economy.__exit__(None, None, None)


@pytest.fixture
def home(make_home: Callable[[], Home]) -> Home:
    """Return Li's home."""
    return make_home()


def test_a_payment_is_kept_with_a_receipt_that_proves_it(home: Home) -> None:
    """The receipt was verified before it was believed, and can be shown to anybody who trusts the ledger's workers."""
    order = home.holder(is_new=True).pay(home.bakery, Fen(500))

    assert order.answer == "settled"
    assert order.receipt is not None
    proven = verify(decode_receipt(order.receipt), home.economy.network, home.economy.genesis.shard_workers)
    assert proven.command.id == order.draft.command
    assert home.balance(home.bakery) == 500


@pytest.mark.parametrize("loss", ["request", "answer"])
def test_a_lost_answer_is_healed_by_the_same_bytes(home: Home, loss: str) -> None:
    """Whether the request arrived or not: patience asks again, and the money moves once."""
    home.road.losses, home.road.patience = [loss, loss], 2

    order = home.holder(is_new=True).pay(home.bakery, Fen(500))

    assert order.answer == "settled"
    assert home.balance(home.bakery) == 500


@pytest.mark.parametrize("loss", ["request", "answer"])
def test_a_device_that_dies_before_the_answer_goes_on_where_it_stopped(home: Home, loss: str) -> None:
    """The bytes were durable before they were sent; the wallet that wakes up sends them first."""
    home.road.losses = [loss]
    left_open = home.holder(is_new=True).pay(home.bakery, Fen(500))

    healed = home.holder().heal()

    assert left_open.answer is None
    assert [(order.answer, order.draft.wire) for order in healed] == [("settled", left_open.draft.wire)]
    assert home.balance(home.bakery) == 500
    assert home.holder().heal() == []


def test_a_refused_payment_uses_its_number_up_and_the_next_one_settles(home: Home) -> None:
    """The rules say no, for ever; nothing is left open."""
    holder = home.holder(is_new=True)

    answers = [holder.pay(home.bakery, Fen(amount)).answer for amount in (0, 10**9, 500)]

    assert answers == ["amount_zero", "insufficient_funds", "settled"]


def test_a_payment_that_was_never_sent_in_time_has_expired(home: Home) -> None:
    """After its life it can never happen, and the holder may pay anew."""
    home.road.losses = ["request"]
    holder = home.holder(is_new=True)
    holder.pay(home.bakery, Fen(500))
    home.economy.begin_day(day_of_date("2021-01-02"))

    healed = holder.heal()
    paid = holder.pay(home.bakery, Fen(1))

    assert paid.answer == "settled"
    assert [order.answer for order in healed] == ["expired"]
    assert home.balance(home.bakery) == 1


def test_numbers_of_expired_commands_are_taken_again(home: Home) -> None:
    """A new number for each would lock the wallet out after 65: so many days without a network, and it still pays."""
    holder = home.holder(is_new=True)
    for day in range(2, 68):
        home.road.losses = ["request"]
        holder.pay(home.bakery, Fen(500))
        home.economy.begin_day(day_of_date(f"2021-{1 + day // 28:02}-{1 + day % 28:02}"))
        assert [order.answer for order in holder.heal()] == ["expired"]

    paid = holder.pay(home.bakery, Fen(1))

    assert (paid.number, paid.answer) == (1, "settled")
    assert home.balance(home.bakery) == 1


def test_settled_without_a_proof_is_not_believed(home: Home) -> None:
    """A receipt that proves nothing leaves the order open until there is one that does."""
    holder, home.road.is_forging = home.holder(is_new=True), True

    with pytest.raises(Unproven, match="unproven_answer"):
        holder.pay(home.bakery, Fen(500))

    home.road.is_forging = False
    assert [order.answer for order in holder.heal()] == ["settled"]
    assert home.balance(home.bakery) == 500


@pytest.mark.parametrize("loss", [[], ["answer"]])
def test_after_a_rotation_the_new_key_signs(home: Home, loss: list[str]) -> None:
    """Also when the device died between the change and its answer: the epoch changes together with the answer."""
    home.road.losses = loss
    home.holder(is_new=True).rotate(2)

    home.holder().heal()
    order = home.holder().pay(home.bakery, Fen(500))

    assert order.answer == "settled"
    assert verify(
        decode_receipt(order.receipt or b""), home.economy.network, home.economy.genesis.shard_workers
    ).command.policy == single_key(_key(2))


def test_what_a_lost_device_signed_is_dead_after_the_recovery(home: Home) -> None:
    """Two numbers are used up, a window and two above the highest; what arrives late never happens, and all goes on."""
    lost = home.holder(is_new=True)
    assert lost.pay(home.bakery, Fen(1)).answer == "settled"
    home.road.losses = ["request"] * MOST_OPEN
    for _ in range(MOST_OPEN):
        lost.pay(home.bakery, Fen(10))
    found = home.holder("new phone", is_new=True)

    spent = found.recover()
    arrived = lost.heal()
    order = found.pay(home.bakery, Fen(100))

    assert [(order.number, order.answer) for order in spent] == [(65, "settled"), (129, "settled")]
    assert {healed.answer for healed in arrived} == {"never_processed"}
    assert order.answer == "settled"
    assert home.balance(home.bakery) == 1 + 100


def test_a_recovery_that_was_cut_off_is_done_again(home: Home) -> None:
    """It says that it is not over; the same again begins at what the ledger has by then."""
    home.holder(is_new=True).pay(home.bakery, Fen(1))
    found = home.holder("new phone", is_new=True)
    home.road.losses = ["", "answer"]

    with pytest.raises(Unavailable, match="recovery_open"):
        found.recover()
    found.heal()
    spent = found.recover()

    assert [(order.number, order.answer) for order in spent] == [(193, "settled"), (257, "settled")]
    assert found.pay(home.bakery, Fen(1)).answer == "settled"


def test_under_one_key_a_payment_is_signed_once(home: Home) -> None:
    """Whoever asks again, even after the answer, is told what became of the first; another payment is refused."""
    home.road.losses = ["answer"]
    first = home.holder(is_new=True).pay(home.bakery, Fen(500), key="breakfast")

    again = home.holder().pay(home.bakery, Fen(500), key="breakfast")
    later = home.holder().pay(home.bakery, Fen(500), key="breakfast")

    assert (first.answer, again.answer, later) == (None, "settled", again)
    assert home.balance(home.bakery) == 500
    with pytest.raises(BadInput, match="idempotency_key_reused"):
        home.holder().pay(home.bakery, Fen(501), key="breakfast")


@pytest.mark.parametrize(
    ("losses", "answer", "paid"), [(["request"], "never_processed", 0), (["answer"], "settled", 500)]
)
def test_an_order_is_stopped_or_had_happened(home: Home, losses: list[str], answer: str, paid: int) -> None:
    """Its number is used up by a cancel, or was by itself: the ledger's word afterwards is final."""
    home.road.losses = losses
    holder = home.holder(is_new=True)
    left_open = holder.pay(home.bakery, Fen(500))

    stopped = holder.stop(left_open)

    assert (left_open.answer, stopped.answer) == (None, answer)
    assert home.balance(home.bakery) == paid
    assert holder.pay(home.bakery, Fen(1)).answer == "settled"


def test_a_story_is_the_same_whether_its_driver_blocks_or_not(home: Home) -> None:
    """There is one story of a payment; a driver that awaits each step walks it to the same end."""
    home.road.losses, home.road.patience = ["answer"], 1

    async def do(step: Any) -> Any:
        await asyncio.sleep(0)
        return home.road.do(step)

    order = asyncio.run(drive_async(home.holder(is_new=True).holder.pay(home.bakery, Fen(500)), do))

    assert order.answer == "settled"
    assert home.balance(home.bakery) == 500


def test_few_orders_are_open_at_once(home: Home) -> None:
    """A window has 64 numbers: what is open must not push itself out."""
    home.road.losses = ["request"] * MOST_OPEN
    holder = home.holder(is_new=True)
    for _ in range(MOST_OPEN):
        holder.pay(home.bakery, Fen(1))

    with pytest.raises(DcepError, match="too_many_open"):
        holder.pay(home.bakery, Fen(1))

    assert [order.answer for order in holder.heal()] == ["settled"] * MOST_OPEN


def test_every_other_order_of_a_holder_settles(home: Home) -> None:
    """Redeem, refund of what was received, and a number used up."""
    holder = home.holder(is_new=True)
    paid = holder.pay(home.bakery, Fen(500))

    answers = [
        holder.redeem(home.vault, Fen(700)).answer,
        holder.refund(paid.draft.command, home.bakery, Fen(20)).answer,
        holder.cancel().answer,
    ]

    assert answers == ["settled"] * 3
    assert home.balance(home.li) == _OPENING - 500 - 700 - 20


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["pay", "heal", "reopen"]),
        st.lists(st.sampled_from(["", "request", "answer"]), max_size=4),
        st.integers(0, 3),
    ),
    max_size=12,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_STEPS)
def test_whatever_is_lost_the_bakery_has_what_the_wallet_says_it_paid(
    make_home: Callable[[], Home], steps: list[tuple[str, list[str], int]]
) -> None:
    """The law of a holder: after the last look every order is final, and what settled is the money that moved."""
    home = make_home()
    holder, amount = home.holder(is_new=True), 0
    for step, losses, patience in steps:
        home.road.losses, home.road.patience = list(losses), patience
        match step:
            case "pay":
                amount += 1
                holder.pay(home.bakery, Fen(amount))
            case "heal":
                holder.heal()
            case _:
                holder = home.holder()
    home.road.losses = []

    holder.heal()

    orders = WalletStore(home.folder / "phone.db")
    answers = {order.draft.amount: order.answer for order in orders.newest(1_000)}
    orders.close()
    assert answers == dict.fromkeys(range(1, amount + 1), "settled")
    assert home.balance(home.bakery) == sum(answers)
