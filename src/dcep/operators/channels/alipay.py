"""`SimulatedAlipayChannel`: short links, as the codes of Alipay's app are, on a host that nobody can have."""

from __future__ import annotations

import re
from typing import Final

from dcep.errors import BadInput
from dcep.operators.channels import Form
from dcep.operators.channels.made import MadeCodes
from dcep.operators.channels.tokens import TokenChannel

_HEAD: Final = "https://qr.alipay.invalid/"
_TOKEN: Final = re.compile(re.escape(_HEAD) + r"(bax[0-9a-z]{26})")
_ALPHABET: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


def _token_of(text: str) -> str:
    matched = _TOKEN.fullmatch(text)
    if matched is None:
        raise BadInput("code_unreadable", "a code of this form is cut or has more behind it", next_step="scan it again")
    return matched[1].removeprefix("bax")


FORM: Final = Form(
    name="alipay",
    looks=re.compile(re.escape(_HEAD) + r".*", re.DOTALL),
    token_of=_token_of,
    write=lambda token, _: f"{_HEAD}bax{token}",
    alphabet=_ALPHABET,
    # 134 bits.
    size=26,
)


class SimulatedAlipayChannel(TokenChannel):
    """Makes codes of the look of Alipay's, for requests of DC/EP."""

    def __init__(self, made: MadeCodes) -> None:
        super().__init__(FORM, made)
