"""Every screen of the wallet page, on phone and desk, light and dark, in both languages: nobody is kept out."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.web.processes import Currency
from tests.web.screens import PageAt, Scheme, Size, hindrances, take_picture
from tests.web.wallet.holders import Person

pytestmark = pytest.mark.long

_VIEWS = ("home", "receive", "pay", "exchange", "history", "settings")


@pytest.fixture
def baker(currency: Currency, page_at: PageAt) -> Person:
    """Return somebody who can be paid."""
    person = Person(page_at(f"{currency.urls['ccb']}/wallet"))
    person.open_wallet()
    return person


def _show(page: Page, view: str) -> None:
    page.evaluate("view => { location.hash = view; }", view)
    page.wait_for_function("() => document.querySelectorAll('.spinner').length === 0")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "desk"])
def test_no_screen_keeps_somebody_out(
    currency: Currency, page_at: PageAt, baker: Person, size: Size, scheme: Scheme
) -> None:
    """Axe finds nothing on any screen, in either language."""
    li = Person(page_at(f"{currency.urls['icbc']}/wallet", size, scheme))
    li.open_wallet()
    li.exchange("1234.56")
    li.pay_one_yuan_to(baker.number)

    found = []
    for language in ("English", "中文"):
        for view in _VIEWS:
            _show(li.page, view)
            found += [f"{language} {view} {fault}" for fault in hindrances(li.page)]
            if language == "English" and (view == "home" or (size, scheme) == ("phone", "light")):
                take_picture(li.page, f"wallet-{view}-{size}-{scheme}")
        _show(li.page, "home")
        if language == "English":
            li.press("中文")
    if (size, scheme) == ("phone", "dark"):
        take_picture(li.page, f"wallet-home-{size}-{scheme}-zh")

    assert found == []


def test_everything_is_done_by_keyboard(currency: Currency, page_at: PageAt) -> None:
    """Whoever has no mouse opens a sheet, types, orders and closes it; the focus is where it is looked for."""
    li = Person(page_at(f"{currency.urls['icbc']}/wallet", "desk"))
    li.open_wallet()
    page = li.page
    page.get_by_role("link", name="Exchange").focus()

    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Exchange")).to_be_focused()
    for key in ("Tab", "Tab"):
        page.keyboard.press(key)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Back to the bank")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Tab")
    page.keyboard.type("7.50")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    li.sees("¥7.50 is in the wallet")
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_have_count(0)
    li.has("7.50")


def test_the_history_is_searched_and_saved(currency: Currency, page_at: PageAt, baker: Person, tmp_path: Path) -> None:
    """A line is found by what one remembers of it; the file has every line, with signs that sum to the balance."""
    li = Person(page_at(f"{currency.urls['icbc']}/wallet", "desk"))
    li.open_wallet()
    li.exchange("100")
    li.pay_one_yuan_to(baker.number)
    li.press("All")

    li.field("Search").fill("exchanged 100")
    expect(li.page.get_by_role("listitem")).to_have_count(1)
    li.field("Search").fill("nothing like it")
    li.sees("Nothing was found.")
    with li.page.expect_download() as saved:
        li.press("Save as a file")
    file = tmp_path / "history.csv"
    saved.value.save_as(file)

    lines = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))))
    assert saved.value.suggested_filename.startswith("wallet-")
    assert [line["kind"] for line in lines] == ["paid", "exchanged", "opened"]
    assert sum(float(line["amount_yuan"]) for line in lines) == pytest.approx(99)


def test_the_page_can_be_put_on_a_phones_screen(currency: Currency, page_at: PageAt) -> None:
    """A browser offers to install what has a manifest, an icon and a worker that it accepts."""
    page = page_at(f"{currency.urls['icbc']}/wallet")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    devtools = page.context.new_cdp_session(page)

    manifest = devtools.send("Page.getAppManifest")
    errors = devtools.send("Page.getInstallabilityErrors")

    assert manifest["errors"] == []
    assert [error["errorId"] for error in errors["installabilityErrors"] if error["errorId"] != "in-incognito"] == []


def test_the_page_speaks_to_its_own_bank_and_ledger_alone(currency: Currency, page_at: PageAt) -> None:
    """No foreign host learns that somebody opened a wallet; a script from elsewhere would not run."""
    hosts: set[str] = set()
    page = page_at("about:blank")
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.goto(f"{currency.urls['icbc']}/wallet")
    li = Person(page)

    li.open_wallet()
    policy = page.request.get(f"{currency.urls['icbc']}/wallet").headers["content-security-policy"]

    assert hosts <= {urlsplit(currency.urls[name]).netloc for name in ("icbc", "shard-000")}
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
