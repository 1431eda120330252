"""One lane of an account and a key that acts for it: the next number, and the wire of each command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from dcep.clock import UnixMs
from dcep.crypto.suites import Signer, sign_batch
from dcep.ids import NetworkId, WalletId
from dcep.messages.layout import Epoch, Hash, Key, Lane, Number
from dcep.messages.policies import SingleKey
from dcep.messages.signed import NO_MEMO, Body, encode_body

# One signature, by the key with number 0.
_ONE_SIGNATURE: Final = b"\x01\x00"
_FIRST_LANE: Final = Lane(0)
_FIRST_NUMBER: Final = Number(1)
_FIRST_EPOCH: Final = Epoch(1)


def single_key(signer: Signer) -> SingleKey:
    """Return the policy of one key."""
    return SingleKey(suite=signer.suite, key=Key(signer.public))


class Signatory:
    """Who gives an account's commands on one lane, under a single key.

    Args:
        number: the first number to be used; the account's high plus one.
    """

    __slots__ = ("_proof_head", "account", "epoch", "lane", "network", "next_number", "signer")

    def __init__(
        self,
        network: NetworkId,
        account: WalletId,
        signer: Signer,
        *,
        lane: Lane = _FIRST_LANE,
        number: Number = _FIRST_NUMBER,
        epoch: Epoch = _FIRST_EPOCH,
    ) -> None:
        self.network, self.account, self.signer = network, account, signer
        self.lane, self.next_number, self.epoch = lane, number, epoch
        self._proof_head = single_key(signer).encode() + _ONE_SIGNATURE

    def body(self, order: Any, expires_at: UnixMs, memo: Hash = NO_MEMO) -> bytes:
        """Return the body of the next command; its number is used up here."""
        body = Body(
            account=self.account,
            lane=self.lane,
            number=self.next_number,
            expires_at=expires_at,
            epoch=self.epoch,
            order=order,
            memo=memo,
        )
        self.next_number = Number(self.next_number + 1)
        return encode_body(self.network, body)

    def sign(self, order: Any, expires_at: UnixMs, memo: Hash = NO_MEMO) -> bytes:
        """Return the wire of the next command."""
        body = self.body(order, expires_at, memo)
        return self.attach(body, self.signer.sign(body))

    def attach(self, body: bytes, signature: bytes) -> bytes:
        """Return the wire of a body that this account's key has signed."""
        return body + self._proof_head + signature


def sign_bodies(signatories: Sequence[Signatory], bodies: Sequence[bytes]) -> list[bytes]:
    """Return the wire of each body, signed by the signatory at the same place, in one call to Rust."""
    signatures = sign_batch([signatory.signer for signatory in signatories], bodies)
    return [
        signatory.attach(body, signature)
        for signatory, body, signature in zip(signatories, bodies, signatures, strict=True)
    ]
