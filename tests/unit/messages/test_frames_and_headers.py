"""Frames, headers, outcomes, messages, genesis: what stands in files and travels between ledgers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcep.clock import UnixMs
from dcep.ids import TIER1, LedgerId, NetworkId
from dcep.ledger.native import RustEngine
from dcep.messages.crossings import decode_message, encode_message
from dcep.messages.frames import FIRST_HEAD, join, next_head, split
from dcep.messages.genesis import decode_genesis, encode_genesis, network_of, supervision_wallet
from dcep.messages.headers import decode_signed_header, is_equivocation
from dcep.messages.layout import Hash, Malformed, Number, Seq
from dcep.messages.outcomes import Outcome, Status, decode_outcome, decode_outcomes
from dcep.messages.refusals import NotProcessed, Refusal
from tests.language import play
from tests.names import UNLIMITED, genesis, wallet

NETWORK = play("open li T 10\npay li zhou@1 5").network
PLACE = NETWORK.ledgers[LedgerId(0)]
records = st.lists(st.binary(max_size=300), max_size=8)


@given(records)
def test_a_body_is_split_as_it_was_joined(parts: list[bytes]) -> None:
    """Empty records too: the count of the outcomes is theirs."""
    assert split(join(parts)) == parts


@given(records.filter(any))
def test_a_cut_body_is_malformed(parts: list[bytes]) -> None:
    """The last record with bytes cannot lose one unseen."""
    with pytest.raises(Malformed):
        split(join([part for part in parts if part])[:-1])


def test_the_head_depends_on_place_time_and_bytes() -> None:
    """Two logs with one head are one log."""
    frame = PLACE.log[0]
    other = replace(frame, body=frame.body + b"\0")

    heads = {
        next_head(frame, Seq(1), FIRST_HEAD),
        next_head(frame, Seq(2), FIRST_HEAD),
        next_head(frame, Seq(1), Hash(b"\1" * 32)),
        next_head(other, Seq(1), FIRST_HEAD),
        next_head(replace(frame, time=UnixMs(frame.time + 1)), Seq(1), FIRST_HEAD),
        next_head(replace(frame, ledger=TIER1), Seq(1), FIRST_HEAD),
    }
    assert len(heads) == 6


def test_two_headers_of_one_place_with_other_words_are_equivocation() -> None:
    """Whoever holds both has a proof; the same words twice, or another place, prove nothing."""
    header = PLACE.headers[-1]
    other = replace(header, header=replace(header.header, outcomes_root=Hash(bytes(32))))
    later = replace(header, header=replace(other.header, seq=Seq(header.header.seq + 1)))

    assert is_equivocation(header, other)
    assert not is_equivocation(header, header)
    assert not is_equivocation(header, later)


def test_a_header_is_read_back_and_nothing_shorter_or_longer() -> None:
    """It is signed as bytes, and read as words: both must be one."""
    data = PLACE.headers[-1].encode()

    assert decode_signed_header(data) == PLACE.headers[-1]
    for wrong in (data[:-1], data + b"\0", b"dhdx" + data[4:]):
        with pytest.raises(Malformed):
            decode_signed_header(wrong)


@pytest.mark.parametrize("reason", [*Refusal, *NotProcessed], ids=lambda reason: reason.code)
def test_every_reason_stands_in_an_outcome(reason: Refusal | NotProcessed) -> None:
    """And its code comes out again."""
    status = Status.REFUSED if isinstance(reason, Refusal) else Status.NOT_PROCESSED
    outcome = Outcome(status=status, reason=reason)

    assert decode_outcome(outcome.encode()) == outcome
    assert outcome.code == reason.code


@pytest.mark.parametrize(
    "data", ["", "00000000", "ff000000", "02000000", "0200ff00", "01000100", "03000100", "01000001"]
)
def test_an_outcome_that_no_ledger_gives_is_malformed(data: str) -> None:
    """A reason without its status, a status without its reason, a message that is not there."""
    with pytest.raises(Malformed):
        decode_outcome(bytes.fromhex(data))


def test_the_outcomes_of_a_frame_stand_one_after_the_other() -> None:
    """As many as there are records, and no byte more."""
    data = b"\x01\x00\x00\x00" * 3

    assert len(decode_outcomes(data, 3)) == 3
    for count in (2, 4):
        with pytest.raises(Malformed):
            decode_outcomes(data, count)


def test_only_final_answers_are_final() -> None:
    """`already_used` speaks of a number: it must never pass for a receipt."""
    final = {status.name for status in Status if Outcome(status=status).is_final}

    assert final == {"SETTLED", "REFUSED", "EXPIRED", "NEVER_PROCESSED"}


def test_a_message_is_read_back_on_its_own_network_only() -> None:
    """The bytes of a test network must credit nothing in the real one."""
    data = NETWORK.sent[LedgerId(0), LedgerId(1), Number(1)].message

    assert encode_message(NETWORK.id, decode_message(NETWORK.id, data)) == data
    with pytest.raises(Malformed):
        decode_message(NetworkId(bytes(16)), data)
    for wrong in (data[:-1], data + b"\0", data[:32] + b"\x09" + data[33:]):
        with pytest.raises(Malformed):
            decode_message(NETWORK.id, wrong)


def test_the_network_is_named_by_its_genesis() -> None:
    """Other random bytes, other keys or other rules are another network."""
    one = genesis(UNLIMITED, 2)
    other = replace(one, random=Hash(b"\1" * 32))

    assert decode_genesis(encode_genesis(one)) == one
    assert network_of(encode_genesis(one)) != network_of(encode_genesis(other))


def test_a_genesis_without_a_shard_is_malformed() -> None:
    """Nobody could live there."""
    with pytest.raises(Malformed):
        decode_genesis(encode_genesis(replace(genesis(UNLIMITED, 1), shard_workers=())))


def test_a_genesis_whose_rules_forget_a_class_is_none() -> None:
    """Nobody can tell what that class may do: both engines refuse to begin."""
    known = genesis(UNLIMITED, 1)
    data = encode_genesis(replace(known, rules=replace(known.rules, classes=known.rules.classes[:-1])))

    with pytest.raises(Malformed):
        decode_genesis(data)
    with pytest.raises(Malformed):
        RustEngine(data, LedgerId(0))


def test_each_ledger_has_its_own_account_of_the_supervision_board() -> None:
    """An order that fits two ledgers would count twice."""
    accounts = {supervision_wallet(ledger) for ledger in genesis(UNLIMITED, 3).ledgers()}

    assert len(accounts) == 4
    assert wallet("supervision@1", 2) in accounts
