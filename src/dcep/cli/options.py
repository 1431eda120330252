"""Options that several commands share, and what people type into them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from dcep.errors import BadInput
from dcep.ids import BadWalletId, WalletId, parse_wallet_id
from dcep.money import BadAmount, Fen, parse_yuan

# There is no option for an empty list: without the option it is empty.
Archives = Annotated[list[Path] | None, Parameter(negative=())]
"""Archives of a data folder: the option is given once for each."""


def typed_wallet(text: str) -> WalletId:
    """Return the number of a wallet.

    Raises:
        BadInput: `bad_wallet_id`.
    """
    try:
        return parse_wallet_id(text)
    except BadWalletId as error:
        raise BadInput("bad_wallet_id", str(error), where=text) from error


def typed_yuan(text: str) -> Fen:
    """Return an amount, typed in yuan.

    Raises:
        BadInput: `bad_number`, `negative` or `too_many_decimals`.
    """
    try:
        return parse_yuan(text)
    except BadAmount as error:
        raise BadInput(error.code, str(error), where=text) from error
