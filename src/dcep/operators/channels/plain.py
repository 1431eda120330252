"""The plain channel of DC/EP: a code is the request itself, which everybody reads and nobody has to be asked about."""

from __future__ import annotations

import re
from typing import Final

from dcep.clock import UnixMs
from dcep.errors import BadInput
from dcep.messages.merchants.requests import (
    GUID,
    BadRequest,
    PaymentRequest,
    decode_request,
    encode_request,
)
from dcep.operators.channels import ChannelName

# Fields 00, 01 and 26, which names the scheme.
LOOKS: Final = re.compile(r"00\d{4}01\d{4}26\d{2}0016" + re.escape(GUID) + r".*", re.DOTALL)


class PlainChannel:
    """The front end of an operator that shows the requests of DC/EP as they are."""

    name: Final[ChannelName] = "plain"

    def make(self, request: PaymentRequest, *, now: UnixMs) -> str:
        """Return the text of the request."""
        return encode_request(request)

    def read(self, text: str, *, now: UnixMs) -> PaymentRequest:
        """Return the request.

        Raises:
            BadInput: `code_altered`.
        """
        try:
            return decode_request(text)
        except BadRequest as error:
            raise BadInput("code_altered", str(error), next_step="scan it again, or ask for a new code") from error
