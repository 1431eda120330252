"""How the demonstration looks on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from dcep.issuance.supply import Supply
from dcep.money import Fen, yuan


class Storyteller:
    """Tell the story on standard output, with colours where somebody is looking."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._chapters = 0

    def chapter(self, title: str) -> None:
        self._chapters += 1
        self._console.print()
        self._console.print(Text(f"{self._chapters}. {title}", style="bold"))

    def line(self, text: str) -> None:
        self._console.print(Text(f"   {text}"))

    def law(self, stage: str, supply: Supply) -> None:
        places = (
            ("issuing vault", supply.issuing_vault_fen),
            ("bank vaults", supply.bank_vaults_fen),
            ("wallets", supply.wallets_fen),
            ("in transit", supply.in_transit_fen),
        )
        held = " + ".join(f"{name} {yuan(Fen(amount))}" for name, amount in places if amount) or "nothing anywhere"
        outside = yuan(Fen(supply.issued_fen - supply.withdrawn_fen))
        mark, style = ("✓", "green") if supply.law_holds else ("✗ BROKEN", "bold red")
        law = f"   {mark} {stage}: issued − withdrawn {outside} = {held}; reserves {yuan(Fen(supply.reserve_fen))}"
        self._console.print(Text(law, style=style))


class SilentTeller:
    """Tell nothing: the figures are printed as JSON."""

    def chapter(self, title: str) -> None:
        """Say nothing."""

    def line(self, text: str) -> None:
        """Say nothing."""

    def law(self, stage: str, supply: Supply) -> None:
        """Say nothing."""
