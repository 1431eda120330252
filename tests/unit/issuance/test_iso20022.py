"""Messages of the settlement system: written and read back, and hostile ones refused."""

from __future__ import annotations

import re
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcep.clock import UnixMs
from dcep.errors import BadInput
from dcep.ids import OperatorId
from dcep.issuance.iso20022 import MAX_MESSAGE, read_entries, read_transfer, write_entry, write_transfer
from dcep.issuance.transfers import MAX_AMOUNT, SIMULATED, Accounts, Direction, Entry, Transfer
from dcep.messages.layout import LockId
from dcep.money import Fen

_TIMES: Final = st.integers(946_656_000_000, 4_000_000_000_000).map(UnixMs)
_AMOUNTS: Final = st.integers(1, MAX_AMOUNT).map(Fen)
_TRANSFERS: Final = st.builds(
    Transfer,
    reference=st.binary(min_size=16, max_size=16).map(LockId),
    direction=st.sampled_from(Direction),
    operator=st.integers(1, 999).map(OperatorId),
    amount=_AMOUNTS,
    at=_TIMES,
)
_WORDS: Final = st.text("ABCxyz0189-", min_size=1, max_size=35)
_ENTRIES: Final = st.builds(
    Entry,
    id=_WORDS,
    reference=_WORDS,
    account=_WORDS,
    amount=_AMOUNTS,
    currency=st.sampled_from(["CNY", "USD"]),
    is_credit=st.booleans(),
    is_booked=st.booleans(),
    assurance=st.sampled_from(["", SIMULATED]),
    at=_TIMES,
)
_ENTRY: Final = Entry(
    id="E1",
    reference="ab" * 16,
    account="RESERVE",
    amount=Fen(12_345),
    currency="CNY",
    is_credit=True,
    is_booked=True,
    assurance="",
    at=UnixMs(1_772_000_000_000),
)
_MESSAGE: Final = write_entry(_ENTRY)


@given(_TRANSFERS)
def test_a_transfer_is_read_as_it_was_written(transfer: Transfer) -> None:
    """Every amount to the fen, every instant to the millisecond."""
    assert read_transfer(write_transfer(transfer, Accounts()), Accounts()) == transfer


@given(_ENTRIES)
def test_an_entry_is_read_as_it_was_written(entry: Entry) -> None:
    """The stand-in's messages go through the same reader as anybody else's."""
    assert read_entries(write_entry(entry)) == [entry]


def test_an_amount_is_written_in_yuan() -> None:
    """The standard has decimals; the program has none."""
    assert b'<Amt Ccy="CNY">123.45</Amt>' in _MESSAGE


@pytest.mark.parametrize(
    "amount", ["0", "0.00", "-1.00", "123.456", "1E+3000000", "NaN", "Infinity", "1e2x", "", "99999999999999999.00"]
)
def test_an_amount_that_is_no_whole_number_of_fen_is_refused(amount: str) -> None:
    """Nothing is rounded, nothing grows beyond what a message can tell."""
    with pytest.raises(BadInput, match="bad_settlement_message"):
        read_entries(_MESSAGE.replace(b"123.45", amount.encode()))


@pytest.mark.parametrize("time", ["12026-02-25T06:13:20Z", "-0044-03-15T12:00:00Z", "2026-02-30T06:13:20Z", "0000", ""])
def test_a_message_of_no_day_is_refused(time: str) -> None:
    """The standard's years know no end; the calendar's do."""
    written = _MESSAGE.partition(b"<CreDtTm>")[2].partition(b"<")[0]

    with pytest.raises(BadInput, match="bad_settlement_message"):
        read_entries(_MESSAGE.replace(written, time.encode()))


def hostile() -> dict[str, bytes]:
    """Return messages that were made to do harm."""
    head, _, rest = _MESSAGE.partition(b"?>")
    billion = b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "&%c;&%c;">' % (after, before, before)
        for before, after in zip(b"abcdefghijklmnop", b"bcdefghijklmnopq", strict=True)
    )
    entity = rest.replace(b"RESERVE", b"&x;")
    return {
        "nothing": b"",
        "no XML": b"\x00\xff not XML",
        "another message": write_transfer(
            Transfer(
                reference=LockId(bytes(16)),
                direction=Direction.LOCK,
                operator=OperatorId(1),
                amount=Fen(1),
                at=UnixMs(1_772_000_000_000),
            ),
            Accounts(),
        ),
        "a billion laughs": head + b"?>" + billion + b"]>" + rest.replace(b"RESERVE", b"&q;"),
        "a file": head + b'?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + entity,
        "an address": head + b'?><!DOCTYPE d [<!ENTITY x SYSTEM "http://127.0.0.1:1/x">]>' + entity,
        "another encoding": _MESSAGE.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        "seven bits": b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE d+AD4-' + rest,
        "too long": _MESSAGE + b" " * MAX_MESSAGE,
        "cut": _MESSAGE[: len(_MESSAGE) // 2],
        "an unknown element": _MESSAGE.replace(b"<Sts>", b"<Evil/><Sts>"),
        "two transactions in an entry": _MESSAGE.replace(b"</TxDtls>", b"</TxDtls><TxDtls/>"),
        "no reference": _MESSAGE.replace(b"<EndToEndId>" + b"ab" * 16 + b"</EndToEndId>", b""),
        "deep": b"<a>" * 5_000,
    }


@pytest.mark.parametrize("name", sorted(hostile()))
def test_a_hostile_message_is_refused_by_its_code(name: str) -> None:
    """Nothing is expanded or fetched, and nothing but the code comes back."""
    with pytest.raises(BadInput, match="bad_settlement_message"):
        read_entries(hostile()[name])


def _judge(message: bytes) -> str:
    """Return the code with which a message is refused, or nothing."""
    try:
        read_entries(message)
    except BadInput as error:
        return error.code
    return ""


def test_a_message_without_one_of_its_elements_is_read_or_refused() -> None:
    """Each element is taken out, then emptied: no one of them is missed by anything but the reader."""
    names = set(re.findall(rb"<(\w+)[ >]", _MESSAGE))
    messages = [
        re.sub(rb"<%b[ >].*</%b>" % (name, name), instead % (name, name) if instead else b"", _MESSAGE, flags=re.DOTALL)
        for name in names
        for instead in (b"", b"<%b></%b>")
    ]

    codes = list(map(_judge, messages))

    assert len(messages) > 40
    assert set(codes) == {"", "bad_settlement_message"}


@given(st.data())
def test_a_message_with_a_broken_byte_is_read_or_refused(data: st.DataObject) -> None:
    """Whatever byte is changed, the answer is entries or the code, never another failure."""
    at, value = data.draw(st.integers(0, len(_MESSAGE) - 1)), data.draw(st.integers(0, 255))
    broken = _MESSAGE[:at] + bytes((value,)) + _MESSAGE[at + 1 :]

    code = _judge(broken)

    assert code in ("", "bad_settlement_message")


def test_a_transfer_between_strangers_is_none_of_ours() -> None:
    """One of the two accounts is the reserve account, the other an operator's."""
    message = write_transfer(
        Transfer(
            reference=LockId(bytes(16)),
            direction=Direction.LOCK,
            operator=OperatorId(1),
            amount=Fen(1),
            at=UnixMs(1_772_000_000_000),
        ),
        Accounts(),
    )

    for change in ((b"RESERVE", b"ANOTHER"), (b"SETTLEMENT-001", b"SAVINGS-001"), (b"SETTLEMENT-001", b"SETTLEMENT-x")):
        with pytest.raises(BadInput, match="bad_settlement_message"):
            read_transfer(message.replace(*change), Accounts())
