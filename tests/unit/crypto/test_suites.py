"""Signatures by suite: what is signed, judged and refused."""

from __future__ import annotations

import pytest

from dcep.crypto.suites import (
    BadSignature,
    SignedMessage,
    Signer,
    Suite,
    UnsupportedSuite,
    acceptable_key,
    bad_signatures,
    require_signature,
    sign_batch,
    sizes,
    supported,
)

ALICE, BOB = Signer(b"a" * 32), Signer(b"b" * 32)


def signed(signer: Signer, message: bytes) -> SignedMessage:
    """Sign a message honestly."""
    return SignedMessage(signer.public, message, signer.sign(message))


def test_a_good_signature_is_accepted() -> None:
    """Nothing is returned: there is no verdict that a caller could forget to look at."""
    require_signature(ALICE.public, b"five yuan", ALICE.sign(b"five yuan"))


@pytest.mark.parametrize(
    ("key", "message", "signature"),
    [
        pytest.param(ALICE.public, b"six yuan", ALICE.sign(b"five yuan"), id="another-message"),
        pytest.param(BOB.public, b"five yuan", ALICE.sign(b"five yuan"), id="another-key"),
        pytest.param(ALICE.public, b"five yuan", ALICE.sign(b"five yuan")[:-1], id="cut-signature"),
        pytest.param(ALICE.public, b"five yuan", ALICE.sign(b"five yuan") + b"\0", id="long-signature"),
        pytest.param(ALICE.public[:-1], b"five yuan", ALICE.sign(b"five yuan"), id="cut-key"),
        pytest.param(b"", b"", b"", id="nothing"),
    ],
)
def test_anything_else_is_a_bad_signature(key: bytes, message: bytes, signature: bytes) -> None:
    """Bytes from outside are hostile: a wrong length is a bad signature too, alone and in a batch."""
    with pytest.raises(BadSignature):
        require_signature(key, message, signature)

    assert bad_signatures([signed(BOB, b"good"), SignedMessage(key, message, signature)]) == [1]


def test_a_batch_names_exactly_the_bad_ones() -> None:
    """Of wrong length, forged and good ones mixed, the places are those in the batch as given."""
    batch = [signed(ALICE, bytes([number])) for number in range(50)]
    batch[7] = batch[7]._replace(signature=b"short")
    batch[8] = batch[8]._replace(message=b"forged")
    batch[49] = batch[49]._replace(key=BOB.public)

    assert bad_signatures(batch) == [7, 8, 49]


def test_an_empty_batch_has_nothing_bad() -> None:
    """A frame without commands is a frame like any other."""
    assert bad_signatures([]) == []


def test_signing_in_one_call_gives_the_same_signatures() -> None:
    """A signature depends on key and message only, never on how it was asked for."""
    assert sign_batch([ALICE, BOB], [b"one", b"two"]) == [ALICE.sign(b"one"), BOB.sign(b"two")]
    assert sign_batch([], []) == []


def test_as_many_messages_as_signers_are_required() -> None:
    """A signature by the wrong one would be worse than none."""
    with pytest.raises(ValueError, match="seeds must have 32 bytes for each of 1 messages"):
        sign_batch([ALICE, BOB], [b"one"])


def test_a_signer_does_not_show_its_seed() -> None:
    """What is printed ends in logs."""
    assert "aaaa" not in repr(ALICE)


def test_a_seed_of_another_length_is_no_seed() -> None:
    """A key of little entropy must not come about by a slip."""
    with pytest.raises(ValueError, match="seed must have 32 bytes, not 5"):
        Signer(b"short")


@pytest.mark.parametrize("suite", [Suite.P256, Suite.SM2])
def test_suites_that_are_not_built_are_refused_everywhere(suite: Suite) -> None:
    """Neither good nor bad: nothing is said about a signature that cannot be judged."""
    message = signed(ALICE, b"m")

    with pytest.raises(UnsupportedSuite, match=f"signature suite {suite:d} is not supported"):
        Signer(b"a" * 32, suite)
    with pytest.raises(UnsupportedSuite):
        bad_signatures([message, message._replace(suite=suite)])
    with pytest.raises(UnsupportedSuite):
        require_signature(message.key, message.message, message.signature, suite=suite)
    with pytest.raises(UnsupportedSuite):
        acceptable_key(suite, message.key)
    with pytest.raises(UnsupportedSuite):
        sizes(suite)


@pytest.mark.parametrize("number", [0, 1, 2, 4, 255, -1])
def test_a_number_from_outside_becomes_a_supported_suite_or_nothing(number: int) -> None:
    """The number is a byte of a message, and may be anything."""
    with pytest.raises(UnsupportedSuite):
        supported(number)


def test_the_number_of_ed25519_is_three() -> None:
    """Numbers stand in signed bytes and never change."""
    assert supported(3) is Suite.ED25519
    assert (sizes(Suite.ED25519).key, sizes(Suite.ED25519).signature) == (32, 64)


def test_keys_are_acceptable_only_in_their_length() -> None:
    """A register holds keys that can sign."""
    assert acceptable_key(Suite.ED25519, ALICE.public)
    assert not acceptable_key(Suite.ED25519, ALICE.public[:-1])
    assert not acceptable_key(Suite.ED25519, b"")
