"""A wallet in a browser loses nothing and does nothing twice, over real processes in Debian's Chromium."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any, Final

import pytest
from playwright.sync_api import Route

from tests.web.pockets import Pocket, Pockets, Trouble, holder_module
from tests.web.processes import Currency
from tests.web.screens import Screens

pytestmark = pytest.mark.long

DAY_MS: Final = 86_400_000
PAYMENTS: Final = "**/v1/payments"
_PHONES: Final = count(13_900_000_000)


@pytest.fixture(scope="session")
def module(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the wallet's program, built once."""
    return holder_module(tmp_path_factory.mktemp("holder"))


@pytest.fixture
def pockets(screens: Screens, module: str, currency: Currency) -> Pockets:
    """Return what gives out browsers with a wallet at the first operator."""
    return Pockets(screens, module, currency.urls["icbc"])


@pytest.fixture
def li(pockets: Pockets) -> Pocket:
    """Return a wallet with 100 yuan."""
    pocket = opened(pockets)
    pocket.exchange(10_000)
    return pocket


@pytest.fixture
def shop(pockets: Pockets) -> Pocket:
    """Return an empty wallet that is paid."""
    return opened(pockets)


def opened(pockets: Pockets, **device: Any) -> Pocket:
    """Return a wallet in a browser of its own."""
    pocket = pockets.new(**device)
    pocket.open(phone())
    return pocket


def phone() -> str:
    """Return a number that nobody has shown yet."""
    return f"+86{next(_PHONES)}"


def number(pocket: Pocket) -> str:
    """Return a wallet's number."""
    return str(pocket.do("held.wallet"))


def once(then: Callable[[Route], None]) -> Callable[[Route], None]:
    """Do something to the first request, and let every other pass."""
    seen = []

    def handle(route: Route) -> None:
        seen.append(route)
        (then if len(seen) == 1 else Route.continue_)(route)

    return handle


def deliver_and_lose(route: Route) -> None:
    """Let the ledger have the request, and the page no answer."""
    route.fetch()
    route.abort()


def test_a_wallet_is_opened_filled_and_pays(li: Pocket, shop: Pocket, currency: Currency) -> None:
    """The main job, from a key that is made in the browser to a receipt that is verified there."""
    payment = li.pay(number(shop), 1_250, reference="till-1_0042")
    proof = li.do("held.receipt(args.payment)", payment=payment)

    assert payment["state"] == "settled"
    assert (proof["payer"], proof["receiver"], proof["amount"]) == (number(li), number(shop), 1_250)
    assert proof["answer"] == "settled"
    assert (li.balance(), shop.balance()) == (8_750, 1_250)
    newest = li.do("held.history()")["items"][0]
    assert (newest["kind"], newest["amount"], newest["effect"]) == ("paid", 1_250, "out")
    assert currency.law_holds()


def test_a_key_never_leaves_the_browser(li: Pocket) -> None:
    """Not even the page that signs with it can read it."""
    story = """{
      const answer = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
      const database = await answer(indexedDB.open("dcep wallet"));
      const device = await answer(database.transaction("kept").objectStore("kept").get("device"));
      return crypto.subtle.exportKey("pkcs8", device.secret).then(() => "read", (error) => error.name); }"""

    assert li.do(story) == "InvalidAccessError"


def test_a_double_tap_pays_once(li: Pocket, shop: Pocket) -> None:
    """Under one key at most one payment is ever signed, also when two taps come at once and a third one later."""
    story = "Promise.all([1, 2].map(() => held.pay(args.receiver, 300n, { key: 'tap-1' })))"

    first, second = li.do(story, receiver=number(shop))
    third = li.pay(number(shop), 300, key="tap-1")

    assert first["command"] == second["command"] == third["command"]
    assert len(li.payments()) == 1
    assert shop.balance() == 300
    with pytest.raises(Trouble, match="idempotency_key_reused"):
        li.pay(number(shop), 301, key="tap-1")


def test_two_pages_of_one_wallet_never_take_one_number_twice(li: Pocket, shop: Pocket, pockets: Pockets) -> None:
    """Both pay at once: each payment has a number of its own, and each settles."""
    other = pockets.beside(li)
    story = "{ window.paying = Promise.all([1, 2, 3, 4, 5, 6].map((each) => held.pay(args.receiver, BigInt(each)))); }"

    li.do(story, receiver=number(shop))
    other.do(story, receiver=number(shop))
    paid = [*li.do("window.paying"), *other.do("window.paying")]

    assert [payment["state"] for payment in paid] == ["settled"] * 12
    assert len({payment["command"] for payment in paid}) == 12
    assert (li.balance(), shop.balance()) == (10_000 - 42, 42)


def test_an_answer_that_was_lost_is_asked_for_with_the_same_bytes(li: Pocket, shop: Pocket) -> None:
    """The ledger has the payment and the page does not know: the same bytes again, one payment."""
    li.page.route(PAYMENTS, once(deliver_and_lose))

    payment = li.pay(number(shop), 500)

    assert payment["state"] == "settled"
    assert (len(li.payments()), shop.balance()) == (1, 500)


@pytest.mark.parametrize("arrives", [True, False], ids=["after the ledger had it", "before the ledger had it"])
def test_a_page_that_is_closed_in_the_middle_of_a_payment_loses_nothing(
    li: Pocket, shop: Pocket, pockets: Pockets, arrives: bool
) -> None:
    """The bytes were stored before they were sent: the next page sends them again, and the money moves once."""
    reached = []

    def keep(route: Route) -> None:
        if arrives:
            route.fetch()
        reached.append(route)

    li.page.route(PAYMENTS, keep)
    li.do("{ void held.pay(args.receiver, 700n); }", receiver=number(shop))
    li.wait(lambda: bool(reached))
    li.page.close()

    again = pockets.beside(li)
    before = again.payments()
    healed = again.do("held.heal()")

    assert [payment["state"] for payment in before] == ["open"]
    assert [payment["state"] for payment in healed] == ["settled"]
    assert again.do("held.heal()") == []
    assert (again.balance(), shop.balance()) == (9_300, 700)


def test_without_a_network_a_payment_waits_and_is_made_once(li: Pocket, shop: Pocket) -> None:
    """What was seen can still be read, and nothing is signed twice when the network is back."""
    receiver, (account, page) = number(shop), li.do("Promise.all([held.account(), held.history()])")
    li.device.set_offline(True)
    waiting = li.pay(receiver, 900)
    with pytest.raises(Trouble) as gone:
        li.balance()
    remembered = li.do("held.remembered()")

    li.device.set_offline(False)
    healed = li.do("held.heal()")

    assert waiting["state"] == "open"
    assert (gone.value.code, gone.value.final) == ("offline", False)
    assert (remembered["account"], remembered["history"]) == (account, page["items"])
    assert [payment["command"] for payment in healed] == [waiting["command"]]
    assert (healed[0]["state"], shop.balance()) == ("settled", 900)


@pytest.mark.parametrize("ahead_ms", [DAY_MS, -DAY_MS], ids=["a day ahead", "a day behind"])
def test_a_device_whose_clock_is_a_day_wrong_still_pays(pockets: Pockets, shop: Pocket, ahead_ms: int) -> None:
    """The ledger's time counts: an expiry of the device's own would be over, or too far ahead."""
    wrong = opened(pockets, clock_ahead_ms=ahead_ms)
    wrong.exchange(1_000)

    payment = wrong.pay(number(shop), 400)

    assert payment["state"] == "settled"
    assert shop.balance() == 400


def test_many_payments_that_wait_are_all_taken_up(li: Pocket, shop: Pocket) -> None:
    """One that nobody answers for holds up no other."""
    story = "Promise.all([1, 2, 3].map((each) => held.pay(args.receiver, BigInt(each))))"
    receiver = number(shop)
    li.device.set_offline(True)
    waiting = li.do(story, receiver=receiver)
    li.device.set_offline(False)
    li.page.route(PAYMENTS, once(Route.abort))

    healed = li.do("held.heal()")

    assert [payment["state"] for payment in waiting] == ["open"] * 3
    assert [payment["state"] for payment in healed] == ["settled"] * 3
    assert shop.balance() == 6


def test_a_page_that_is_called_by_another_name_signs_for_the_operators_own(
    screens: Screens, module: str, currency: Currency, shop: Pocket
) -> None:
    """A request counts for one address: the operator's own, whichever name the browser has for it."""
    url = currency.urls["icbc"].replace("127.0.0.1", "localhost")
    elsewhere = opened(Pockets(screens, module, url))
    elsewhere.exchange(1_000)

    payment = elsewhere.pay(number(shop), 250)

    assert url != currency.urls["icbc"]
    assert payment["state"] == "settled"
    assert elsewhere.balance() == 750


def test_a_wallet_without_a_name_shows_one_and_gets_a_deposit(pockets: Pockets) -> None:
    """Class IV asks for a phone number and has no deposit to exchange; with better evidence the same wallet has."""
    pocket, mine = pockets.new(), phone()
    pocket.open(mine, walletClass="IV", evidence={"phone": mine}, recovery=False)
    evidence = {"phone": mine, "name": "Li", "document": f"P{mine[-8:]}", "bankAccount": f"62{mine[1:]}"}

    with pytest.raises(Trouble, match="no_deposit_account"):
        pocket.exchange(100)
    order = pocket.do("held.changeClass('II', args.evidence)", evidence=evidence)
    pocket.exchange(100)

    assert (order["kind"], order["state"]) == ("set_class", "done")
    assert (pocket.do("held.account()")["walletClass"], pocket.balance()) == ("II", 100)


def test_a_refusal_says_why_and_moves_nothing(li: Pocket, shop: Pocket) -> None:
    """The number is used up, and the next payment goes on behind it."""
    refused = li.pay(number(shop), 10_001)
    settled = li.pay(number(shop), 10_000)

    assert (refused["state"], refused["code"]) == ("refused", "insufficient_funds")
    assert settled["state"] == "settled"
    assert (li.balance(), shop.balance()) == (0, 10_000)


def test_a_word_without_its_proof_is_not_believed(li: Pocket, shop: Pocket) -> None:
    """Whoever stands in the way and says that it is settled has no worker's key; the truth is heard later."""

    def forge(route: Route) -> None:
        told = route.fetch().json()
        told["receipt"] = told["receipt"][:-2] + ("00" if told["receipt"][-2:] != "00" else "01")
        route.fulfill(json=told, headers={"access-control-allow-origin": "*"})

    li.page.route(PAYMENTS, forge)
    with pytest.raises(Trouble) as unproven:
        li.pay(number(shop), 600)
    before = li.payments()[0]["state"]
    li.page.unroute(PAYMENTS)

    assert (unproven.value.code, unproven.value.final) == ("unproven_answer", False)
    assert before == "open"
    assert [payment["state"] for payment in li.do("held.heal()")] == ["settled"]
    assert shop.balance() == 600


def test_a_worker_that_is_not_known_is_asked_for(li: Pocket, shop: Pocket) -> None:
    """Who may sign follows from the genesis and the officers' orders; a wallet that has missed one learns it then."""
    forget = """{
      const answer = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
      const kept = (await answer(indexedDB.open("dcep wallet"))).transaction("kept", "readwrite").objectStore("kept");
      const trust = await answer(kept.get("trust"));
      await answer(kept.put({ ...trust, workers: [new Uint8Array(32)] }, "trust")); }"""
    li.do(forget)

    payment = li.pay(number(shop), 450)

    assert payment["state"] == "settled"
    assert li.do("held.receipt(args.payment)", payment=payment)["amount"] == 450


def test_digital_currency_is_redeemed_for_deposit(li: Pocket, currency: Currency) -> None:
    """The deposit is credited before the answer comes, and the ledger has signed for it."""
    redeemed = li.do("held.redeem(2_500n)")

    assert (redeemed["kind"], redeemed["state"]) == ("redeem", "settled")
    assert li.balance() == 7_500
    assert currency.law_holds()


def test_a_double_tap_refunds_and_redeems_once(li: Pocket, shop: Pocket) -> None:
    """Both go by the operator, and both have a key as a payment has."""
    li.pay(number(shop), 800)
    story = """{ const [line] = (await held.history()).items.filter((each) => each.kind === "received");
      const refunds = [1, 2].map(() => held.refund(line, 300n, { key: "refund-1" }));
      const redemptions = [1, 2].map(() => held.redeem(100n, { key: "redeem-1" }));
      return Promise.all([...refunds, ...redemptions]); }"""

    done = [*shop.do(story), shop.do("held.redeem(100n, { key: 'redeem-1' })")]

    assert [payment["state"] for payment in done] == ["settled"] * 5
    assert len(shop.payments()) == 2
    assert shop.balance() == 800 - 300 - 100


def test_a_wallet_of_another_currency_says_so(li: Pocket) -> None:
    """At the same address another network may be served one day: the wallet is not lost, it is elsewhere."""

    def other(route: Route) -> None:
        told = route.fetch().json()
        route.fulfill(json={**told, "network": "00" * 16})

    def not_known(route: Route) -> None:
        route.continue_(headers={**route.request.headers, "signature": "sig1=:AA==:"})

    li.page.route("**/v1/operator", other)
    li.page.route("**/v1/wallets/**", not_known)

    with pytest.raises(Trouble) as elsewhere:
        li.do("held.account()")

    assert (elsewhere.value.code, elsewhere.value.final) == ("other_network", True)


def test_a_merchant_pays_back_what_was_paid_and_no_more(li: Pocket, shop: Pocket) -> None:
    """The operator judges; what it says no to is dead before the merchant hears of it."""
    li.pay(number(shop), 800)
    refund = "{ const [line] = (await held.history()).items.filter(each => each.kind === 'received');"
    refund += " return held.refund(line, BigInt(args.amount)); }"

    part = shop.do(refund, amount=300)
    with pytest.raises(Trouble, match="refund_over_original"):
        shop.do(refund, amount=501)

    assert (part["kind"], part["state"]) == ("refund", "settled")
    assert (li.balance(), shop.balance()) == (10_000 - 800 + 300, 500)
    assert [payment["state"] for payment in shop.payments()] == ["never_processed", "settled"]


def test_who_listens_hears_of_a_payment_and_misses_none(li: Pocket, shop: Pocket) -> None:
    """The stream goes on by itself behind the last event, when the network was away in between."""
    shop.do(
        "{ window.heard = []; window.standing = []; held.listen(event => window.heard.push(event.movement?.amount),"
        " { onConnection: each => window.standing.push(each) }); }"
    )
    shop.until("window.standing.at(-1) === true")

    li.pay(number(shop), 11)
    shop.until("window.heard.length === 1")
    shop.device.set_offline(True)
    shop.until("window.standing.at(-1) === false")
    li.pay(number(shop), 22)
    shop.device.set_offline(False)
    shop.until("window.heard.length === 2")

    assert shop.do("window.heard") == [11, 22]


def test_a_lost_device_is_replaced_by_the_recovery_code(pockets: Pockets, shop: Pocket) -> None:
    """The new device has the money; what the lost one signs from then on, or has signed before, is never heard."""
    lost, receiver = pockets.new(), number(shop)
    opening = lost.open(phone())
    lost.exchange(5_000)
    lost.device.set_offline(True)
    waiting = lost.pay(receiver, 1_000)
    found = pockets.new()

    found.do("{ await Holder.recover(args.name, args.wallet, args.code); }", **opening)
    lost.device.set_offline(False)
    with pytest.raises(Trouble, match="taken_out"):
        lost.pay(receiver, 1)
    lost.do("held.heal()")

    assert waiting["state"] == "open"
    assert found.balance() == 5_000
    assert found.pay(receiver, 100)["state"] == "settled"
    assert shop.balance() == 100


def test_a_wrong_recovery_code_opens_nothing(pockets: Pockets) -> None:
    """A letter that was read badly is found on the device; a code of another wallet by the operator."""
    one, other, found = (pockets.new() for _ in range(3))
    opening, code = one.open(phone()), other.open(phone())["code"]
    misread = opening["code"][:-1] + ("2" if opening["code"][-1] != "2" else "3")
    recover = "{ await Holder.recover(args.name, args.wallet, args.code); }"

    for wrong in (misread, code, "", opening["code"][:-4]):
        with pytest.raises(Trouble, match="bad_recovery_code"):
            found.do(recover, wallet=opening["wallet"], code=wrong)
    found.do(recover, wallet=opening["wallet"], code=opening["code"].lower().replace(" ", "-"))

    assert number(found) == opening["wallet"]


def test_an_opening_that_was_cut_goes_on_and_opens_one_wallet(pockets: Pockets) -> None:
    """The order was stored with its key: the second try is the same order, and shows the same recovery code."""
    pocket, mine = pockets.new(), phone()
    keys: list[str] = []

    def lose(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        (deliver_and_lose if len(keys) == 1 else Route.continue_)(route)

    pocket.page.route("**/v1/wallets", lose)
    pocket.do("{ void Holder.open(args.name, { walletClass: 'IV', evidence: { phone: args.mine } }); }", mine=mine)
    pocket.wait(lambda: bool(keys))
    again = pockets.beside(pocket)
    pocket.page.close()
    again.page.route("**/v1/wallets", lose)

    opening = again.open(mine)

    assert len(set(keys)) == 1
    assert number(again) == opening["wallet"]
    assert len(opening["code"].split()) == 8
    with pytest.raises(Trouble, match="wallet_exists"):
        again.open(mine)


def test_two_devices_hold_one_wallet_each_on_its_own_lane(pockets: Pockets, li: Pocket) -> None:
    """A till that was let in pays from the same money; taken out again, it signs nothing that is heard."""
    first, second = opened(pockets, name="till"), pockets.new("till")
    receiver, wallet = number(li), number(first)
    first.exchange(1_000)
    second.do("Holder.prepare('till').then(each => Array.from(each.key))")
    with pytest.raises(Trouble) as early:
        second.do("{ await Holder.join('till', args.wallet); }", wallet=wallet)

    first.do(
        """{ const { policy } = await held.policy();
        const seats = policy.of.map((each, at) => ({ site: at === 0 ? 0 : 255, suite: each.suite, key: each.key }));
        const key = Uint8Array.from(args.key);
        seats.splice(1, 0, { site: 1, suite: 3, key });
        const changed = await held.setPolicy({ kind: "board", needed: 1, sites: 1, seats });
        if (changed.state !== "settled") throw new Error(changed.state); }""",
        key=second.do("Holder.prepare('till').then(each => Array.from(each.key))"),
    )
    second.do("{ await Holder.join('till', args.wallet); }", wallet=wallet)

    assert (early.value.code, early.value.final) == ("not_yet_let_in", False)
    assert (first.do("held.lane"), second.do("held.lane")) == (0, 1)
    assert first.pay(receiver, 10)["state"] == second.pay(receiver, 20)["state"] == "settled"
    assert first.balance() == second.balance() == 970
