"""Channels: the front ends of operators, each with codes of its own, and how a code of any is paid from any wallet.

A channel is an app of an operator's own. It makes the code that its wallets show for a payment request, and reads the
codes that it has made. What stands behind a code is the same for all: a `PaymentRequest`.

| channel | its code | who can read it |
|---|---|---|
| `PlainChannel` | the request itself, as EMV text | everybody |
| `SimulatedAlipayChannel`, `SimulatedWechatChannel` | a short link with a token | the operator that made it |
| `SimulatedUnionpayChannel` | EMV text in another scheme, with a token | the operator that made it |

`interconnection` 互联互通 lets a code of one be paid from a wallet of another; `made` keeps what stands behind tokens.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, Literal, NamedTuple, Protocol

from dcep.clock import UnixMs
from dcep.messages.merchants.requests import MAX_TEXT, PaymentRequest

__all__ = ["MAX_CODE", "Channel", "ChannelName", "Form"]

ChannelName = Literal["plain", "alipay", "wechat", "unionpay"]
# No code of any channel is longer.
MAX_CODE: Final = MAX_TEXT


class Channel(Protocol):
    """The front end of an operator."""

    @property
    def name(self) -> ChannelName:
        """By which settings and other operators call the form of its codes."""

    def make(self, request: PaymentRequest, *, now: UnixMs) -> str:
        """Return the code that a wallet shows for a request: at most MAX_CODE characters.

        Raises:
            BadRequest: a field of the request does not fit the form.
            DcepError: `too_many_codes`.
        """

    def read(self, text: str, *, now: UnixMs) -> PaymentRequest:
        """Return the request behind a code that this channel has made.

        Raises:
            BadInput: `code_unreadable`, `code_altered`.
            DcepError: `code_unknown`, `code_expired`, `code_used`.
        """


class Form(NamedTuple):
    """How the codes of a channel look.

    Args:
        name: of the channel.
        looks: what a text must match to be taken for one of its codes.
        token_of: return the token in such a text.
        write: return the code with a token.
        alphabet: what tokens are made of, and `size` how many of it: nobody can guess one.

    Raises of `token_of`: BadInput `code_unreadable`, `code_altered`.
    """

    name: ChannelName
    looks: re.Pattern[str]
    token_of: Callable[[str], str]
    write: Callable[[str, PaymentRequest], str]
    alphabet: str
    size: int
