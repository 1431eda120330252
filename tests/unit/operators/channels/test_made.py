"""What stands behind a token is kept while it counts, and no longer; nobody fills the database with codes."""

from __future__ import annotations

import pytest

from dcep.clock import DAY_MS, UnixMs
from dcep.errors import DcepError
from dcep.messages.merchants.requests import PaymentRequest
from dcep.operators.channels.alipay import SimulatedAlipayChannel
from dcep.operators.channels.made import MadeCodes
from dcep.operators.channels.unionpay import SimulatedUnionpayChannel
from dcep.operators.channels.wechat import SimulatedWechatChannel
from tests.unit.operators.street import BOTH_DATABASES, Street

NOW = UnixMs(10**12)


def wanted(street: Street, reference: str | None = None, expires_at: int | None = None) -> PaymentRequest:
    """Return a request of the bakery."""
    return PaymentRequest(
        receiver=street.bakery,
        network=street.bank.network,
        name="Bakery",
        city="Suzhou",
        reference=reference,
        expires_at=None if expires_at is None else UnixMs(expires_at),
    )


def made(street: Street, most: int = 3) -> MadeCodes:
    """Return the bank's codes, of which a wallet may have few."""
    return MadeCodes(street.bank.names._store, street.bank.history, street.town.draw, most=most)


def outcome(channel: SimulatedAlipayChannel, code: str, now: int) -> str:
    """Return the error that a code ends in; empty if it counts."""
    try:
        channel.read(code, now=UnixMs(now))
    except DcepError as error:
        return error.code
    return ""


def test_a_code_for_one_payment_ends_after_thirty_days_and_one_for_many_never_does(street: Street) -> None:
    """Nobody should have to keep the answer to a question that was asked once."""
    channel = SimulatedAlipayChannel(made(street))
    once, often = (channel.make(wanted(street, reference), now=NOW) for reference in ("R-1", None))
    month = 30 * DAY_MS

    assert [outcome(channel, once, NOW + month - after) for after in (1, 0)] == ["", "code_expired"]
    assert outcome(channel, often, NOW + 100 * month) == ""


@BOTH_DATABASES
def test_a_wallet_has_so_many_codes_until_the_first_was_forgotten(street: Street) -> None:
    """An ended one is told to be expired for a day; then it makes room, and nobody knows it any more."""
    channel = SimulatedAlipayChannel(made(street))
    first, *_ = (channel.make(wanted(street, f"R-{n}", NOW + 1), now=NOW) for n in range(3))
    with pytest.raises(DcepError, match="too_many_codes"):
        channel.make(wanted(street, "R-4"), now=UnixMs(NOW + DAY_MS))

    channel.make(wanted(street, "R-4"), now=UnixMs(NOW + DAY_MS + 1))

    assert outcome(channel, first, NOW + DAY_MS) == "code_unknown"


def test_an_operator_that_changes_its_app_makes_codes_of_the_new_form(street: Street) -> None:
    """For a request that has a code of the old form, too; both count only where their form is read."""
    book = made(street)
    channels = [kind(book) for kind in (SimulatedAlipayChannel, SimulatedWechatChannel, SimulatedUnionpayChannel)]

    codes = [channel.make(wanted(street, "R-1"), now=NOW) for channel in channels]

    assert [channel.read(code, now=NOW).reference for channel, code in zip(channels, codes, strict=True)] == ["R-1"] * 3


def test_every_channel_that_imitates_an_app_says_so_when_it_begins(
    street: Street, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody takes its codes for those of the app by mistake."""
    for kind in (SimulatedAlipayChannel, SimulatedWechatChannel, SimulatedUnionpayChannel):
        kind(made(street))

        assert f"{kind.__name__} makes the codes" in caplog.text
