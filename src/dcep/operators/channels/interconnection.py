"""Interconnection 互联互通: a code of any operator is paid from a wallet of any other.

1. A text is bounded, and its form says which channel has written it. What has none of these forms is no code.
2. The request itself is read here. A code with a token is read where it was made: by this operator's own channel, or by
   asking whoever has a channel of this form. If several have, each is asked until one knows it.
3. Whatever another operator says is held to be a stranger's word: it answers for its own wallets in this network, and
   for nobody else's.
4. A request whose time is over is refused here too, whoever told it.

What is answered to the payer's wallet is always the plain request, which it shows and for which it signs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final, NamedTuple

from dcep.clock import UnixMs
from dcep.errors import BadInput, DcepError, Unavailable
from dcep.ids import NetworkId, OperatorId, operator_of
from dcep.messages.merchants.requests import BadRequest, PaymentRequest, decode_request
from dcep.operators.channels import MAX_CODE, Channel, ChannelName, alipay, plain, unionpay, wechat
from dcep.operators.channels.plain import PlainChannel

_LOOKS: Final[dict[ChannelName, re.Pattern[str]]] = {
    "plain": plain.LOOKS,
    "alipay": alipay.FORM.looks,
    "wechat": wechat.FORM.looks,
    "unionpay": unionpay.FORM.looks,
}
_RETRY_AFTER_MS: Final = 1_000


class Peer(NamedTuple):
    """Another operator: its number, its channel, and where it is asked."""

    operator: OperatorId
    channel: ChannelName
    url: str


Ask = Callable[[Peer, str], str]
"""Return what another operator says stands behind its code, as the text of a plain request; or raise why not."""
_Read = Callable[[str], PaymentRequest]


class Interconnection:
    """One operator among the others.

    Args:
        channel: its own front end.
        peers: the others.
        ask: asks one of them.
    """

    def __init__(self, network: NetworkId, channel: Channel, peers: Sequence[Peer], ask: Ask) -> None:
        self._network, self.channel, self._peers, self._ask = network, channel, tuple(peers), ask
        self._plain = PlainChannel()

    def resolve(self, text: str, *, now: UnixMs) -> PaymentRequest:
        """Return the request behind a code that a wallet of this operator has scanned.

        Raises:
            BadInput: `code_too_long`, `code_unreadable`, `code_altered`, `other_network`.
            DcepError: `code_of_nobody`, `code_unknown`, `code_used`, `code_expired`.
            Unavailable: `operator_unreachable`, `strange_answer`: ask again.
        """
        form = _form_of(text)
        request = self._plain.read(text, now=now) if form == "plain" else self._told(form, text, now)
        if request.network != self._network:
            raise BadInput("other_network", "the code is for a wallet in another network")
        # 4.
        if request.expires_at is not None and request.expires_at <= now:
            raise DcepError("code_expired", "nobody should pay this code any more", next_step="ask for a new code")
        return request

    def own(self, text: str, *, now: UnixMs) -> PaymentRequest:
        """Return the request behind a code that this operator has made, for another that asks.

        Raises:
            BadInput: `code_too_long`, `code_unreadable`, `code_altered`.
            DcepError: `code_unknown`, `code_used`, `code_expired`.
        """
        if _form_of(text) != self.channel.name:
            raise DcepError("code_unknown", "this operator makes no codes of this form", next_step="ask another one")
        return self.channel.read(text, now=now)

    # 2.

    def _told(self, form: ChannelName, text: str, now: UnixMs) -> PaymentRequest:
        unknown = DcepError("code_of_nobody", "no operator here has the app that such codes are of")
        for read in self._readers(form, now):
            try:
                return read(text)
            except DcepError as error:
                if error.code != "code_unknown":
                    raise
                unknown = error
        raise unknown

    def _readers(self, form: ChannelName, now: UnixMs) -> Iterator[_Read]:
        if self.channel.name == form:
            yield partial(self.channel.read, now=now)
        for peer in self._peers:
            if peer.channel == form:
                yield partial(self._asked, peer)

    # 3.

    def _asked(self, peer: Peer, text: str) -> PaymentRequest:
        try:
            request = decode_request(self._ask(peer, text))
        except BadRequest as error:
            raise _strange(peer, str(error)) from error
        if operator_of(request.receiver) != peer.operator or request.network != self._network:
            raise _strange(peer, "the wallet behind the code is not one of its own")
        return request


def _form_of(text: str) -> ChannelName:
    # 1.
    if len(text) > MAX_CODE:
        raise BadInput("code_too_long", f"a code has at most {MAX_CODE} characters")
    for name, looks in _LOOKS.items():
        if looks.fullmatch(text):
            return name
    step = "scan the code that a till or a wallet shows"
    raise BadInput("code_unreadable", "this is no code for a payment", next_step=step)


def _strange(peer: Peer, detail: str) -> Unavailable:
    message = f"operator {peer.operator:03} gives no answer of this version: {detail}"
    return Unavailable("strange_answer", message, retry_after_ms=_RETRY_AFTER_MS)
