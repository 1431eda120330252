"""Wallets in a browser without a page around them: what a page would call is called, over real processes."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import BrowserContext, Page, Route

from tests.repo.tracked import ROOT
from tests.web.screens import Screens

# The wallet's own origin and policy, but a text and no page: nothing else is at work there.
_PLACE: Final = "/wallet-worker.js"
_MODULE: Final = "/holder-under-test.js"
_LOOK_MS: Final = 20
_PATIENCE_S: Final = 30
_ROLLDOWN: Final = (ROOT / ".venv/bin/node", ROOT / "web/node_modules/rolldown/bin/cli.mjs")
_STORY: Final = """async args => {
  const { Holder } = await import("%s");
  const held = await Holder.kept(args.name);
  try {
    return { done: await (async () => %s)() };
  } catch (trouble) {
    return { trouble: trouble.code ?? String(trouble), final: trouble.final ?? null };
  }
}"""


def holder_module(folder: Path) -> str:
    """Return the wallet's program as one file: what `vite` puts into the pages, without a page."""
    built = folder / "holder.js"
    source = ROOT / "web/shared/holder/holder.ts"
    subprocess.run([*map(str, _ROLLDOWN), str(source), "--format", "esm", "--file", str(built)], check=True)
    return built.read_text(encoding="utf-8")


class Trouble(Exception):
    """What the wallet said that it could not do."""

    def __init__(self, code: str, final: bool | None) -> None:
        super().__init__(code)
        self.code, self.final = code, final


class Pocket:
    """A browser's wallet under a name, seen from one page."""

    def __init__(self, page: Page, name: str = "wallet") -> None:
        self.page, self.name = page, name

    @property
    def device(self) -> BrowserContext:
        """The browser, which other pages may share."""
        return self.page.context

    def do(self, story: str, **args: Any) -> Any:
        """Let an expression happen in the page, in which `held` is the wallet, `Holder` its class and `args` the rest.

        Raises:
            Trouble: the wallet's own.
        """
        told = self.page.evaluate(_STORY % (_MODULE, story), {"name": self.name, **args})
        if "trouble" in told:
            raise Trouble(told["trouble"], told["final"])
        return told.get("done")

    def until(self, condition: str) -> None:
        """Wait until an expression is true in the page, whose policy lets no string be a program."""
        self.wait(lambda: bool(self.page.evaluate(f"() => {condition}")))

    def wait(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so; meanwhile the page and its requests go on."""
        end = time.monotonic() + _PATIENCE_S
        while not condition():
            assert time.monotonic() < end, "it has not come about"
            self.page.wait_for_timeout(_LOOK_MS)

    def open(self, phone: str, **opening: Any) -> Any:
        """Open a wallet of class II, or what else is said; its number and the recovery code come back."""
        evidence = {"phone": phone, "name": "Li", "document": f"P{phone[-8:]}", "bankAccount": f"62{phone[1:]}"}
        wanted = {"walletClass": "II", "evidence": evidence, **opening}
        story = (
            "{ const opened = await Holder.open(args.name, args.wanted);"
            " return { wallet: opened.held.wallet, code: opened.recoveryCode }; }"
        )
        return self.do(story, wanted=wanted)

    def exchange(self, amount_fen: int) -> Any:
        """Exchange deposit for digital currency."""
        return self.do("held.exchange(BigInt(args.amount))", amount=amount_fen)

    def pay(self, receiver: str, amount_fen: int, **options: Any) -> Any:
        """Pay; the payment comes back."""
        return self.do(
            "held.pay(args.receiver, BigInt(args.amount), args.options)",
            receiver=receiver,
            amount=amount_fen,
            options=options,
        )

    def balance(self) -> int:
        """Ask what there is, fen."""
        return int(self.do("held.account()")["balance"])

    def payments(self) -> list[Any]:
        """Return what was signed here, the newest first."""
        found: list[Any] = self.do("held.payments()")
        return found


class Pockets:
    """Gives out browsers with a wallet's program in them."""

    def __init__(self, screens: Screens, module: str, url: str) -> None:
        self._screens, self._module, self._url = screens, module, url

    def new(self, name: str = "wallet", *, clock_ahead_ms: int = 0) -> Pocket:
        """Return a browser in which nothing is kept yet.

        Args:
            clock_ahead_ms: how wrong the device's clock is.
        """
        page = self._screens.open(f"{self._url}{_PLACE}")
        if clock_ahead_ms:
            late = f"const right = Date.now; Date.now = () => right() + {clock_ahead_ms};"
            page.context.add_init_script(late)
            page.reload()
        return Pocket(self._prepared(page), name)

    def beside(self, pocket: Pocket) -> Pocket:
        """Return another page of the same browser."""
        return Pocket(self._prepared(self._screens.again(pocket.device, f"{self._url}{_PLACE}")), pocket.name)

    def _prepared(self, page: Page) -> Page:
        def serve(route: Route) -> None:
            route.fulfill(body=self._module, content_type="text/javascript")

        page.route(f"**{_MODULE}", serve)
        return page
