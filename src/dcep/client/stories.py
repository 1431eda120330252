"""All that one wallet can do, put together once: its door to the operator, its orders, its payments."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Final

from dcep.client.door import Door
from dcep.client.folder import WalletFolder
from dcep.client.merchants.codes import Codes
from dcep.client.orders import Orders
from dcep.client.payments import Payments
from dcep.clock import UnixMs
from dcep.ids import WalletId
from dcep.messages.merchants.requests import PaymentRequest, encode_request
from dcep.money import Fen


class Stories:
    """The stories of one wallet, for a driver to walk.

    Args:
        clock: the device's time.
        draw: return so many bytes that nobody can foresee.
    """

    def __init__(self, folder: WalletFolder, clock: Callable[[], UnixMs], draw: Callable[[int], bytes]) -> None:
        self.folder: Final = folder
        self.clock: Final = clock
        self.draw: Final = draw
        self.door: Final = Door(folder)
        self.orders: Final = Orders(self.door, clock, draw)
        self.codes: Final = Codes(self.door, clock)

    @cached_property
    def payments(self) -> Payments:
        """What the wallet signs; BadInput `not_opened` before it has a number."""
        return Payments(self.door, self.clock, self.draw)

    @property
    def wallet(self) -> WalletId:
        """The wallet's number; BadInput `not_opened` before it has one."""
        return self.door.wallet

    def request(
        self, name: str, city: str, amount: Fen | None, *, reference: str | None, expires_at: UnixMs | None
    ) -> str:
        """Return the text of a payment request to this wallet; BadRequest if a field does not fit the form."""
        return encode_request(
            PaymentRequest(
                receiver=self.wallet,
                network=self.folder.trust.network,
                name=name,
                city=city,
                reference=reference,
                expires_at=expires_at,
                amount=amount,
            )
        )
