"""Two operators of one town, each with every channel in turn, and a holder at each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any, Final, get_args

import pytest

from dcep.errors import DcepError
from dcep.http.caller import Reply, judged
from dcep.ids import WalletId
from dcep.messages.merchants.requests import memo_of
from dcep.money import Fen
from dcep.operators.channels import ChannelName
from dcep.operators.channels.asking import PATH, meant
from dcep.operators.channels.interconnection import Interconnection, Peer
from dcep.operators.channels.opening import open_channel
from dcep.operators.exchange.deposits import SimulatedCoreBanking
from dcep.operators.store import open_store
from tests.institutions import ONE, TWO
from tests.town import BANK, OTHER_BANK, Town, rest
from tests.unit.operators.routes.conftest import FUNDS, shown_by
from tests.unit.operators.routes.visits import House, Visitor

CHANNELS: Final[tuple[ChannelName, ...]] = get_args(ChannelName)
PEOPLE: Final = {BANK: (1, "li"), OTHER_BANK: (2, "bakery")}


class Pair:
    """A payer's operator and a receiver's, whose channels a test chooses; each asks the other through its service."""

    def __init__(self, town: Town, folder: Path, opened: ExitStack) -> None:
        self.town, self.references = town, (f"R-{number}" for number in count(1))
        self.houses = {operator: self._house(operator, folder, opened) for operator in PEOPLE}
        self.li, self.bakery = (self._holder(operator) for operator in PEOPLE)
        assert self.li.wallet is not None
        self._signs = town.wallet(self.li.wallet, "li")
        self._edges: dict[Any, Any] = {}
        self.li.ask("POST", self.li.mine("/exchanges"), {"amount_fen": FUNDS}, key="all")
        self.li.house.rest()

    def choose(self, payers: ChannelName, receivers: ChannelName) -> None:
        """Give both operators a channel."""
        for house, channel in ((self.li.house, payers), (self.bakery.house, receivers)):
            key = house.bank.operator, channel
            if key not in self._edges:
                other = OTHER_BANK if house.bank.operator == BANK else BANK
                peers = [Peer(other, each, "") for each in CHANNELS]
                made = open_channel(channel, house.bank.made_codes)
                house.interconnection = Interconnection(house.bank.network, made, peers, self._ask)
                house.open_again()
                self._edges[key] = house.interconnection, house.edge
            house.interconnection, house.edge = self._edges[key]

    def show(self, **wanted: Any) -> str:
        """Return the code that the bakery's till shows."""
        told = self.bakery.ask("POST", self.bakery.mine("/requests"), {"name": "Bakery", "city": "Suzhou"} | wanted)
        return str(told.json()["text"])

    def scan(self, text: str, by: Visitor | None = None) -> Any:
        """Return the answer to Li, who has scanned a code."""
        return (by or self.li).ask("POST", "/v1/codes", {"text": text})

    def pay(self, told: Any) -> str:
        """Let Li pay what stands behind a code, and everybody hear of it."""
        receiver, until = WalletId(int(told["receiver"])), self.town.economy.midnight
        wire = self._signs.pay(receiver, Fen(told["amount_fen"]), expires_at=until, memo=memo_of(told["reference"]))
        answer = self.town.line.submit([wire])[0].outcome.code
        for house in self.houses.values():
            house.rest()
        return str(answer)

    def _house(self, operator: Any, folder: Path, opened: ExitStack) -> House:
        store = open_store(f"sqlite:///{folder / f'bank-{operator}.db'}")
        opened.callback(store.dispose)
        core = SimulatedCoreBanking(f"sqlite:///{folder / f'core-{operator}.db'}")
        opened.callback(core.close)
        house = House(self.town, self.town.bank(store, core, operator=operator), core, folder / f"identity-{operator}")
        opened.callback(house.close)
        return house

    def _holder(self, operator: Any) -> Visitor:
        person, name = PEOPLE[operator]
        house = self.houses[operator]
        house.core.open_account(f"ACCT{person:06}")
        house.core.fund("fund", f"ACCT{person:06}", FUNDS, now=self.town.now)
        visitor = Visitor(house, name)
        visitor.open_wallet(shown_by(person), "II")
        return visitor

    def _ask(self, peer: Peer, text: str) -> str:
        """Ask the other operator's service, without a network between."""
        asker = TWO if peer.operator == BANK else ONE
        answered = self.houses[peer.operator].at_the_counter("POST", PATH, {"text": text}, by=asker)
        headers = {name.lower(): value for name, value in answered.headers.items()}
        try:
            return str(judged(Reply(answered.status_code, headers, answered.content)).document()["text"])
        except DcepError as error:
            raise meant(peer, error) from error


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Return two operators that know each other."""
    town = Town()
    with ExitStack() as opened:
        opened.callback(town.close)
        made = Pair(town, tmp_path_factory.mktemp("pair"), opened)
        yield made
        for house in made.houses.values():
            rest(house.bank, town.now)
