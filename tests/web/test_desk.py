"""The operator's desk: who comes in, and what is done there reaches the ledger."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from dcep.services import machine
from tests.web.command_line import Purse, invitation
from tests.web.processes import Currency
from tests.web.screens import PageAt, Scheme, Screens, Size, hindrances, take_picture

pytestmark = pytest.mark.long
_PATIENCE_MS = 30_000
_BASIS = "Court of Shenzhen, case 2026-17"


def _see(page: Page, text: str) -> None:
    expect(page.get_by_text(text).first).to_be_visible(timeout=_PATIENCE_MS)


def _come_in(currency: Currency, page_at: PageAt, size: Size = "desk", scheme: Scheme = "light", **more: str) -> Page:
    page: Page = page_at(invitation(currency, "Wang Fang"), size, scheme, **more)
    expect(page.get_by_role("button", name="Wang Fang")).to_be_visible(timeout=_PATIENCE_MS)
    return page


def _look_up(page: Page, wallet: str) -> None:
    page.get_by_label("By").select_option("wallet")
    page.get_by_label("In full").fill(wallet)
    page.get_by_role("button", name="Look up").click()


def _order(page: Page, button: str, basis: str) -> None:
    """Order a freeze, or its end, and wait until the ledger has answered."""
    page.get_by_role("button", name=button, exact=True).first.click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("Legal basis").fill(basis)
    sheet.get_by_role("button", name=button, exact=True).click()


def test_a_freeze_ordered_at_the_desk_stops_the_wallet_from_paying(
    currency: Currency, page_at: PageAt, tmp_path: Path
) -> None:
    """Until it is lifted there; the basis and who has ordered it stay on record."""
    li, bakery = Purse(currency, tmp_path / "li", 42_001), Purse(currency, tmp_path / "bakery", 42_002)
    li.run("exchange", "50")
    page = _come_in(currency, page_at)
    _look_up(page, li.spaced)
    expect(page.get_by_role("heading", name="Person 42001")).to_be_visible(timeout=_PATIENCE_MS)

    _order(page, "Freeze", _BASIS)
    _see(page, "Frozen. It counts from now on.")
    while_frozen = li.tried("pay", bakery.number, "10")
    page.keyboard.press("Escape")
    _see(page, "Frozen: pays nothing")
    _order(page, "Lift every freeze", "Court of Shenzhen, case 2026-17 closed")
    _see(page, "Lifted. The wallet pays again.")
    page.keyboard.press("Escape")
    freed = li.tried("pay", bakery.number, "10")

    assert (while_frozen.code, "payer_frozen" in while_frozen.out + while_frozen.err) == (1, True)
    assert freed.code == 0
    page.get_by_role("tab", name="Freezes").click()
    row = page.get_by_role("row").filter(has_text=_BASIS).filter(has_text="freeze of paying")
    expect(row).to_contain_text("Wang Fang", timeout=_PATIENCE_MS)
    expect(row).to_contain_text("no more")
    assert currency.law_holds()


def test_an_invitation_works_once_and_the_page_stays_in_after_a_reload(
    currency: Currency, page_at: PageAt, screens: Screens
) -> None:
    """The key is this browser's: another one is out with the same link, and the code is gone from the address."""
    link = invitation(currency, "Wang Fang")
    first = page_at(link, "desk")
    expect(first.get_by_role("button", name="Wang Fang: leave")).to_be_visible(timeout=_PATIENCE_MS)
    assert "#" not in first.url

    second = page_at(link, "desk")
    _see(second, "This link has been used: it works once.")
    _see(second, "dcep bank desk --open")
    again = screens.again(first.context, first.url)

    expect(again.get_by_role("button", name="Wang Fang: leave")).to_be_visible(timeout=_PATIENCE_MS)
    again.get_by_role("button", name="Wang Fang: leave").click()
    _see(again, "Come in by an invitation")
    first.reload()
    _see(first, "Come in by an invitation")


def test_a_link_that_has_expired_or_was_forged_opens_nothing(currency: Currency, page_at: PageAt) -> None:
    """Each says what it is, and what to do; the desk shows no name."""
    old = invitation(currency, "Wang Fang")
    with closing(sqlite3.connect(currency.data / "icbc" / "operator.db")) as kept, kept:
        # A quarter of an hour passes.
        kept.execute("UPDATE staff_invitations SET expires_at_ms = 1 WHERE keyid IS NULL")
    forged = old[:-32] + "0" * 32

    for link, why in ((old, "This link has expired"), (forged, "This link was never given out.")):
        page = page_at(link, "desk")
        _see(page, why)
        _see(page, "Ask whoever has the institution's certificate for another link.")
        expect(page.get_by_role("tab", name="Customers")).to_have_count(0)
        assert hindrances(page) == []


def test_nobody_comes_in_without_an_invitation(currency: Currency, page_at: PageAt) -> None:
    """The page of another operator names its own line."""
    page = page_at(f"{currency.urls['ccb']}/desk", "desk")

    _see(page, "dcep bank desk --open --operator 004")
    assert hindrances(page) == []
    take_picture(page, "desk-door")


def test_a_device_whose_clock_is_a_day_wrong_works_at_the_desk(currency: Currency, page_at: PageAt) -> None:
    """What is signed is dated by the operator's own clock."""
    page = page_at(f"{currency.urls['icbc']}/desk", "desk")
    page.clock.set_system_time(datetime.fromtimestamp(machine.now() / 1_000, UTC) + timedelta(days=1))

    page.goto(invitation(currency, "Wang Fang"))
    page.reload()

    expect(page.get_by_role("button", name="Wang Fang: leave")).to_be_visible(timeout=_PATIENCE_MS)


def test_a_customer_is_found_by_what_he_has_shown_and_nobody_by_a_part_of_it(
    currency: Currency, page_at: PageAt, tmp_path: Path
) -> None:
    """By phone or document; a number that can be none is not sent anywhere."""
    li = Purse(currency, tmp_path / "li", 42_003)
    page = _come_in(currency, page_at)

    def find(by: str, text: str) -> None:
        page.get_by_label("By").select_option(by)
        page.get_by_label("In full").fill(text)
        page.get_by_role("button", name="Look up").click()

    find("phone", li.phone.removeprefix("+86"))
    expect(page.get_by_role("heading", name="Person 42003")).to_be_visible(timeout=_PATIENCE_MS)
    expect(page.get_by_text(li.spaced).first).to_be_visible()
    find("document", "E0004200")
    _see(page, "Nobody here has shown this.")
    find("document", "e00042003")
    expect(page.get_by_role("heading", name="Person 42003")).to_be_visible(timeout=_PATIENCE_MS)
    find("wallet", "001")
    _see(page, "A wallet's number has 16 digits.")
    find("wallet", "0010000000000011")
    _see(page, "No customer of this operator has this wallet.")


def test_a_freeze_needs_a_basis(currency: Currency, page_at: PageAt, tmp_path: Path) -> None:
    """Nothing is ordered without one."""
    li = Purse(currency, tmp_path / "li", 42_004)
    page = _come_in(currency, page_at)
    _look_up(page, li.number)

    _order(page, "Freeze", "  ")

    _see(page, "A freeze without a legal basis is none.")
    assert hindrances(page) == []
    page.keyboard.press("Escape")
    _see(page, "In order")


def test_an_answer_that_is_lost_freezes_once(currency: Currency, page_at: PageAt, tmp_path: Path) -> None:
    """Nobody knows whether it was taken: the page offers the very same again, and nothing of it can be changed."""
    li = Purse(currency, tmp_path / "li", 42_005)
    page = _come_in(currency, page_at)
    _look_up(page, li.number)
    lost: list[int] = []

    def lose_the_first(route: Route) -> None:
        answer = route.fetch()
        if lost:
            route.fulfill(response=answer)
        else:
            lost.append(answer.status)
            route.abort()

    page.route("**/freeze", lose_the_first)
    _order(page, "Freeze", "case 2026-18")
    again = page.get_by_role("button", name="Send the same order again")
    expect(again).to_be_visible(timeout=_PATIENCE_MS)
    expect(page.get_by_label("Legal basis")).to_have_count(0)
    assert hindrances(page) == []
    again.click()
    _see(page, "Frozen. It counts from now on.")
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Freezes").click()

    expect(page.get_by_role("row").filter(has_text="case 2026-18")).to_have_count(1, timeout=_PATIENCE_MS)
    assert lost == [202]
    page.unroute_all(behavior="wait")


def test_breaks_of_a_day_are_named(currency: Currency, page_at: PageAt) -> None:
    """The books of a young currency agree; where they did not, the desk says where, on the day and at a glance."""
    page = _come_in(currency, page_at)
    yesterday = page.locator(".glance").nth(2)
    expect(yesterday).to_contain_text("agree", timeout=_PATIENCE_MS)

    def differ(route: Route) -> None:
        breaks = [
            {"kind": "vault_short", "subject": "vault", "says": "the vault has 1 fen, by the orders it should have 2"},
            {"kind": "booking_missing", "subject": "ab" * 16, "says": "the core system has booked no debit"},
        ]
        day = route.request.url.rpartition("/")[2]
        route.fulfill(json={"day": day, "allocated_fen": 1_000_000_000, "breaks": breaks})

    page.route("**/v1/reconciliation/*", differ)
    page.reload()

    expect(yesterday).to_contain_text("2 breaks", timeout=_PATIENCE_MS)
    page.get_by_role("tab", name="Books").click()
    _see(page, "vault_short")
    _see(page, "the core system has booked no debit")
    expect(page.locator(".chart-room canvas")).to_have_count(1, timeout=_PATIENCE_MS)
    expect(page.locator(".day .badge")).to_have_count(7, timeout=_PATIENCE_MS)
    assert hindrances(page) == []
    take_picture(page, "desk-breaks")


@pytest.mark.parametrize("size", ["phone", "desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_desk_can_be_used_by_everybody(
    currency: Currency, page_at: PageAt, tmp_path: Path, size: Size, scheme: Scheme
) -> None:
    """On a phone and on a desk, light and dark; the dark one speaks Chinese; by keyboard from part to part."""
    language = "en-GB" if scheme == "light" else "zh-CN"
    person = 43_000 + 10 * (size == "desk") + (scheme == "dark")
    li = Purse(currency, tmp_path / "li", person)
    li.run("exchange", "64.80")
    page = _come_in(currency, page_at, size, scheme, language=language)
    page.locator(".look-up input").fill(li.number)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"Person {person}")).to_be_visible(timeout=_PATIENCE_MS)
    expect(page.get_by_text("64.80").first).to_be_visible(timeout=_PATIENCE_MS)
    found = hindrances(page)
    take_picture(page, f"desk-{size}-{scheme}")

    tabs = page.get_by_role("tab")
    tabs.first.focus()
    for at in range(1, 4):
        page.keyboard.press("ArrowRight")
        expect(tabs.nth(at)).to_have_attribute("aria-selected", "true")
        found += hindrances(page)

    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")
