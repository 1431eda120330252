"""Ed25519 through the Python face against vectors by others, alone and in batches."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from dcep.crypto.suites import (
    BadSignature,
    SignedMessage,
    Signer,
    Suite,
    acceptable_key,
    bad_signatures,
    require_signature,
)

VECTORS = Path(__file__).parents[3] / "vectors" / "crypto"


def table(name: str) -> list[dict[str, str]]:
    """Read a table of vectors by the names of its columns."""
    with (VECTORS / name).open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def wycheproof() -> list[tuple[int, bool, SignedMessage]]:
    """Return number, verdict of RFC 8032 and signed message of each case."""
    groups = json.loads((VECTORS / "ed25519_test.json").read_text())["testGroups"]
    cases = [(bytes.fromhex(group["publicKey"]["pk"]), case) for group in groups for case in group["tests"]]
    return [
        (
            case["tcId"],
            case["result"] == "valid",
            SignedMessage(key, bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"])),
        )
        for key, case in cases
    ]


CASES = wycheproof()
ACCEPTED_BEYOND = {int(row["tcId"]): row["reason"] for row in table("ed25519_accepted_beyond_rfc8032.tsv")}
SMALL_ORDER = [bytes.fromhex(row["encoding"]) for row in table("ed25519_small_order.tsv")]


def is_good(signed: SignedMessage) -> bool:
    """Judge one signature alone."""
    try:
        require_signature(signed.key, signed.message, signed.signature)
    except BadSignature:
        return False
    return True


@pytest.mark.parametrize(("number", "valid", "signed"), CASES, ids=[str(number) for number, _, _ in CASES])
def test_wycheproof_cases_are_judged_as_listed(number: int, valid: bool, signed: SignedMessage) -> None:
    """Each case has the verdict of RFC 8032, or stands with its reason among those that ZIP-215 accepts as well."""
    expected = valid or number in ACCEPTED_BEYOND

    assert is_good(signed) == expected
    assert bad_signatures([signed]) == ([] if expected else [0])


def test_wycheproof_in_one_batch_gives_the_same_verdicts() -> None:
    """Company changes nothing: two in five of this batch are bad, some of the wrong length."""
    bad = [place for place, (number, valid, _) in enumerate(CASES) if not valid and number not in ACCEPTED_BEYOND]

    assert bad_signatures([signed for _, _, signed in CASES]) == bad
    assert len(CASES) == 151


def test_what_is_accepted_beyond_rfc_8032_is_refused_there() -> None:
    """The list of exceptions holds nothing that is no exception."""
    refused = {number for number, valid, _ in CASES if not valid}

    assert set(ACCEPTED_BEYOND) <= refused


@pytest.mark.parametrize("row", table("ed25519_rfc8032.tsv"), ids=["1", "2", "3"])
def test_signatures_are_those_of_rfc_8032(row: dict[str, str]) -> None:
    """Any other program makes the same key and the same signature from this seed."""
    signer = Signer(bytes.fromhex(row["seed"]))

    assert signer.public.hex() == row["public"]
    assert signer.sign(bytes.fromhex(row["message"])).hex() == row["signature"]


def test_the_196_cases_of_zip_215_are_good() -> None:
    """Key and R of small order with s = 0: good for every verifier of ZIP-215, alone and in a batch."""
    cases = [SignedMessage(key, b"Zcash", r + bytes(32)) for key in SMALL_ORDER for r in SMALL_ORDER]

    assert len(cases) == 196
    assert all(is_good(case) for case in cases)
    assert bad_signatures(cases) == []


@pytest.mark.parametrize("key", SMALL_ORDER, ids=bytes.hex)
def test_a_key_of_small_order_is_not_acceptable(key: bytes) -> None:
    """It may not be registered, though its signatures count: it has a signature for everything."""
    assert not acceptable_key(Suite.ED25519, key)
