"""How institutions and holders sign their requests: RFC 9421 over method, address and digest of the body.

The sender

1. writes `Content-Digest`, the SHA-256 of the body (RFC 9530),
2. writes `Signature-Input`: what is covered, when it was signed, until when it counts, a nonce, whose key it is,
3. signs the *signature base*, a line for each covered component and one with the parameters, and writes `Signature`.

The receiver

4. finds each of the three headers once, of bounded length, in the one form that step 2 writes,
5. asks whether the signature counts now: created not later than a clock may differ, not ended, not too long a life,
6. compares the digest with the body,
7. asks for the sender's key, by which the signature of step 3 must be, in the algorithm of the key's suite,
8. takes the nonce, which can be taken once until the signature ends. Last: only who has a key can fill the memory.

Source: RFC 9421, sections 2 and 3; RFC 8941 for the syntax; docs/reference/http.md.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from dcep.clock import UnixMs
from dcep.crypto.suites import (
    BadSignature,
    Signer,
    Suite,
    UnsupportedSuite,
    acceptable_key,
    require_signature,
    supported,
)
from dcep.messages.http_signatures.nonces import Nonces
from dcep.messages.http_signatures.syntax import (
    MAX_HEADER,
    BadRequestSignature,
    SignatureInput,
    UnsignedRequest,
    content_digest,
    decode_signature_input,
    decoded,
    encoded,
    signature_base,
)
from dcep.messages.layout import Key

COVERED: Final = ("@method", "@target-uri", "content-digest")
MAX_LIFE_S: Final = 300
# As far as the clocks of two institutions may differ; the ledger's bound on workers is the same.
MAX_AHEAD_S: Final = 60

_LABEL: Final = "sig1"
# Names of RFC 9421, section 6.2.2; a signature of P-256 is r and s one after the other there too.
_ALGORITHMS: Final = {Suite.ED25519: "ed25519", Suite.P256: "ecdsa-p256-sha256"}
_PARAMETERS: Final = ("created", "expires", "nonce", "keyid", "alg")
_METHOD: Final = re.compile(r"[A-Z]{1,16}")
_TARGET: Final = re.compile(r"https?://[!-~]{1,2000}")
_NONCE: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is signed of a request: its method, its whole address as the sender wrote it, and its body."""

    method: str
    target: str
    body: bytes = b""


class Holder(Protocol):
    """Whoever a keyid stands for."""

    @property
    def key(self) -> Key:
        """The key that signs."""

    @property
    def suite(self) -> Suite:
        """The suite of the key."""


H = TypeVar("H", bound=Holder)


def sign_request(
    request: Request, signer: Signer, *, keyid: str, nonce: str, now: UnixMs, life_s: int = MAX_LIFE_S
) -> dict[str, str]:
    """Return the three headers that sign a request.

    Args:
        keyid: serial of the certificate of the signer's key, hex.
        nonce: 16 to 64 of `[A-Za-z0-9_-]`, random, never used before.
        life_s: how long the signature counts, 1 to 300 seconds.

    Raises:
        ValueError: method, address or nonce cannot stand in a signed request.
    """
    if not (_is_plain(request) and _NONCE.fullmatch(nonce) and 1 <= life_s <= MAX_LIFE_S):
        raise ValueError("method, address, nonce or life cannot stand in a signed request")
    # 1.
    digest = content_digest(request.body)
    # 2.
    created = now // 1_000
    said: dict[str, int | str] = {
        "created": created,
        "expires": created + life_s,
        "nonce": nonce,
        "keyid": keyid,
        "alg": _ALGORITHMS[signer.suite],
    }
    signed = SignatureInput(label=_LABEL, components=COVERED, parameters=said)
    # 3.
    signature = signer.sign(signature_base(_values(request, digest), signed))
    return {
        "Content-Digest": digest,
        "Signature-Input": f"{_LABEL}={signed.encode()}",
        "Signature": f"{_LABEL}={encoded(signature)}",
    }


def verify_request(
    request: Request,
    headers: Iterable[tuple[str, str]],
    *,
    resolve: Callable[[str], H],
    nonces: Nonces,
    now: UnixMs,
) -> H:
    """Return who has signed a request.

    Args:
        headers: name and value of each header of the request, as they came.
        resolve: returns whoever a keyid stands for, or raises why nobody does.

    Raises:
        UnsignedRequest: a header is missing.
        BadRequestSignature: the signature does not count, or no longer, or has been used.
        Unavailable: `busy`; the same request may be signed anew and sent again.
    """
    # 4.
    digest, written, proof = _three(headers)
    signed = decode_signature_input(written)
    created, expires, nonce, keyid, algorithm = _said(signed)
    signature = decoded(proof, signed.label)
    if not _is_plain(request):
        raise BadRequestSignature("the method or the address is none that can be signed")
    # 5.
    _require_time(created, expires, now // 1_000)
    # 6.
    if not hmac.compare_digest(digest, content_digest(request.body)):
        raise BadRequestSignature("Content-Digest is not the SHA-256 of the body")
    # 7.
    holder = resolve(keyid)
    if algorithm != _ALGORITHMS[holder.suite]:
        raise BadRequestSignature("the algorithm is another than that of the key")
    try:
        require_signature(holder.key, signature_base(_values(request, digest), signed), signature, holder.suite)
    except BadSignature as error:
        raise BadRequestSignature("the signature is not one of this request by this key") from error
    # 8.
    nonces.take(keyid, nonce, expires_s=expires, now_s=now // 1_000)
    return holder


def key_in(keyid: str, form: re.Pattern[str], *, wanted: str) -> tuple[Suite, Key]:
    """Return the key that a keyid is: of whoever has neither a certificate nor a wallet that it could name.

    Args:
        form: of a whole keyid: the number of the suite is its first group, the key in lower-case hex its second.
        wanted: says of any other keyid what is wrong with it.

    Raises:
        BadRequestSignature: it has another form, or no key that may be registered.
    """
    matched = form.fullmatch(keyid)
    if matched is None:
        raise BadRequestSignature(wanted)
    try:
        suite, key = supported(int(matched[1])), Key(bytes.fromhex(matched[2]))
    except UnsupportedSuite as error:
        raise BadRequestSignature(wanted) from error
    if not acceptable_key(suite, key):
        raise BadRequestSignature(wanted)
    return suite, key


def _three(headers: Iterable[tuple[str, str]]) -> Sequence[str]:
    found: dict[str, list[str]] = {"content-digest": [], "signature-input": [], "signature": []}
    for name, value in headers:
        if name.lower() in found:
            found[name.lower()].append(value)
    for name, values in found.items():
        if not values:
            raise UnsignedRequest(name)
        if len(values) > 1 or len(values[0]) > MAX_HEADER or not values[0].isascii():
            raise BadRequestSignature(f"the request has {name} twice, or too long a one, or no ASCII in it")
    return [values[0] for values in found.values()]


def _said(signed: SignatureInput) -> tuple[int, int, str, str, str]:
    """Return created, expires, nonce, keyid and algorithm of a signature that covers what it must and says no more."""
    said = signed.parameters
    match [said.get(name) for name in _PARAMETERS]:
        case [int(created), int(expires), str(nonce), str(keyid), str(algorithm)] if len(said) == len(_PARAMETERS):
            if signed.components == COVERED and _NONCE.fullmatch(nonce):
                return created, expires, nonce, keyid, algorithm
    raise BadRequestSignature("Signature-Input does not cover what it must, or says something else than it must")


def _require_time(created_s: int, expires_s: int, now_s: int) -> None:
    if created_s > now_s + MAX_AHEAD_S:
        raise BadRequestSignature("the signature was created in the future: see to the clock")
    if not created_s < expires_s <= created_s + MAX_LIFE_S:
        raise BadRequestSignature(f"the signature does not count between 1 and {MAX_LIFE_S} seconds")
    if expires_s <= now_s:
        raise BadRequestSignature("the signature has ended")


def _is_plain(request: Request) -> bool:
    return bool(_METHOD.fullmatch(request.method) and _TARGET.fullmatch(request.target))


def _values(request: Request, digest: str) -> dict[str, str]:
    return dict(zip(COVERED, (request.method, request.target, digest), strict=True))
