"""The supply board: live, green or red in a way that nobody mistakes, for everybody and for staff."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.web.command_line import Purse, invitation
from tests.web.processes import Currency
from tests.web.screens import PageAt, Scheme, Size, hindrances, take_picture

pytestmark = pytest.mark.long
_PATIENCE_MS = 30_000


def _board(currency: Currency) -> str:
    return f"{currency.urls['central-bank']}/board"


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02}"


def _see(page: Page, text: str) -> None:
    expect(page.get_by_text(text).first).to_be_visible(timeout=_PATIENCE_MS)


def _changed(change: Callable[[dict[str, Any]], None]) -> Callable[[Route], None]:
    """Return what lets the page hear another cut than the central bank tells."""

    def answer(route: Route) -> None:
        told = route.fetch().json()
        change(told)
        route.fulfill(json=told)

    return answer


def test_what_is_exchanged_and_paid_elsewhere_shows_on_the_board(
    currency: Currency, page_at: PageAt, tmp_path: Path
) -> None:
    """Nobody loads the page again: an exchange is seen in the sum of wallets, a payment in the ledger's frame."""
    li, bakery = Purse(currency, tmp_path / "li", 41_001), Purse(currency, tmp_path / "bakery", 41_002, operator="ccb")
    page = page_at(_board(currency), "desk")
    expect(page.get_by_role("heading", name="The law holds")).to_be_visible(timeout=_PATIENCE_MS)
    place = page.locator(".place").filter(has_text="Wallets")
    before = int(currency.ask("central-bank", "/v1/supply")["supply"]["wallets_fen"])

    li.run("exchange", "80.25")
    expect(place).to_contain_text(_yuan(before + 8_025), timeout=_PATIENCE_MS)
    frame = page.get_by_text("shard-000, frame").inner_text()
    li.run("pay", bakery.number, "12.50")

    expect(page.get_by_text("shard-000, frame")).not_to_have_text(frame, timeout=_PATIENCE_MS)
    expect(place).to_contain_text(_yuan(before + 8_025))
    assert page.locator(".law").get_attribute("data-law") == "holds"
    assert page.locator(".chart-room canvas").count() == 4


def test_a_broken_cut_turns_the_board_red(currency: Currency, page_at: PageAt) -> None:
    """By the page's own sum, whatever it is told: a fen too few is said to the fen, and what to do."""

    def lose_a_fen(told: dict[str, Any]) -> None:
        told["supply"]["bank_vaults_fen"] -= 1
        told["supply"]["law_holds"] = True

    page = page_at(_board(currency), "desk", "dark")
    expect(page.get_by_role("heading", name="The law holds")).to_be_visible(timeout=_PATIENCE_MS)
    page.route("**/v1/supply", _changed(lose_a_fen))

    expect(page.get_by_role("heading", name="The law is broken")).to_be_visible(timeout=_PATIENCE_MS)
    _see(page, "0.01 yuan that were issued are nowhere.")
    _see(page, "Stop issuing, and audit the ledgers")
    assert hindrances(page) == []
    take_picture(page, "board-broken")
    page.unroute_all(behavior="wait")


def test_a_board_that_hears_nothing_is_neither_green_nor_red(currency: Currency, page_at: PageAt) -> None:
    """A wall that says that all is well, an hour after it has lost the central bank, is worse than none."""
    page = page_at(_board(currency), "desk")
    page.clock.install()
    page.reload()
    expect(page.get_by_role("heading", name="The law holds")).to_be_visible(timeout=_PATIENCE_MS)

    page.route("**/v1/**", lambda route: route.abort())
    page.clock.run_for(30_000)

    expect(page.get_by_role("heading", name="Not known now")).to_be_visible(timeout=_PATIENCE_MS)
    expect(page.locator(".frame-side")).to_contain_text("No word")
    assert hindrances(page) == []


def test_the_figures_of_operators_are_shown_to_staff_alone(currency: Currency, page_at: PageAt) -> None:
    """Everybody sees who is admitted; an invitation shows how each stands, until whoever came in leaves."""
    everybody = page_at(_board(currency), "desk")
    operators = everybody.get_by_role("region", name="Operators", exact=True)
    expect(operators).to_contain_text("UnionPay", timeout=_PATIENCE_MS)
    staff = page_at(invitation(currency, "Zhao Min", to="centralbank"), "desk")
    figures = staff.get_by_role("region", name="Operators", exact=True)

    expect(figures).to_contain_text("Allocated", timeout=_PATIENCE_MS)
    expect(figures).to_contain_text("10,000,000.00")
    assert "Allocated" not in operators.inner_text()
    assert "#" not in staff.url
    assert hindrances(staff) == []
    take_picture(staff, "board-staff", whole=True)

    staff.get_by_role("button", name="Zhao Min: leave").click()
    expect(figures).not_to_contain_text("Allocated", timeout=_PATIENCE_MS)


def test_an_invitation_to_the_board_works_once(currency: Currency, page_at: PageAt) -> None:
    """The second device hears why, and sees what everybody sees."""
    link = invitation(currency, "Zhao Min", to="centralbank")
    first = page_at(link, "desk")
    expect(first.get_by_role("button", name="Zhao Min: leave")).to_be_visible(timeout=_PATIENCE_MS)

    second = page_at(link, "desk")

    _see(second, "This link has been used: it works once.")
    expect(second.get_by_role("heading", name="The law holds")).to_be_visible(timeout=_PATIENCE_MS)


@pytest.mark.parametrize("size", ["phone", "desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_board_can_be_used_by_everybody(currency: Currency, page_at: PageAt, size: Size, scheme: Scheme) -> None:
    """On a phone and on a wall, light and dark; the dark one speaks Chinese."""
    language, law = ("en-GB", "The law holds") if scheme == "light" else ("zh-CN", "供应守恒律成立")
    page = page_at(_board(currency), size, scheme, language=language)
    expect(page.get_by_role("heading", name=law)).to_be_visible(timeout=_PATIENCE_MS)
    expect(page.locator(".chart-room canvas")).to_have_count(4, timeout=_PATIENCE_MS)

    assert hindrances(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")
    take_picture(page, f"board-{size}-{scheme}", whole=size == "desk")


def test_the_language_is_changed_on_the_page_and_stays(currency: Currency, page_at: PageAt) -> None:
    """What a person has chosen is what he finds the next day."""
    page = page_at(_board(currency), "desk")

    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("heading", name="供应守恒律成立")).to_be_visible(timeout=_PATIENCE_MS)
    page.reload()

    expect(page.get_by_role("heading", name="供应守恒律成立")).to_be_visible(timeout=_PATIENCE_MS)
    assert page.evaluate("document.documentElement.lang") == "zh-CN"


def test_a_figure_too_large_for_a_number_of_the_browsers_is_shown_to_the_fen(
    currency: Currency, page_at: PageAt
) -> None:
    """Beyond 2^53 fen a browser rounds: a board that rounded would miss a fen, or find one."""
    much = 9_007_199_254_740_993

    def grow(route: Route) -> None:
        told = route.fetch().json()
        told["supply"] |= {"issued_fen": much, "reserve_fen": much, "withdrawn_fen": 0, "wallets_fen": much}
        told["supply"] |= {"bank_vaults_fen": 0, "issuing_vault_fen": 0, "in_transit_fen": 0}
        # As the service writes it: digits, whatever their number.
        route.fulfill(body=json.dumps(told), content_type="application/json")

    page = page_at(_board(currency), "desk")
    page.route("**/v1/supply", grow)

    expect(page.locator(".law-sum")).to_contain_text(_yuan(much), timeout=_PATIENCE_MS)
    expect(page.get_by_role("heading", name="The law holds")).to_be_visible()
    page.unroute_all(behavior="wait")
