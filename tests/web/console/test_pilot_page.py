"""The pilot's page: live while a pilot is played beside it, and no taller than a phone bears."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Page, Route, expect

from tests.web.processes import Currency, currency_in
from tests.web.screens import PageAt, hindrances, take_picture

pytestmark = pytest.mark.long
_DCEP: Final = (sys.executable, "-c", "from dcep.cli.app import main; main()")
_PATIENCE_MS: Final = 60_000
# A pilot of two phases, on a machine that has much else to do.
_PLAYED_S: Final = 400.0


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Currency]:
    """Return a currency of its own: a pilot opens many wallets, and a data folder has one."""
    with currency_in(tmp_path_factory.mktemp("town")) as running:
        yield running


def _url(town: Currency) -> str:
    return f"{town.urls['central-bank']}/pilot"


def _play(town: Currency, phase: int) -> subprocess.Popen[bytes]:
    words = ["pilot", "--data", str(town.data), "--scale", "10000", "--phase", str(phase)]
    return subprocess.Popen([*_DCEP, *words], stdout=subprocess.DEVNULL)


def _stop(page: Page, name: str) -> Any:
    return page.locator(".way-stop").filter(has_text=name)


def test_a_pilot_is_watched_from_its_first_step_to_its_last(town: Currency, page_at: PageAt) -> None:
    """Nobody loads the page again: phases, race, gate and draw come as they are published."""
    page = page_at(_url(town), "desk")
    expect(page.get_by_text("No pilot has begun here.")).to_be_visible(timeout=_PATIENCE_MS)
    assert hindrances(page) == []

    first = _play(town, 1)
    expect(_stop(page, "Phase 1")).to_contain_text("Goes on", timeout=_PATIENCE_MS)
    expect(_stop(page, "Phase 1")).to_contain_text("Has ended", timeout=_PLAYED_S * 1_000)
    expect(_stop(page, "The gate")).to_contain_text("Passed")
    expect(page.locator(".racer")).to_have_count(7)
    assert first.wait(_PLAYED_S) == 0
    second = _play(town, 2)
    expect(page.get_by_text("The office is bound")).to_be_visible(timeout=_PLAYED_S * 1_000)
    expect(page.get_by_text("5 of 14 tickets have won 200.00 yuan each.")).to_be_visible(timeout=_PLAYED_S * 1_000)
    expect(_stop(page, "Phase 2")).to_contain_text("Has ended", timeout=_PLAYED_S * 1_000)
    second.wait(_PLAYED_S)

    assert page.locator(".chart-room canvas").count() == 2
    assert hindrances(page) == []
    take_picture(page, "pilot-desk-light", whole=True)


def test_everybody_finds_his_ticket_and_takes_board_and_draw_home(
    town: Currency, page_at: PageAt, tmp_path: Path
) -> None:
    """What is downloaded is what `dcep pilot board` and `dcep pilot draw` check."""
    page = page_at(_url(town), "phone", "dark")
    winner = town.ask("central-bank", "/v1/pilot/draw")["winners"][0]
    field = page.get_by_label("Your ticket")
    field.fill("not a ticket".ljust(64, "x"), timeout=_PATIENCE_MS)
    expect(page.get_by_text("A ticket has 64 hex digits")).to_be_visible()
    field.fill("0" * 64)
    expect(page.get_by_text("This ticket has not won.")).to_be_visible()

    field.fill(f" {winner.upper()} ")

    expect(page.get_by_text("This ticket has won.")).to_be_visible()
    checks = (("Download the draw", "draw", ()), ("Download the signed board", "board", ("--movements",)))
    for name, command, more in checks:
        with page.expect_download() as taken:
            page.get_by_role("link", name=name).click()
        file = tmp_path / command
        taken.value.save_as(file)
        checked = [*_DCEP, "pilot", command, str(file), "--data", str(town.data), "--json", *more]
        assert json.loads(subprocess.run(checked, capture_output=True, check=True).stdout)["ok"] is True
    assert hindrances(page) == []
    take_picture(page, "pilot-phone-dark", whole=True)


def test_a_gate_that_is_shut_is_said_in_words_and_not_by_colour_alone(town: Currency, page_at: PageAt) -> None:
    """One criterion that was not met, as the central bank would tell it."""
    page = page_at(_url(town), "desk", "dark", language="zh-CN")
    expect(_stop(page, "准入关")).to_contain_text("已通过", timeout=_PATIENCE_MS)

    def shut(route: Route) -> None:
        told = route.fetch().json()
        told["gate_passed"] = False
        told["ended"][0]["criteria"][6] |= {"seen": "1", "passed": False}
        route.fulfill(json=told)

    page.route("**/v1/pilot", shut)
    expect(_stop(page, "准入关")).to_contain_text("未通过", timeout=_PATIENCE_MS)

    expect(page.get_by_role("row", name="冲突 1")).to_contain_text("否")
    assert hindrances(page) == []
    take_picture(page, "pilot-desk-dark-zh", whole=True)
    page.unroute_all(behavior="wait")
