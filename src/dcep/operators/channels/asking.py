"""Ask other operators what stands behind their codes: signed as an institution, in time, few at once.

1. A request is signed with the operator's own certificate; whoever is asked answers operators alone.
2. An answer has come within three seconds, and at most eight are waited for at once: an operator that hangs does not
   keep this one from its own work.
3. The words of the other's refusal are not passed on, its code is: what it means is said here.
"""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import Final

from dcep.errors import BadInput, DcepError, Unavailable
from dcep.http.caller import Caller, Seal
from dcep.operators.channels.interconnection import Ask, Peer

PATH: Final = "/v1/codes/own"
TIMEOUT_S: Final = 3.0
AT_ONCE: Final = 8
_RETRY_AFTER_MS: Final = 1_000
_MEANINGS: Final = {
    "code_unknown": "the operator whose form it has made no such code: it is forged, altered, or long over",
    "code_used": "what this code asks for was paid already",
    "code_expired": "nobody should pay this code any more",
}
_FAULTS: Final = {
    "code_unreadable": "the code is cut or has more behind it",
    "code_altered": "the code says something else than its operator has written",
}


def asking(seal: Seal, *, timeout_s: float = TIMEOUT_S) -> Ask:
    """Return who asks other operators.

    Args:
        seal: signs a request as this operator.
        timeout_s: until when an answer has come whole.
    """
    room = BoundedSemaphore(AT_ONCE)

    def ask(peer: Peer, text: str) -> str:
        # 2.
        if not room.acquire(blocking=False):
            message = "too many other operators are asked at this moment"
            raise Unavailable("busy", message, retry_after_ms=_RETRY_AFTER_MS)
        try:
            reply = Caller(peer.url, seal=seal, timeout_s=timeout_s).ask("POST", PATH, json={"text": text})
            told = reply.document().get("text")
        except DcepError as error:
            raise meant(peer, error) from error
        finally:
            room.release()
        return told if isinstance(told, str) else ""

    return ask


# 3.


def meant(peer: Peer, error: DcepError) -> DcepError:
    """Return the error that another operator's word, or its silence, is for whoever pays."""
    if error.code in _MEANINGS:
        return DcepError(error.code, _MEANINGS[error.code], next_step="ask for a new code")
    if error.code in _FAULTS:
        return BadInput(error.code, _FAULTS[error.code], next_step="scan it again, or ask for a new code")
    message = f"operator {peer.operator:03}, which made the code, cannot say what stands behind it now"
    step = "try again soon, or ask for a code of another wallet"
    return Unavailable("operator_unreachable", message, retry_after_ms=_RETRY_AFTER_MS, next_step=step)
