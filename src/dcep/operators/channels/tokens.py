"""A channel whose codes hold a token alone: what stands behind it, only the operator that made it can tell.

A code is read by writing it once more from what was stored: what says anything else than was written is `code_altered`,
whatever its checksum.
"""

from __future__ import annotations

import logging

from dcep.clock import UnixMs
from dcep.errors import BadInput
from dcep.messages.merchants.requests import PaymentRequest
from dcep.operators.channels import ChannelName, Form
from dcep.operators.channels.made import MadeCodes

_log = logging.getLogger("dcep.operators.channels")


class TokenChannel:
    """The base of channels with tokens: a subclass gives the form."""

    def __init__(self, form: Form, made: MadeCodes) -> None:
        _log.warning("%s makes the codes: they are no codes of the app that it imitates", type(self).__name__)
        self._form, self._made = form, made

    @property
    def name(self) -> ChannelName:
        """By which settings and other operators call the form of its codes."""
        return self._form.name

    def make(self, request: PaymentRequest, *, now: UnixMs) -> str:
        """Return the code for a request, kept before it is shown."""
        return self._form.write(self._made.token_for(request, self._form, now=now), request)

    def read(self, text: str, *, now: UnixMs) -> PaymentRequest:
        """Return the request behind a code that was made here."""
        token = self._form.token_of(text)
        request = self._made.request_of(token, now=now)
        if self._form.write(token, request) != text:
            message = "the code says something else than its operator has written"
            raise BadInput("code_altered", message, next_step="ask for a new code")
        return request
