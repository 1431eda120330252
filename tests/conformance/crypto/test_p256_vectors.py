"""P-256 through the Python face against vectors by others, alone and in batches, and against another program."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey, derive_private_key
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from dcep.crypto.p256 import raw_signature
from dcep.crypto.suites import BadSignature, SignedMessage, Signer, Suite, bad_signatures, require_signature

VECTORS = Path(__file__).parents[3] / "vectors" / "crypto"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class Case(NamedTuple):
    """A case of Wycheproof."""

    number: int
    valid: bool
    key: bytes
    message: bytes
    signature: bytes


def wycheproof(file: str) -> list[Case]:
    """Return the cases of a file, with compressed keys."""
    groups = json.loads((VECTORS / file).read_text())["testGroups"]
    return [
        Case(
            number=case["tcId"],
            valid=case["result"] == "valid",
            key=compressed(bytes.fromhex(group["publicKey"]["uncompressed"])),
            message=bytes.fromhex(case["msg"]),
            signature=bytes.fromhex(case["sig"]),
        )
        for group in groups
        for case in group["tests"]
    ]


def compressed(point: bytes) -> bytes:
    """Return the short form of 4 ‖ x ‖ y."""
    return bytes((2 + point[64] % 2,)) + point[1:33]


RAW = wycheproof("ecdsa_secp256r1_sha256_p1363_test.json")
DER = wycheproof("ecdsa_secp256r1_sha256_test.json")


def is_good(key: bytes, message: bytes, signature: bytes) -> bool:
    """Judge one signature alone."""
    try:
        require_signature(key, message, signature, Suite.P256)
    except BadSignature:
        return False
    return True


@pytest.mark.parametrize("case", RAW, ids=[str(case.number) for case in RAW])
def test_wycheproof_cases_are_judged_as_listed(case: Case) -> None:
    """Each case has the verdict of the list, also those whose signature has another length."""
    assert is_good(case.key, case.message, case.signature) == case.valid


def test_wycheproof_in_one_batch_gives_the_same_verdicts() -> None:
    """Company changes nothing, and none of them is left out."""
    batch = [SignedMessage(case.key, case.message, case.signature, Suite.P256) for case in RAW]

    assert bad_signatures(batch) == [place for place, case in enumerate(RAW) if not case.valid]
    assert (len(RAW), sum(case.valid for case in RAW)) == (262, 173)


@pytest.mark.parametrize("case", DER, ids=[str(case.number) for case in DER])
def test_wycheproof_cases_in_der_are_judged_as_listed(case: Case) -> None:
    """What is not the one encoding of a pair is no signature: a second spelling never reaches the curve."""
    try:
        signature = raw_signature(case.signature)
    except BadSignature:
        signature = b""

    assert is_good(case.key, case.message, signature) == case.valid


def test_every_case_in_der_was_asked() -> None:
    """A file that was cut would leave questions out."""
    assert (len(DER), sum(case.valid for case in DER)) == (484, 174)


def test_signatures_are_those_of_rfc_6979() -> None:
    """Any other program that keeps the standard makes the same signature from this secret."""
    with (VECTORS / "p256_rfc6979.tsv").open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))

    for row in rows:
        signer = Signer(bytes.fromhex(row["seed"]), Suite.P256)
        assert signer.public.hex() == row["public"]
        assert signer.sign(bytes.fromhex(row["message"])).hex() == row["signature"]
    assert len(rows) == 2


@given(secret=st.integers(1, ORDER - 1), message=st.binary(max_size=200), spoiled=st.integers(0, 64 * 8))
@settings(max_examples=100)
def test_another_program_agrees_on_every_signature(secret: int, message: bytes, spoiled: int) -> None:
    """Ours are good there and theirs, with their own nonces, are good here; so is what one bit spoils or does not."""
    theirs = derive_private_key(secret, SECP256R1())
    ours = Signer(secret.to_bytes(32), Suite.P256)
    pair = raw_signature(theirs.sign(message, ECDSA(SHA256())))
    signature = (int.from_bytes(ours.sign(message)) ^ (1 << spoiled if spoiled < 512 else 0)).to_bytes(64)

    assert theirs.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint) == ours.public
    assert is_good(ours.public, message, pair)
    assert is_good(ours.public, message, signature) == their_verdict(theirs.public_key(), message, signature)


def their_verdict(key: EllipticCurvePublicKey, message: bytes, signature: bytes) -> bool:
    """Judge a signature by the other program."""
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    try:
        key.verify(encode_dss_signature(r, s), message, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True
