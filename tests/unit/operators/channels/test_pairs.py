"""A code of any operator's app is paid from a wallet of any other, and no bad one is taken for it."""

from __future__ import annotations

from typing import Final

import pytest

from dcep.messages.merchants.emv import closed
from dcep.messages.merchants.requests import MAX_TEXT, decode_request
from dcep.operators.channels import ChannelName
from tests.institutions import COUNTER, LEDGER, STAFF
from tests.unit.operators.channels.conftest import CHANNELS, Pair

WITH_TOKENS: Final[tuple[ChannelName, ...]] = ("alipay", "wechat", "unionpay")
FOREVER: Final = 2**45


@pytest.mark.parametrize("receivers", CHANNELS)
@pytest.mark.parametrize("payers", CHANNELS)
def test_a_code_of_any_channel_is_paid_from_a_wallet_of_any_other(
    pair: Pair, payers: ChannelName, receivers: ChannelName
) -> None:
    """The payer's operator tells what stands behind it; once it is paid a code with a token counts no more."""
    pair.choose(payers, receivers)
    reference = next(pair.references)
    code = pair.show(amount_fen=125, reference=reference, expires_at_ms=FOREVER)

    read = pair.scan(code)
    paid = pair.pay(read.json())
    again = pair.scan(code)

    told = read.json()
    assert (read.status_code, paid) == (200, "settled")
    assert {key: value for key, value in told.items() if key != "text"} == {
        "receiver": pair.bakery.keyid,
        "name": "Bakery",
        "city": "Suzhou",
        "amount_fen": 125,
        "reference": reference,
        "expires_at_ms": FOREVER,
    }
    assert decode_request(told["text"]).receiver == pair.bakery.wallet
    assert again.json().get("code") == (None if receivers == "plain" else "code_used")


@pytest.mark.parametrize("channel", CHANNELS)
def test_each_channel_has_codes_of_its_own_form(pair: Pair, channel: ChannelName) -> None:
    """So that everybody knows whom to ask. The same request is the same code; a wallet of the same operator pays it."""
    pair.choose("plain", channel)
    wanted = {"amount_fen": 125, "reference": next(pair.references)}

    code, again = pair.show(**wanted), pair.show(**wanted)

    heads = {
        "plain": "00020101021226",
        "alipay": "https://qr.alipay.invalid/bax",
        "wechat": "simulated-wxp://f2f/",
        "unionpay": "0002010102121531",
    }
    assert code.startswith(heads[channel])
    assert code == again
    assert pair.scan(code, by=pair.bakery).json()["receiver"] == pair.bakery.keyid


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_code_for_many_payments_is_never_used_up(pair: Pair, channel: ChannelName) -> None:
    """A stall hangs it on the wall: it has no reference, and the payer says how much."""
    pair.choose("plain", channel)
    code = pair.show()

    first = pair.scan(code).json()
    pair.pay(first | {"amount_fen": 7})
    second = pair.scan(code).json()

    assert first == second
    assert (first["amount_fen"], first["reference"]) == (None, None)


@pytest.mark.parametrize("channel", WITH_TOKENS)
def test_a_forged_code_is_unknown_to_the_operator_whose_form_it_has(pair: Pair, channel: ChannelName) -> None:
    """Nobody can guess a token; and a code of another operator's form is not taken for one's own."""
    pair.choose("plain", channel)
    code = pair.show(reference=next(pair.references))
    forged = closed(_other_token(code[:-8])) if channel == "unionpay" else _other_token(code)

    answer = pair.scan(forged)

    assert (answer.status_code, answer.json()["code"]) == (404, "code_unknown")


@pytest.mark.parametrize("channel", CHANNELS)
def test_an_altered_or_cut_code_is_refused(pair: Pair, channel: ChannelName) -> None:
    """By its checksum, or because its operator never wrote it so."""
    pair.choose("plain", channel)
    code = pair.show(amount_fen=999, reference=next(pair.references))

    cut, longer = (pair.scan(each).json()["code"] for each in (code[:-1], code + "0"))

    wanted = "code_altered" if channel in ("plain", "unionpay") else "code_unreadable"
    assert (cut, longer) == (wanted, wanted)


def test_another_amount_under_a_right_checksum_is_refused_by_whoever_wrote_the_code(pair: Pair) -> None:
    """The payer must not be shown one amount on paper and another on his device."""
    pair.choose("plain", "unionpay")
    code = pair.show(amount_fen=999, reference=next(pair.references))
    altered = closed(code[:-8].replace("54049.99", "54040.99"))

    answer = pair.scan(altered)

    assert altered != code
    assert (answer.status_code, answer.json()["code"]) == (400, "code_altered")


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_code_whose_time_is_over_is_refused(pair: Pair, channel: ChannelName) -> None:
    """At its very millisecond it is over."""
    pair.choose("plain", channel)
    code = pair.show(reference=next(pair.references), expires_at_ms=pair.town.now)

    answer = pair.scan(code)

    assert (answer.status_code, answer.json()["code"]) == (409, "code_expired")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "code_unreadable"),
        ("https://example.invalid/pay", "code_unreadable"),
        ("0010000000010008", "code_unreadable"),
        ("x" * (MAX_TEXT + 1), "code_too_long"),
        ("x" * 4_097, "malformed_body"),
    ],
)
def test_what_is_no_code_is_told_so(pair: Pair, text: str, code: str) -> None:
    """Whatever a camera reads off a wall comes here."""
    pair.choose("plain", "plain")

    answer = pair.scan(text)

    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_code_for_a_wallet_of_another_network_is_refused(pair: Pair) -> None:
    """A number may be the same in two networks, and the money is not."""
    pair.choose("plain", "plain")
    code = pair.show()
    network = pair.town.economy.network.hex()
    elsewhere = closed(code[:-8].replace(network, "0" * 32))

    answer = pair.scan(elsewhere)

    assert (answer.status_code, answer.json()["code"]) == (400, "other_network")


def test_what_stands_behind_a_token_is_told_to_operators_and_to_nobody_else(pair: Pair) -> None:
    """Nor to a stranger, nor to a holder who signs; and a holder without a wallet reads no codes."""
    pair.choose("plain", "alipay")
    house, body = pair.bakery.house, {"text": pair.show(reference=next(pair.references))}

    unsigned = house.ask("POST", "/v1/codes/own", headers={"Content-Type": "application/json"}, content=b'{"text":""}')
    holder = pair.bakery.ask("POST", "/v1/codes/own", body)
    others = {house.at_the_counter("POST", "/v1/codes/own", body, by=by).status_code for by in (COUNTER, LEDGER, STAFF)}

    assert (unsigned.status_code, holder.status_code, others) == (401, 401, {403})


def test_an_amount_with_a_token_keeps_to_what_was_paid(pair: Pair) -> None:
    """Somebody who pays another amount under the same reference does not use the merchant's code up."""
    pair.choose("plain", "alipay")
    code = pair.show(amount_fen=125, reference=next(pair.references))
    told = pair.scan(code).json()

    pair.pay(told | {"amount_fen": 1})

    assert pair.scan(code).json() == told


def _other_token(text: str) -> str:
    """Return a text in which one character of the token is another."""
    at = 20 if text.startswith("0002") else len(text) - 2
    return text[:at] + ("7" if text[at] != "7" else "8") + text[at + 1 :]
