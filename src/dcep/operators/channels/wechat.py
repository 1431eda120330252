"""`SimulatedWechatChannel`: links of a scheme of their own, as the codes of WeChat's app are."""

from __future__ import annotations

import re
import string
from typing import Final

from dcep.errors import BadInput
from dcep.operators.channels import Form
from dcep.operators.channels.made import MadeCodes
from dcep.operators.channels.tokens import TokenChannel

_HEAD: Final = "simulated-wxp://f2f/"
_TOKEN: Final = re.compile(re.escape(_HEAD) + r"([0-9A-Za-z]{22})")


def _token_of(text: str) -> str:
    matched = _TOKEN.fullmatch(text)
    if matched is None:
        raise BadInput("code_unreadable", "a code of this form is cut or has more behind it", next_step="scan it again")
    return matched[1]


FORM: Final = Form(
    name="wechat",
    looks=re.compile(re.escape(_HEAD) + r".*", re.DOTALL),
    token_of=_token_of,
    write=lambda token, _: _HEAD + token,
    alphabet=string.digits + string.ascii_letters,
    # 130 bits.
    size=22,
)


class SimulatedWechatChannel(TokenChannel):
    """Makes codes of the look of WeChat's, for requests of DC/EP."""

    def __init__(self, made: MadeCodes) -> None:
        super().__init__(FORM, made)
