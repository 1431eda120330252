"""A merchant's server is told of every payment, in order, at least once; one that is dead holds up nobody else."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dcep.clock import DAY_MS, UnixMs
from dcep.crypto.suites import Signer
from dcep.errors import DcepError
from dcep.ids import OperatorId, WalletId, wallet_id
from dcep.messages.layout import Key
from dcep.messages.merchants.webhooks import require_webhook
from dcep.money import Fen
from dcep.operators.history import HistoryLine, News
from dcep.operators.history.news import note_ended
from dcep.operators.store import transaction
from dcep.operators.webhooks import PATIENCE_MS, Webhook, WebhookState
from dcep.operators.webhooks.couriers import AT_ONCE, FOR_TRYING, Couriers
from dcep.operators.webhooks.posting import Poster
from dcep.operators.webhooks.targets import read_target
from tests.unit.operators.street import BOTH_DATABASES, Street
from tests.unit.operators.webhooks.receivers import BUSY, TOOK, SimulatedReceiver, receiver

_KEY = Signer(b"h" * 32)


def tell(news: News) -> tuple[str, object]:
    """Say little of what is new."""
    return ("payment", {"amount_fen": news.amount}) if isinstance(news, HistoryLine) else ("order", news.order_id)


class Dispatch:
    """The couriers of the street's bank, whose clock the test moves on."""

    def __init__(self, street: Street, *, timeout_s: float = 5.0) -> None:
        self.street, self.now = street, street.town.now
        self.webhooks = street.bank.webhooks
        self._timeout_s = timeout_s
        self.couriers = self._new()

    def _new(self) -> Couriers:
        return Couriers(
            self.webhooks,
            self.street.bank.history,
            Poster(may_be_inside=True, timeout_s=self._timeout_s),
            signers=[_KEY],
            tell=tell,
            clock=lambda: self.now,
            may_be_inside=True,
        )

    def name(self, wallet: WalletId, url: str) -> None:
        self.webhooks.name(wallet, read_target(url, may_be_inside=True), now=self.now)

    def settle(self) -> None:
        """Send out what is due now until nothing is, and wait for all who are out."""
        while self.couriers.turn():
            self.couriers.close()
            self.couriers = self._new()

    def later(self, ms: int) -> None:
        self.now = UnixMs(self.now + ms)


@pytest.fixture
def dispatch(street: Street) -> Iterator[Dispatch]:
    """Return the dispatch; Li has money."""
    street.exchange(street.li, 50_000, "e")
    made = Dispatch(street)
    yield made
    made.couriers.close()


def pay(street: Street, amount: int) -> None:
    """Let Li pay the bakery."""
    street.send(street.li_signs.pay(street.bakery, Fen(amount), expires_at=street.town.economy.midnight))
    street.rest()


def told(server: SimulatedReceiver) -> list[dict[str, Any]]:
    """Return what a server has heard, in order."""
    return [json.loads(body) for _, body in server.heard]


@BOTH_DATABASES
def test_each_payment_is_told_once_in_order_and_signed(dispatch: Dispatch) -> None:
    """From the moment at which the address was named; the key proves who speaks, and the id names the message."""
    street, wallet = dispatch.street, f"{dispatch.street.bakery:016}"
    pay(street, 1)
    with receiver(TOOK) as server:
        dispatch.name(street.bakery, server.url)
        for amount in (2, 3, 4):
            pay(street, amount)

        dispatch.settle()

        ids = [require_webhook(headers, body, Key(_KEY.public), dispatch.now) for headers, body in server.heard]
    assert [(each["type"], each["data"]["amount_fen"]) for each in told(server)] == [("payment", n) for n in (2, 3, 4)]
    assert ids == [f"{wallet}-{each['id']}" for each in told(server)]
    assert {each["wallet"] for each in told(server)} == {wallet}
    assert dispatch.webhooks.of(street.bakery).told == told(server)[-1]["id"]


def test_what_was_not_taken_is_sent_again_under_the_same_id_and_holds_up_what_comes_behind(dispatch: Dispatch) -> None:
    """The waits grow threefold; the second payment is told when the first one was."""
    street = dispatch.street
    with receiver(BUSY, BUSY, TOOK) as server:
        dispatch.name(street.bakery, server.url)
        pay(street, 2)
        pay(street, 3)

        heard = []
        for wait in (0, 4_999, 1, 14_999, 1):
            dispatch.later(wait)
            dispatch.settle()
            heard.append(len(server.heard))

    assert heard == [1, 1, 2, 2, 4]
    assert [each["data"]["amount_fen"] for each in told(server)] == [2, 2, 2, 3]
    assert len({headers["webhook-id"] for headers, _ in server.heard[:3]}) == 1
    assert dispatch.webhooks.of(street.bakery).attempts == 0


def test_a_crash_before_it_was_noted_tells_the_same_again(dispatch: Dispatch, monkeypatch: pytest.MonkeyPatch) -> None:
    """At least once: the receiver takes each id once."""
    street = dispatch.street

    class Killed(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Killed

    with receiver(TOOK) as server:
        dispatch.name(street.bakery, server.url)
        pay(street, 2)
        with monkeypatch.context() as patched:
            patched.setattr(dispatch.webhooks, "took", die)
            dispatch.couriers.turn()
            dispatch.couriers.close()
        dispatch.couriers = Dispatch(street).couriers

        dispatch.settle()

    first, second = server.heard
    assert first[0]["webhook-id"] == second[0]["webhook-id"]
    assert first[1] == second[1]


def test_a_server_that_is_dead_for_days_is_left_and_told_on_when_it_is_named_again(dispatch: Dispatch) -> None:
    """Nothing of what happened meanwhile is left out."""
    street = dispatch.street
    with receiver(BUSY) as server:
        dispatch.name(street.bakery, server.url)
        pay(street, 2)
        for _ in range(40):
            dispatch.settle()
            dispatch.later(DAY_MS // 8)
        left = dispatch.webhooks.of(street.bakery)
        pay(street, 3)
        attempts = len(server.heard)
        dispatch.settle()
        assert len(server.heard) == attempts
    with receiver(TOOK) as again:
        dispatch.name(street.bakery, again.url)
        dispatch.settle()

    assert (left.state, left.last_failure) == (WebhookState.STOPPED, "status_500")
    assert left.failing_since is not None
    assert 9 < attempts <= PATIENCE_MS // (DAY_MS // 8) + 9
    assert [each["data"]["amount_fen"] for each in told(again)] == [2, 3]


def test_a_server_that_says_that_it_is_gone_is_left_at_once(dispatch: Dispatch) -> None:
    """410 is what a receiver answers who wants no more messages."""
    with receiver(b"HTTP/1.1 410 Gone\r\n\r\n") as server:
        dispatch.name(dispatch.street.bakery, server.url)
        pay(dispatch.street, 2)

        dispatch.settle()

    assert dispatch.webhooks.of(dispatch.street.bakery).state is WebhookState.STOPPED


def test_servers_that_never_answer_hold_up_nobody_who_takes_his_messages(street: Street) -> None:
    """Of those who failed so many are waited for at once, and of the others so many, whoever they are."""
    dispatch = Dispatch(street, timeout_s=60.0)
    dead = [wallet_id(OperatorId(1), 500 + n) for n in range(FOR_TRYING * 3)]
    with receiver(None) as abyss, receiver(TOOK) as server:
        for wallet in dead:
            dispatch.name(wallet, abyss.url)
            dispatch.webhooks.failed(dispatch.webhooks.of(wallet), "too_slow", now=dispatch.now)
        dispatch.name(street.bakery, server.url)
        with transaction(street.bank.history._store) as connection:
            for wallet in (*dead, street.bakery):
                note_ended(connection, wallet, "an order")
        dispatch.later(DAY_MS)

        gone = [dispatch.couriers.turn() for _ in range(3)]
        wait_until(lambda: bool(server.heard) and len(abyss.heard) == FOR_TRYING)

        assert gone[0] >= FOR_TRYING + 1
        assert abyss.most_at_once == FOR_TRYING
        abyss.close()
        dispatch.couriers.close()


def test_no_more_couriers_are_out_at_once_than_there_are(street: Street) -> None:
    """However many merchants there are: connections, threads and memory are bounded."""
    dispatch = Dispatch(street, timeout_s=60.0)
    many = [wallet_id(OperatorId(1), 700 + n) for n in range(AT_ONCE * 3)]
    with receiver(None) as abyss:
        for wallet in many:
            dispatch.name(wallet, abyss.url)
        with transaction(street.bank.history._store) as connection:
            for wallet in many:
                note_ended(connection, wallet, "an order")

        gone = sum(dispatch.couriers.turn() for _ in range(4))
        wait_until(lambda: len(abyss.heard) == AT_ONCE)

        assert (gone, abyss.most_at_once) == (AT_ONCE, AT_ONCE)
        abyss.close()
        dispatch.couriers.close()


def test_an_answer_that_comes_after_the_holder_has_named_another_server_changes_nothing(dispatch: Dispatch) -> None:
    """The old server's failure is none of the new one's."""
    wallet = dispatch.street.bakery
    dispatch.name(wallet, "http://127.0.0.1:1/")
    old: Webhook = dispatch.webhooks.of(wallet)
    dispatch.name(wallet, "http://127.0.0.1:2/")

    dispatch.webhooks.failed(old, "status_410", now=dispatch.now)

    assert dispatch.webhooks.of(wallet).state is WebhookState.ACTIVE
    dispatch.webhooks.forget(wallet)
    with pytest.raises(DcepError, match="no_webhook"):
        dispatch.webhooks.of(wallet)


def wait_until(is_so: Callable[[], bool]) -> None:
    """Return when something is so; the other end is at work."""
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.005)
