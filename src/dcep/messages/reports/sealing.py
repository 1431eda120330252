"""How a report is sealed: its bytes, the policy of one key or more in full, and their signatures over the bytes.

Whose policy it is, the reader asks: a signature that holds says that whoever has the key has signed, and no more.
"""

from __future__ import annotations

from typing import Final

from dcep.crypto.suites import SignedMessage, Signer, Suite, bad_signatures
from dcep.messages.layout import Malformed, Reader
from dcep.messages.policies import Policy, read_policy
from dcep.messages.signatory import single_key
from dcep.messages.signed import attach

_SIGNATURE_SIZE: Final = 64


def seal(data: bytes, signer: Signer) -> bytes:
    """Return a report's bytes with the signature of one key behind them."""
    return attach(data, single_key(signer), {0: signer.sign(data)})


def open_seal(message: bytes, reader: Reader) -> Policy:
    """Return the policy under which a report was signed.

    Args:
        message: the whole of it.
        reader: at the end of the report itself.

    Raises:
        Malformed: too few have signed, or a signature does not hold.
    """
    data = message[: reader.at]
    policy = read_policy(reader)
    signatures = {reader.integer(1): reader.take(_SIGNATURE_SIZE) for _ in range(reader.integer(1))}
    reader.finish()
    keys = list(policy.keys())
    if not signatures or max(signatures) >= len(keys) or not policy.satisfied_by(signatures):
        raise Malformed("too few have signed")
    signed = [
        SignedMessage(suite=Suite(keys[number][0]), key=keys[number][1], message=data, signature=signature)
        for number, signature in signatures.items()
    ]
    if bad_signatures(signed):
        raise Malformed("a signature does not hold")
    return policy
