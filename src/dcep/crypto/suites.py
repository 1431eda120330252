"""Signature suites behind one small face; the suite of a key stands beside it in every message.

Suite 3 is Ed25519: made by RFC 8032, judged by ZIP-215, so that a batch and a single check agree on every input, in
every engine, for ever. Suite 1 is ECDSA over P-256 with SHA-256, which browsers and secure elements have: keys are
compressed points, signatures r ‖ s, made with the nonces of RFC 6979; (r, n - s) is accepted beside (r, s), because
browsers make either. Suite 2 has its number and is refused until it is built.

Workers, members of tier 1 and certificates of institutions stay with Ed25519: a header that is signed again after a
crash must come out the same, and many signatures of it are judged at once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, NamedTuple

from dcep.crypto import native
from dcep.errors import BadInput


class Suite(IntEnum):
    """The numbers that stand in messages."""

    P256 = 1
    SM2 = 2
    ED25519 = 3


class UnsupportedSuite(BadInput):
    """The suite has no meaning here, or not yet."""

    def __init__(self, number: int, *, wanted: Collection[Suite] = ()) -> None:
        known = " or ".join(f"{suite:d}" for suite in wanted or _SIZES)
        super().__init__("unsupported_suite", f"signature suite {number} is not supported here: {known} is")


class BadSignature(BadInput):
    """The signature is not one of this message by this key."""

    def __init__(self) -> None:
        super().__init__("bad_signature", "the signature is not one of this message by this key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many bytes a suite's values have."""

    seed: int
    key: int
    signature: int


# The same in every suite: a command need not say it.
_SIGNATURE: Final = 64
_SIZES: Final = {
    Suite.P256: Sizes(seed=32, key=33, signature=_SIGNATURE),
    Suite.ED25519: Sizes(seed=32, key=32, signature=_SIGNATURE),
}


class SignedMessage(NamedTuple):
    """A message with its signature and the key that is said to have made it.

    A named tuple, not a dataclass: there is one for every payment, and this is made in a third of the time.
    """

    key: bytes
    message: bytes
    signature: bytes
    suite: Suite = Suite.ED25519


def supported(number: int) -> Suite:
    """Return the suite of a number.

    Raises:
        UnsupportedSuite: the number is unknown, or its suite is not built.
    """
    if number not in _SIZES:
        raise UnsupportedSuite(number)
    return Suite(number)


def require_ed25519(signer: Signer) -> None:
    """Return only if a signer is of the suite of workers, members of tier 1 and institutions.

    Raises:
        UnsupportedSuite: it is of another.
    """
    if signer.suite is not Suite.ED25519:
        raise UnsupportedSuite(signer.suite, wanted=(Suite.ED25519,))


def sizes(suite: Suite) -> Sizes:
    """Return the sizes of a suite's values, or raise UnsupportedSuite."""
    return _SIZES[supported(suite)]


@dataclass(frozen=True, slots=True)
class Signer:
    """Sign with one key. The seed is the secret: it is never shown.

    Args:
        seed: 32 bytes.
        suite: the suite of the key.

    Raises:
        UnsupportedSuite: the suite is not built.
        ValueError: the seed has another length, or is no secret of the suite: of P-256 one in 2^32 is none.
    """

    seed: bytes = field(repr=False)
    suite: Suite = Suite.ED25519
    public: bytes = field(init=False)

    def __post_init__(self) -> None:
        """Derive the public key; it is kept, for every signature needs it."""
        supported(self.suite)
        object.__setattr__(self, "public", native.public_key(self.suite, self.seed))

    def sign(self, message: bytes) -> bytes:
        """Return the signature; the same message gives the same signature."""
        return native.sign(self.suite, self.seed, self.public, message)


def sign_batch(signers: Sequence[Signer], messages: Sequence[bytes]) -> list[bytes]:
    """Return each signer's signature of the message at the same place, in one call to Rust.

    Raises:
        ValueError: there are not as many signers as messages.
    """
    pairs = zip(signers, messages, strict=True)
    signatures = native.sign_batch([(each.seed, each.public, message, each.suite) for each, message in pairs])
    return [signatures[at : at + _SIGNATURE] for at in range(0, len(signatures), _SIGNATURE)]


def bad_signatures(items: Sequence[SignedMessage]) -> list[int]:
    """Judge many signatures, those of Ed25519 at about half the price of one by one.

    Args:
        items: may be empty. A key or signature of the wrong length is bad like any other.

    Returns:
        The places of the bad ones, ascending; empty when all are good.

    Raises:
        UnsupportedSuite: an item is of a suite that is not built; nothing was judged.
    """
    for suite in {item.suite for item in items}:
        supported(suite)
    shaped = [place for place, item in enumerate(items) if _has_shape(item.suite, item.key, item.signature)]
    bad = native.verify_batch([items[place] for place in shaped])
    good = set(shaped).difference(shaped[index] for index in bad)
    return [place for place in range(len(items)) if place not in good]


def require_signature(key: bytes, message: bytes, signature: bytes, suite: Suite = Suite.ED25519) -> None:
    """Return only if the signature is good.

    Raises:
        BadSignature: it is not one of this message by this key, or a length is wrong.
        UnsupportedSuite: the suite is not built.
    """
    supported(suite)
    if not (_has_shape(suite, key, signature) and native.verify(suite, key, message, signature)):
        raise BadSignature


def acceptable_key(suite: Suite, key: bytes) -> bool:
    """Say whether a key may be registered: of the right length, canonically encoded, on the curve, not of small order.

    A key of small order says nothing about who signed; two spellings of a key would count as two signers.

    Raises:
        UnsupportedSuite: the suite is not built.
    """
    return len(key) == sizes(suite).key and native.key_acceptable(suite, key)


def _has_shape(suite: Suite, key: bytes, signature: bytes) -> bool:
    return len(key) == _SIZES[suite].key and len(signature) == _SIZES[suite].signature
