"""A million wallets that really sign: few keys, each for many wallets, and no object for a wallet.

What is signed here holds before any auditor, so the folders can be verified. Signing runs on two threads, before the
clock of a measurement starts.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random  # noqa: TID251  seeded: the same payments every time
from typing import Final

from benchmarks.world import World, bodies_of
from dcep.crypto.suites import Signer, sign_batch
from dcep.ids import OperatorId, WalletId, wallet_id
from dcep.messages.classes import WalletClass
from dcep.messages.commands.payments import Pay
from dcep.messages.commands.vaults import Exchange
from dcep.messages.commands.wallets import Open
from dcep.messages.kinds import KIND_OF
from dcep.messages.layout import Epoch
from dcep.messages.signatory import single_key
from dcep.messages.signed import NO_MEMO, PREFIX_SIZE, prefix
from dcep.simulation.economy import Economy

_BANK: Final = OperatorId(1)
_KEYS: Final = 4_096
_FIRST_SERIAL: Final = 3 * 10**11
_OPENING: Final = 10**9
_HEAD: Final = struct.Struct(">QQQIB")
_TO_AND_AMOUNT: Final = struct.Struct(">QQ")
_PAY: Final = KIND_OF[Pay].number
# Every so many payments one is of nothing, and refused.
_REFUSED_EVERY: Final = 1_000
_SIGNERS: Final = 2
_SLICE: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Commands whose fate is known, to be asked for later."""

    settled: list[bytes]
    refused: list[bytes]
    never: list[bytes]


class Population:
    """Wallets of one bank, their keys, and the next number of each."""

    def __init__(self, economy: Economy, count: int) -> None:
        self.count = count
        self._prefix, self._until = prefix(economy.network), economy.midnight
        self._signers = [economy.keys.signer("holder", place) for place in range(min(_KEYS, count))]
        self._policies = [single_key(signer).encode() for signer in self._signers]
        self._wallets = array("Q", (wallet_id(_BANK, _FIRST_SERIAL + place) for place in range(count)))
        self._numbers = array("I", bytes(4 * count))
        self._chance = Random(1)
        self._pool = ThreadPoolExecutor(_SIGNERS, thread_name_prefix="sign")

    def settle(self, world: World) -> None:
        """Open every wallet and give it money, straight into the log."""
        desk = world.economy.operators[_BANK]
        opens = (
            self._wallets[place].to_bytes(8) + bytes((WalletClass.I,)) + self._policies[place % len(self._policies)]
            for place in range(self.count)
        )
        gifts = (_TO_AND_AMOUNT.pack(wallet, _OPENING) for wallet in self._wallets)
        for account, signer, kind, fields in (
            (desk.registrar_wallet, desk.registrar_signer, KIND_OF[Open].number, opens),
            (desk.vault.wallet, desk.vault_signer, KIND_OF[Exchange].number, gifts),
        ):
            bodies: list[bytes] = []
            for number, field in enumerate(fields, start=1):
                bodies.append(self._body(account, number, kind, field))
                if len(bodies) == _SLICE or number == self.count:
                    self._append(world, bodies, signer)
                    bodies = []

    def _append(self, world: World, bodies: Sequence[bytes], signer: Signer) -> None:
        policy = single_key(signer).encode()
        wires = self._sign(bodies, [signer] * len(bodies), [policy] * len(bodies))
        records = [wire[PREFIX_SIZE:] for wire in wires]
        for at in range(0, len(records), 8_192):
            part = records[at : at + 8_192]
            world.append(bodies_of(part), len(part))

    def payments(self, count: int) -> list[bytes]:
        """Return signed payments between random wallets; one in a thousand is of nothing, and will be refused."""
        chance, places = self._chance, range(self.count)
        payers = chance.choices(places, k=count)
        amounts = [int(at % _REFUSED_EVERY != 0) for at in range(count)]
        return self.pay(payers, amounts)

    def pay(self, payers: Sequence[int], amounts: Sequence[int], *, steps: int = 1) -> list[bytes]:
        """Return a signed payment of each payer to the wallet before it.

        Args:
            payers: places of wallets.
            amounts: fen, one for each.
            steps: by how much the number of a wallet goes on with each payment.
        """
        bodies = []
        for place, amount in zip(payers, amounts, strict=True):
            self._numbers[place] += steps
            bodies.append(self._pay(place, self._numbers[place], amount))
        return self._sign_as(payers, bodies)

    def sample(self, count: int) -> tuple[list[bytes], Sample]:
        """Return payments to be sent in this order, and what is to be asked for later: `count` of each fate.

        What never happens has lost its number to another payment, or fell out of the window unused.
        """
        payers = self._chance.sample(range(self.count), k=4 * count)
        settled = self.pay(payers[:count], [1] * count)
        refused = self.pay(payers[count : 2 * count], [0] * count)
        losers, skipped = payers[2 * count : 3 * count], payers[3 * count :]
        taken = self.pay(losers, [2] * count)
        # The same number again for another amount; and a number that the next two leave far behind.
        lost = self._sign_as(losers, [self._pay(place, self._numbers[place], 3) for place in losers])
        late = self._sign_as(skipped, [self._pay(place, self._numbers[place] + 1, 1) for place in skipped])
        first, second = (self.pay(skipped, [1] * count, steps=60) for _ in range(2))
        sent = [*settled, *refused, *taken, *first, *second]
        half = count // 2
        return sent, Sample(settled=settled, refused=refused, never=[*lost[:half], *late[: count - half]])

    def _pay(self, place: int, number: int, amount: int) -> bytes:
        return self._body(
            WalletId(self._wallets[place]), number, _PAY, _TO_AND_AMOUNT.pack(self._wallets[place - 1], amount)
        )

    def _body(self, account: WalletId, number: int, kind: int, fields: bytes) -> bytes:
        return self._prefix + _HEAD.pack(account, number, self._until, Epoch(1), kind) + fields + NO_MEMO

    def _sign_as(self, payers: Sequence[int], bodies: Sequence[bytes]) -> list[bytes]:
        keys = len(self._signers)
        signers = [self._signers[place % keys] for place in payers]
        return self._sign(bodies, signers, [self._policies[place % keys] for place in payers])

    def _sign(self, bodies: Sequence[bytes], signers: Sequence[Signer], policies: Sequence[bytes]) -> list[bytes]:
        size = -(-len(bodies) // _SIGNERS) or 1
        cuts = range(0, len(bodies), size)
        parts = self._pool.map(lambda at: sign_batch(signers[at : at + size], bodies[at : at + size]), cuts)
        signatures = (signature for part in parts for signature in part)
        return [
            body + policy + b"\x01\x00" + signature
            for body, policy, signature in zip(bodies, policies, signatures, strict=True)
        ]

    def close(self) -> None:
        """Let the signing threads go."""
        self._pool.shutdown()
