"""A wallet in a program's hands, against a real ledger and a real operator: every call, and every lost answer."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, closing
from itertools import islice
from pathlib import Path

import pytest

from dcep.client import AsyncClient, Client, Event, Evidence
from dcep.client.folder import WalletFolder
from dcep.client.merchants.codes import key_of
from dcep.clock import UnixMs
from dcep.errors import BadInput, DcepError
from dcep.ids import NetworkId
from dcep.messages.merchants.requests import PaymentRequest
from dcep.messages.merchants.webhooks import read_public_key
from dcep.money import Fen
from tests.houses import FUNDS, Houses
from tests.unit.client.conftest import PASSWORD, Person


def test_a_wallet_is_opened_filled_and_emptied(li: Person, bakery: Person) -> None:
    """Deposit, exchange, payment, redemption, deposit: every fen is where it says."""
    paid = li.client.pay(bakery.client.wallet, Fen(2_500))
    redeemed = bakery.client.redeem(Fen(1_500))

    assert (paid.is_settled, redeemed.is_settled) == (True, True)
    assert (li.balance, bakery.balance) == (97_500, 1_000)
    assert (li.deposit, bakery.deposit) == (FUNDS - 100_000, FUNDS + 1_500)


@pytest.mark.parametrize("loss", ["request", "answer"])
def test_a_lost_answer_is_healed_by_the_same_bytes(houses: Houses, li: Person, bakery: Person, loss: str) -> None:
    """The call itself asks again; whether the ledger had heard it or not, the money moves once."""
    houses.losses, houses.payments_heard = [loss, loss], 0

    paid = li.client.pay(bakery.client.wallet, Fen(500))

    assert paid.is_settled
    assert (houses.payments_heard, bakery.balance) == (3, 500)


def test_whoever_is_impatient_is_told_the_end_later(houses: Houses, li: Person, bakery: Person) -> None:
    """The payment is kept without an answer; healing sends the same bytes, and the end is final."""
    hasty = li.another(patience_s=0)
    houses.losses = ["answer"]

    paid = hasty.pay(bakery.client.wallet, Fen(500))
    healed = hasty.heal()
    hasty.close()

    assert paid.answer is None
    assert [(payment.id, payment.answer) for payment in healed] == [(paid.id, "settled")]
    assert bakery.balance == 500


def test_a_refusal_is_an_answer(li: Person, bakery: Person) -> None:
    """The rules say no, with their code, and nothing has moved."""
    refused = li.client.pay(bakery.client.wallet, Fen(10_000_000))

    assert (refused.answer, refused.receipt) == ("over_single_limit", None)
    assert bakery.balance == 0


def test_under_one_key_money_moves_once(li: Person, bakery: Person) -> None:
    """A program that was started again asks for the same, and hears what became of it."""
    to = bakery.client.wallet
    paid = [li.client.pay(to, Fen(500), key="order-17") for _ in range(2)]
    exchanged = [li.client.exchange(Fen(700), key="top-up") for _ in range(2)]

    assert (paid[0], exchanged[0]) == (paid[1], exchanged[1])
    assert (li.deposit, bakery.balance) == (FUNDS - 100_000 - 700, 500)
    with pytest.raises(BadInput, match="idempotency_key_reused"):
        li.client.pay(to, Fen(501), key="order-17")
    with pytest.raises(BadInput, match="idempotency_key_reused"):
        li.client.exchange(Fen(701), key="top-up")


def test_a_redemption_that_the_operator_refuses_can_never_happen(houses: Houses, li: Person, tmp_path: Path) -> None:
    """Who has shown no bank account has no deposit: what was signed is stopped, and the money stays where it is."""
    Client.create(tmp_path / "w", houses.operator_url, PASSWORD).close()
    with li.another(folder=tmp_path / "w") as poor:
        poor.open("IV", Evidence(phone="+8613900000009"))
        li.client.pay(poor.wallet, Fen(500))

        with pytest.raises(DcepError, match="no_deposit_account"):
            poor.redeem(Fen(500))

        assert [payment.answer for payment in poor.payments()] == ["never_processed"]
        assert poor.untold() == []
        assert poor.account().balance_fen == 500


def test_a_new_key_signs_and_the_operator_is_brought_the_change(li: Person, bakery: Person) -> None:
    """The change is final at the ledger; the operator does not know the new key before it is shown how it came."""
    changed = li.client.rotate()

    paid = li.client.pay(bakery.client.wallet, Fen(500))

    assert (changed.is_settled, paid.is_settled) == (True, True)
    assert li.client.account().epoch == 2


def test_a_lost_device_signs_nothing_any_more(houses: Houses, li: Person, bakery: Person, tmp_path: Path) -> None:
    """A copy of the key in a new folder: what the lost device had signed is dead, and the new one goes on."""
    houses.losses = ["request"]
    lost = li.another(patience_s=0)
    late = lost.pay(bakery.client.wallet, Fen(500))
    seed = li.client.stories.folder.current().seed
    with Client.create(tmp_path / "found", houses.operator_url, PASSWORD, seed=seed) as made:
        made.stories.folder.remember(li.client.wallet)
    found = li.another(folder=tmp_path / "found")

    spent = found.recover()
    arrived = lost.heal()
    paid = found.pay(bakery.client.wallet, Fen(100))
    lost.close()
    found.close()

    assert late.answer is None
    assert [payment.answer for payment in spent] == ["settled", "settled"]
    assert [payment.answer for payment in arrived] == ["never_processed"]
    assert (paid.is_settled, bakery.balance) == (True, 100)


def test_a_refund_goes_to_whoever_paid(li: Person, bakery: Person) -> None:
    """All refunds of a payment stay within it; what is too much is stopped, and nothing of it can happen later."""
    paid = li.client.pay(bakery.client.wallet, Fen(500))
    assert paid.seq is not None
    assert paid.place is not None

    refunded = bakery.client.refund(paid.id, paid.seq, paid.place, Fen(300))
    with pytest.raises(DcepError, match="refund_over_original"):
        bakery.client.refund(paid.id, paid.seq, paid.place, Fen(201))

    assert refunded.is_settled
    assert bakery.client.heal() == []
    assert [payment.answer for payment in bakery.client.payments()] == ["never_processed", "settled"]
    assert (li.balance, bakery.balance) == (99_800, 200)


def test_nobody_sees_another_ones_wallet(houses: Houses, li: Person, bakery: Person, tmp_path: Path) -> None:
    """A folder that claims another's number has not its key: the operator does not know it, nor does the ledger."""
    with Client.create(tmp_path / "thief", houses.operator_url, PASSWORD) as made:
        made.stories.folder.remember(li.client.wallet)
    with li.another(folder=tmp_path / "thief") as thief:
        with pytest.raises(BadInput, match="bad_request_signature"):
            thief.account()
        paid = thief.pay(bakery.client.wallet, Fen(1))

    assert (paid.answer, bakery.balance) == (None, 0)


@pytest.mark.parametrize("shown", [{"phone": "110"}, {"phone": "+8613900000001"}])
def test_an_opening_that_is_refused_leaves_room_for_another(
    houses: Houses, tmp_path: Path, shown: dict[str, str]
) -> None:
    """The evidence was no good; the same folder asks again with better."""
    Client.create(tmp_path / "w", houses.operator_url, PASSWORD).close()
    with Client(tmp_path / "w", PASSWORD, clock=lambda: houses.town.now) as client:
        with pytest.raises(DcepError):
            client.open("III", Evidence(**shown))  # type: ignore[arg-type]
        order = client.open("IV", Evidence(phone="+8613900000001"))

        assert (order.is_done, order.wallet) == (True, client.wallet)
    assert not (tmp_path / "w" / "opening.json").exists()


def test_an_opening_is_one_however_often_it_is_asked_for(
    houses: Houses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program died before it kept the number: what was asked is asked again as it was, and is the same wallet."""
    Client.create(tmp_path / "w", houses.operator_url, PASSWORD).close()
    with monkeypatch.context() as dying, Client(tmp_path / "w", PASSWORD, clock=lambda: houses.town.now) as client:
        dying.setattr(WalletFolder, "remember", lambda *_: None)
        dying.setattr(WalletFolder, "end_opening", lambda _: None)
        first = client.open("IV", Evidence(phone="+8613900000002"))

    with Client(tmp_path / "w", PASSWORD, clock=lambda: houses.town.now) as client:
        again = client.open("IV", Evidence(phone="+8613900000003"))

    assert (again.id, again.wallet) == (first.id, first.wallet)


def test_a_wallet_trusts_one_network(houses: Houses, tmp_path: Path) -> None:
    """An operator of another network is found out before a key is made."""
    with pytest.raises(BadInput, match="other_network"):
        Client.create(tmp_path / "w", houses.operator_url, PASSWORD, network=NetworkId(bytes(16)))

    assert not (tmp_path / "w").exists()


def test_the_key_is_nowhere_in_the_folder(li: Person) -> None:
    """A stolen folder pays nothing without its password; and everything is its owner's alone."""
    seed = li.client.stories.folder.current().seed

    files = [file for file in li.folder.rglob("*") if file.is_file()]

    assert not any(seed in file.read_bytes() or seed.hex().encode() in file.read_bytes() for file in files)
    assert {file.stat().st_mode & 0o077 for file in files} == {0}
    with pytest.raises(BadInput, match="wrong_password"), Client(li.folder, "another") as thief:
        thief.account()


def test_the_asynchronous_client_tells_the_same(houses: Houses, li: Person, bakery: Person) -> None:
    """Its stories are those of the other one; while one call waits, others run."""
    to = bakery.client.wallet

    async def story() -> tuple[list[str | None], int, bool]:
        async with AsyncClient(li.folder, PASSWORD, clock=lambda: houses.town.now) as client:
            houses.losses = ["answer", "request"]
            paid = await asyncio.gather(*(client.pay(to, Fen(10 + each)) for each in range(4)))
            exchanged = await client.exchange(Fen(100))
            account = await client.account()
            return [payment.answer for payment in paid], account.balance_fen, exchanged.is_done

    answers, balance, is_done = asyncio.run(story())

    assert (answers, balance, is_done) == (["settled"] * 4, 100_000 - 46 + 100, True)
    assert bakery.balance == 46


def test_a_payment_says_which_request_it_answers(li: Person, bakery: Person) -> None:
    """The receiver asks the ledger for the receipt, and reads in what was signed what it was paid for."""
    paid = li.client.pay(bakery.client.wallet, Fen(500), reference="order-17")
    assert paid.seq is not None
    assert paid.place is not None

    proof = bakery.client.proof_of(paid.id, paid.seq, paid.place)

    assert (proof.is_for("order-17"), proof.is_for("order-18")) == (True, False)


def test_the_history_is_told_a_page_at_a_time(houses: Houses, li: Person, bakery: Person) -> None:
    """Each line names its command, so that its receipt can be asked for; both sides see the same one."""
    paid = li.client.pay(bakery.client.wallet, Fen(500))
    houses.wake()
    with closing(bakery.client.events(0)) as events:
        next(event for event in events if event.data.get("kind") == "received")
    (theirs,) = (line for line in bakery.client.history().items if line.kind == "received")

    first = li.client.history(limit=1)
    rest = li.client.history(first.next, limit=10)

    assert [(line.kind, line.effect, line.balance_fen) for line in (*first.items, *rest.items)] == [
        ("paid", "out", 99_500),
        ("exchanged", "in", 100_000),
        ("opened", "none", 0),
    ]
    assert rest.next is None
    assert (theirs.command_id, theirs.counterparty, theirs.amount_fen) == (paid.id, li.client.wallet, 500)
    assert bakery.client.proof_of(theirs.command_id, theirs.seq, theirs.place).receiver == bakery.client.wallet


def test_a_webhook_is_named_and_ended(bakery: Person) -> None:
    """The key is what messages are judged by; the same address again goes on with the same one."""
    client, url = bakery.client, "http://127.0.0.1:1/hook"

    keys = {client.name_webhook(url) for _ in range(2)}
    client.end_webhook()

    (key,) = keys
    assert len(read_public_key(key)) == 32


def test_events_go_on_behind_the_last_one(houses: Houses, li: Person, bakery: Person) -> None:
    """What happened while nobody read is told first, to whichever of the two clients asks."""
    to = bakery.client.wallet
    for amount in (1, 2, 3):
        li.client.pay(to, Fen(amount))
    houses.wake()

    with closing(bakery.client.events(0)) as events:
        received = list(islice((event for event in events if event.data.get("kind") == "received"), 3))

    async def next_behind(last: int) -> Event:
        async with (
            AsyncClient(bakery.folder, PASSWORD, clock=lambda: houses.town.now) as client,
            aclosing(client.events(last)) as events,
        ):
            return await anext(events)

    assert [(event.name, event.data["amount_fen"]) for event in received] == [("payment", each) for each in (1, 2, 3)]
    assert asyncio.run(next_behind(received[0].id)) == received[1]


def test_the_code_of_an_app_is_read_by_either_client_and_again_when_it_was_paid(
    houses: Houses, li: Person, bakery: Person
) -> None:
    """The operator tells what stands behind it until it is paid; whoever has paid it goes on with his own payment."""
    until = UnixMs(houses.town.now + 60_000)
    code = bakery.client.show_code("Bakery", "Suzhou", Fen(125), reference="R-1", expires_at=until)

    async def read_with_another() -> PaymentRequest:
        async with AsyncClient(li.folder, PASSWORD, clock=lambda: houses.town.now) as client:
            return await client.read_code(code)

    wanted = li.client.read_code(code)
    paid = li.client.pay(wanted.receiver, Fen(125), key=key_of(wanted), reference=wanted.reference)
    houses.wake()
    with closing(bakery.client.events(0)) as events:
        next(event for event in events if event.data.get("kind") == "received")

    assert (wanted.receiver, wanted.amount, wanted.reference) == (bakery.client.wallet, 125, "R-1")
    assert paid.is_settled
    assert bakery.client.history().items[0].is_for("R-1")
    assert asyncio.run(read_with_another()) == li.client.read_code(code) == wanted
    with pytest.raises(DcepError, match="code_used"):
        bakery.client.read_code(code)


def test_a_plain_code_is_read_without_asking_anybody(houses: Houses, li: Person, bakery: Person) -> None:
    """Also of an operator that is away; what is over, of another network or altered is refused on the device."""
    over = bakery.client.request("Bakery", "Suzhou", expires_at=houses.town.now)
    code = bakery.client.request("Bakery", "Suzhou", Fen(125))
    wrong = [over, code[:-1] + ("0" if code[-1] != "0" else "1")]

    read = li.client.read_code(code)
    codes = []
    for text in wrong:
        with pytest.raises(DcepError) as error:
            li.client.read_code(text)
        codes.append(error.value.code)

    assert (read.receiver, read.amount) == (bakery.client.wallet, 125)
    assert codes == ["code_expired", "code_altered"]


def test_a_receipt_is_judged_by_the_wallet_alone(li: Person, bakery: Person) -> None:
    """The bakery asks nobody whether it was paid; a flipped bit is seen."""
    receipt = li.client.pay(bakery.client.wallet, Fen(2_500)).receipt
    assert receipt is not None

    proof = bakery.client.prove(receipt)

    assert (proof.payer, proof.receiver) == (li.client.wallet, bakery.client.wallet)
    assert (proof.amount_fen, proof.answer) == (2_500, "settled")
    with pytest.raises(DcepError, match="bad_receipt"):
        bakery.client.prove(receipt[:-1] + bytes([receipt[-1] ^ 1]))
