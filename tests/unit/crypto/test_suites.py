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
    require_ed25519,
    require_signature,
    sign_batch,
    sizes,
    supported,
)

ALICE, BOB, CAROL = Signer(b"a" * 32), Signer(b"b" * 32), Signer(b"c" * 32, Suite.P256)


def signed(signer: Signer, message: bytes) -> SignedMessage:
    """Sign a message honestly."""
    return SignedMessage(signer.public, message, signer.sign(message), signer.suite)


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
    batch = [signed((ALICE, CAROL)[number % 3 == 0], bytes([number])) for number in range(50)]
    batch[6] = batch[6]._replace(signature=b"short")
    batch[7] = batch[7]._replace(signature=b"short")
    batch[8] = batch[8]._replace(message=b"forged")
    batch[9] = batch[9]._replace(message=b"forged")
    batch[49] = batch[49]._replace(key=BOB.public)

    assert bad_signatures(batch) == [6, 7, 8, 9, 49]


def test_an_empty_batch_has_nothing_bad() -> None:
    """A frame without commands is a frame like any other."""
    assert bad_signatures([]) == []


def test_signing_in_one_call_gives_the_same_signatures() -> None:
    """A signature depends on key and message only, never on how it was asked for."""
    signers, messages = [ALICE, CAROL, BOB], [b"one", b"two", b"three"]

    assert sign_batch(signers, messages) == [signer.sign(m) for signer, m in zip(signers, messages, strict=True)]
    assert sign_batch([], []) == []


def test_as_many_messages_as_signers_are_required() -> None:
    """A signature by the wrong one would be worse than none."""
    with pytest.raises(ValueError, match="is shorter than"):
        sign_batch([ALICE, BOB], [b"one"])


def test_a_signer_does_not_show_its_seed() -> None:
    """What is printed ends in logs."""
    assert "aaaa" not in repr(ALICE)


def test_a_seed_of_another_length_is_no_seed() -> None:
    """A key of little entropy must not come about by a slip."""
    with pytest.raises(ValueError, match="seed must have 32 bytes, not 5"):
        Signer(b"short")


def test_a_suite_that_is_not_built_is_refused_everywhere() -> None:
    """Neither good nor bad: nothing is said about a signature that cannot be judged."""
    suite, message = Suite.SM2, signed(ALICE, b"m")

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


@pytest.mark.parametrize("number", [0, 2, 4, 255, -1])
def test_a_number_from_outside_becomes_a_supported_suite_or_nothing(number: int) -> None:
    """The number is a byte of a message, and may be anything."""
    with pytest.raises(UnsupportedSuite):
        supported(number)


def test_the_numbers_are_one_and_three() -> None:
    """Numbers stand in signed bytes and never change."""
    assert (supported(1), supported(3)) == (Suite.P256, Suite.ED25519)
    assert (sizes(Suite.P256).key, sizes(Suite.P256).signature) == (33, 64)
    assert (sizes(Suite.ED25519).key, sizes(Suite.ED25519).signature) == (32, 64)


def test_keys_are_acceptable_only_in_their_length() -> None:
    """A register holds keys that can sign."""
    assert acceptable_key(Suite.ED25519, ALICE.public)
    assert acceptable_key(Suite.P256, CAROL.public)
    assert not acceptable_key(Suite.P256, CAROL.public[1:])
    assert not acceptable_key(Suite.P256, ALICE.public)
    assert not acceptable_key(Suite.ED25519, CAROL.public)
    assert not acceptable_key(Suite.ED25519, ALICE.public[:-1])
    assert not acceptable_key(Suite.ED25519, b"")


def test_a_key_of_one_suite_judges_nothing_under_the_other() -> None:
    """The suite stands beside the key, and a sender may write any number there."""
    with pytest.raises(BadSignature):
        require_signature(CAROL.public, b"m", CAROL.sign(b"m"), Suite.ED25519)
    with pytest.raises(BadSignature):
        require_signature(ALICE.public, b"m", ALICE.sign(b"m"), Suite.P256)


@pytest.mark.parametrize("seed", [bytes(32), b"\xff" * 32], ids=["zero", "above"])
def test_a_seed_that_is_no_secret_of_p256_makes_no_signer(seed: bytes) -> None:
    """One random seed in four thousand million is none: whoever draws it draws again."""
    with pytest.raises(ValueError, match="no secret of this suite"):
        Signer(seed, Suite.P256)


@pytest.mark.parametrize(
    "key",
    [bytes(33), b"\2" + (1).to_bytes(32), b"\2" + b"\xff" * 32, b"\4" + CAROL.public[1:]],
    ids=["infinity", "off-the-curve", "not-canonical", "another-form"],
)
def test_a_key_that_is_no_point_of_p256_is_not_acceptable(key: bytes) -> None:
    """It may not be registered, and nothing is a signature by it."""
    assert not acceptable_key(Suite.P256, key)
    assert bad_signatures([SignedMessage(key, b"m", CAROL.sign(b"m"), Suite.P256)]) == [0]


def test_the_other_s_is_good_as_well() -> None:
    """Browsers make either of the two, and a command's identity leaves signatures out: nothing hangs on which."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    signature = CAROL.sign(b"m")
    other = signature[:32] + (order - int.from_bytes(signature[32:])).to_bytes(32)

    assert other != signature
    require_signature(CAROL.public, b"m", other, Suite.P256)


def test_workers_and_institutions_keep_to_ed25519() -> None:
    """Their signatures are many, and a header that is signed again must come out the same."""
    require_ed25519(ALICE)

    with pytest.raises(UnsupportedSuite, match="suite 1 is not supported here: 3 is"):
        require_ed25519(CAROL)
