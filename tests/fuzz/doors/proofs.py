"""Proofs and names: no forged path or receipt ever holds, and no text means two things."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from hypothesis import strategies as st

from dcep.crypto import merkle
from dcep.ids import BadWalletId, NetworkId, format_wallet_id, is_wallet_id, parse_wallet_id
from dcep.messages.layout import Key, Malformed
from dcep.messages.receipts import BadReceipt, decode_receipt, verify
from dcep.money import BadAmount, parse_yuan, yuan
from tests.fuzz.hostile import mutated
from tests.fuzz.real import RECEIPTS, WORKER_OF_RECEIPTS
from tests.fuzz.target import Target, seeds_of
from tests.repo.tracked import ROOT

_HASH_SIZE: Final = 32
_SIZES: Final = (1, 2, 3, 5, 8, 13, 21)
_TREES: Final = {size: [merkle.leaf_hash(bytes((size, place))) for place in range(size)] for size in _SIZES}
_ROOTS: Final = {size: merkle.root_of_hashes(hashes) for size, hashes in _TREES.items()}


def _path_bytes(size: int, index: int) -> bytes:
    hashes = _TREES[size]
    return bytes((size,)) + index.to_bytes(4) + hashes[index] + b"".join(merkle.path(hashes, index))


def _check_path(data: bytes) -> None:
    """A path that leads to the root is the one that the tree gives, from the leaf that stands there."""
    size, index, rest = data[0] if data else 0, int.from_bytes(data[1:5]), data[5:]
    if size not in _TREES or not rest or len(rest) % _HASH_SIZE:
        return
    leaf, *path = [rest[at : at + _HASH_SIZE] for at in range(0, len(rest), _HASH_SIZE)]
    try:
        root = merkle.root_from_path(leaf, index, size, path)
    except merkle.BadPath:
        return
    assert (root == _ROOTS[size]) == (data == (_path_bytes(size, index)))


_GOOD: Final = decode_receipt(RECEIPTS[0])
_NETWORK: Final = NetworkId(WORKER_OF_RECEIPTS[0])
_WORKERS: Final = [Key(WORKER_OF_RECEIPTS[1])]
_PROVEN: Final = verify(_GOOD, _NETWORK, _WORKERS)


def _check_receipt(data: bytes) -> None:
    """Whatever holds says what the true one says: this command, this outcome, this header."""
    try:
        proven = verify(decode_receipt(data), _NETWORK, _WORKERS)
    except (Malformed, BadReceipt):
        return
    assert (proven.command.id, proven.outcome) == (_PROVEN.command.id, _PROVEN.outcome)
    assert proven.header == _PROVEN.header


def _check_wallet_id(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    digits = "".join(sign for sign in text if sign != " ")
    try:
        wallet = parse_wallet_id(text)
    except BadWalletId:
        plain = len(digits) == 16 and all("0" <= sign <= "9" for sign in digits)
        assert not plain or not is_wallet_id(int(digits))
        return
    assert f"{wallet:016}" == digits
    assert parse_wallet_id(format_wallet_id(wallet)) == wallet
    # One wrong digit is always found.
    for place in range(16):
        other = f"{digits[:place]}{(int(digits[place]) + 1) % 10}{digits[place + 1 :]}"
        assert not is_wallet_id(int(other))


def _check_yuan(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    try:
        fen = parse_yuan(text)
    except BadAmount:
        return
    whole, _, decimals = text.partition(".")
    assert text.isascii()
    assert fen == int(whole) * 100 + int((decimals + "00")[:2])
    assert parse_yuan(yuan(fen).replace(",", "")) == fen


def _target(name: str, check: Callable[[bytes], None], inputs: st.SearchStrategy[bytes]) -> Target:
    return Target(name=name, group="policies", inputs=inputs, check=check)


_TABLE: Final = (ROOT / "vectors" / "wallet_ids.tsv").read_text(encoding="utf-8")
_TYPED: Final = [line.split("\t")[0].encode() for line in _TABLE.splitlines()]
_AMOUNTS: Final = [
    b"0",
    b"0.1",
    b"12.34",
    b"9999999999999.99",
    b"-1.5",
    b"1.234",
    b"\xd9\xa1",
    b"1_0",
    b"1e3",
    b"+1",
    b"1.",
]

TARGETS: Final = [
    _target("merkle-path", _check_path, mutated([_path_bytes(n, at) for n in _SIZES for at in {0, n // 2, n - 1}])),
    _target("receipt-proof", _check_receipt, mutated(seeds_of("receipt", RECEIPTS))),
    _target("wallet-id", _check_wallet_id, mutated(_TYPED)),
    _target("yuan", _check_yuan, mutated(_AMOUNTS)),
]
