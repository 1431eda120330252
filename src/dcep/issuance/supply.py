"""The supply law: issued - withdrawn = vaults + wallets + in transit, and no more than the reserves that are locked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """All money there is, fen, and where it is. Wallets include money locked by a freeze, on hold and in suspense."""

    issued_fen: int
    withdrawn_fen: int
    issuing_vault_fen: int
    bank_vaults_fen: int
    wallets_fen: int
    in_transit_fen: int
    reserve_fen: int

    @property
    def law_holds(self) -> bool:
        """Whether not a fen is missing or too many, and every one is backed."""
        outside = self.issued_fen - self.withdrawn_fen
        held = self.issuing_vault_fen + self.bank_vaults_fen + self.wallets_fen + self.in_transit_fen
        return outside == held <= self.reserve_fen and self.in_transit_fen >= 0
