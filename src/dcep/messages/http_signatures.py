"""How institutions sign their requests to one another: RFC 9421 over method, address and digest of the body.

The sender

1. writes `Content-Digest`, the SHA-256 of the body (RFC 9530),
2. writes `Signature-Input`: what is covered, when it was signed, until when it counts, a nonce, whose key it is,
3. signs the *signature base*, a line for each covered component and one with the parameters, and writes `Signature`.

The receiver

4. finds each of the three headers once, of bounded length, in the one form that step 2 writes,
5. asks whether the signature counts now: created not later than a clock may differ, not ended, not too long a life,
6. compares the digest with the body,
7. asks for the sender's key, by which the signature of step 3 must be,
8. takes the nonce, which can be taken once until the signature ends. Last: only who has a key can fill the memory.

Source: RFC 9421, sections 2 and 3; RFC 8941 for the syntax; docs/reference/http.md.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Final, Protocol, TypeVar

from dcep.clock import UnixMs
from dcep.crypto.suites import BadSignature, Signer, require_ed25519, require_signature
from dcep.errors import BadInput, Unavailable
from dcep.messages.layout import Key

COVERED: Final = ("@method", "@target-uri", "content-digest")
MAX_LIFE_S: Final = 300
# As far as the clocks of two institutions may differ; the ledger's bound on workers is the same.
MAX_AHEAD_S: Final = 60
MAX_NONCES: Final = 100_000

_LABEL: Final = "sig1"
_ALGORITHM: Final = "ed25519"
_MAX_HEADER: Final = 1_024
_RETRY_AFTER_MS: Final = 1_000
_PARAMETERS: Final = ("created", "expires", "nonce", "keyid", "alg")
_METHOD: Final = re.compile(r"[A-Z]{1,16}")
_TARGET: Final = re.compile(r"https?://[!-~]{1,2000}")
_NONCE: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")
# RFC 8941 in the form that its section 4.1 writes, without escapes: there is nothing here to escape.
_STRING: Final = r'"[ !#-\[\]-~]{0,256}"'
_PARAMETER: Final = rf";([a-z*][a-z0-9_*.-]{{0,31}})=(0|[1-9][0-9]{{0,14}}|{_STRING})"
_INPUT: Final = re.compile(
    rf"([a-z][a-z0-9_-]{{0,31}})=\(((?:{_STRING})(?: {_STRING}){{0,15}})\)((?:{_PARAMETER}){{1,8}})"
)
_BYTES: Final = re.compile(r"([a-z][a-z0-9_-]{0,31})=:([A-Za-z0-9+/]{1,200}={0,2}):")


class UnsignedRequest(BadInput):
    """One of the three headers is missing."""

    def __init__(self, header: str) -> None:
        super().__init__(
            "unsigned_request", f"the request has no {header}", next_step="sign it, see the reference of HTTP"
        )


class BadRequestSignature(BadInput):
    """The request is signed, and the signature does not count."""

    def __init__(self, message: str) -> None:
        super().__init__("bad_request_signature", message, next_step="sign the request anew")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is signed of a request: its method, its whole address as the sender wrote it, and its body."""

    method: str
    target: str
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureInput:
    """The content of `Signature-Input` for one signature, with its parameters in their order."""

    label: str
    components: tuple[str, ...]
    parameters: Mapping[str, int | str]

    def encode(self) -> str:
        """Return the covered components and the parameters, as they stand in the header and in the signature base."""
        covered = " ".join(f'"{name}"' for name in self.components)
        said = [
            f"{name}={value}" if isinstance(value, int) else f'{name}="{value}"'
            for name, value in self.parameters.items()
        ]
        return ";".join((f"({covered})", *said))


class Holder(Protocol):
    """Whoever a keyid stands for."""

    @property
    def key(self) -> Key:
        """The Ed25519 key that signs."""


H = TypeVar("H", bound=Holder)


@dataclass(slots=True)
class Nonces:
    """The nonces that were taken, each until its signature ends.

    They are kept in memory and forgotten at a restart: an order's own idempotency key outlives it.

    Args:
        at_most: nonces of one key; more are answered `busy`, so no key takes the room of another.
    """

    at_most: int = MAX_NONCES
    _taken: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _ends: defaultdict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))

    def take(self, keyid: str, nonce: str, *, expires_s: int, now_s: int) -> None:
        """Take a nonce for ever, as far as signatures count.

        Raises:
            BadRequestSignature: it has been taken.
            Unavailable: `busy`, too many are kept; it was not taken.
        """
        taken, ends = self._taken[keyid], self._ends[keyid]
        while ends and ends[0][0] <= now_s:
            taken.discard(heappop(ends)[1])
        if nonce in taken:
            raise BadRequestSignature("this nonce was used before")
        if len(taken) >= self.at_most:
            raise Unavailable("busy", "too many requests of this key are under way", retry_after_ms=_RETRY_AFTER_MS)
        taken.add(nonce)
        heappush(ends, (expires_s, nonce))


def sign_request(
    request: Request, signer: Signer, *, keyid: str, nonce: str, now: UnixMs, life_s: int = MAX_LIFE_S
) -> dict[str, str]:
    """Return the three headers that sign a request.

    Args:
        keyid: serial of the certificate of the signer's key, hex.
        nonce: 16 to 64 of `[A-Za-z0-9_-]`, random, never used before.
        life_s: how long the signature counts, 1 to 300 seconds.

    Raises:
        UnsupportedSuite: the signer is not of Ed25519.
        ValueError: method, address or nonce cannot stand in a signed request.
    """
    require_ed25519(signer)
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
        "alg": _ALGORITHM,
    }
    signed = SignatureInput(label=_LABEL, components=COVERED, parameters=said)
    # 3.
    signature = signer.sign(signature_base(_values(request, digest), signed))
    return {
        "Content-Digest": digest,
        "Signature-Input": f"{_LABEL}={signed.encode()}",
        "Signature": f"{_LABEL}={_encoded(signature)}",
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
    created, expires, nonce, keyid = _said(signed)
    signature = _decoded(proof, signed.label)
    if not _is_plain(request):
        raise BadRequestSignature("the method or the address is none that can be signed")
    # 5.
    _require_time(created, expires, now // 1_000)
    # 6.
    if not hmac.compare_digest(digest, content_digest(request.body)):
        raise BadRequestSignature("Content-Digest is not the SHA-256 of the body")
    # 7.
    holder = resolve(keyid)
    try:
        require_signature(holder.key, signature_base(_values(request, digest), signed), signature)
    except BadSignature as error:
        raise BadRequestSignature("the signature is not one of this request by this key") from error
    # 8.
    nonces.take(keyid, nonce, expires_s=expires, now_s=now // 1_000)
    return holder


def content_digest(body: bytes) -> str:
    """Return the value of `Content-Digest` for a body.

    Source: RFC 9530, section 2.
    """
    return f"sha-256={_encoded(hashlib.sha256(body).digest())}"


def signature_base(values: Mapping[str, str], signed: SignatureInput) -> bytes:
    """Return the bytes that are signed: a line for each covered component, then the parameters.

    Source: RFC 9421, section 2.5.
    """
    lines = [f'"{name}": {values[name]}' for name in signed.components]
    return "\n".join((*lines, f'"@signature-params": {signed.encode()}')).encode("ascii")


def decode_signature_input(text: str) -> SignatureInput:
    """Return the content of a `Signature-Input` with one signature.

    Raises:
        BadRequestSignature: it is not in the form that RFC 8941 writes, has another signature or a parameter twice.
    """
    matched = _INPUT.fullmatch(text) if len(text) <= _MAX_HEADER else None
    if matched is None:
        raise BadRequestSignature("Signature-Input cannot be read")
    pairs = re.findall(_PARAMETER, matched[3])
    parameters = {name: value[1:-1] if value.startswith('"') else int(value) for name, value in pairs}
    if len(parameters) < len(pairs):
        raise BadRequestSignature("Signature-Input has a parameter twice")
    components = tuple(name[1:-1] for name in re.findall(_STRING, matched[2]))
    return SignatureInput(label=matched[1], components=components, parameters=parameters)


def _three(headers: Iterable[tuple[str, str]]) -> Sequence[str]:
    found: dict[str, list[str]] = {"content-digest": [], "signature-input": [], "signature": []}
    for name, value in headers:
        if name.lower() in found:
            found[name.lower()].append(value)
    for name, values in found.items():
        if not values:
            raise UnsignedRequest(name)
        if len(values) > 1 or len(values[0]) > _MAX_HEADER or not values[0].isascii():
            raise BadRequestSignature(f"the request has {name} twice, or too long a one, or no ASCII in it")
    return [values[0] for values in found.values()]


def _said(signed: SignatureInput) -> tuple[int, int, str, str]:
    """Return created, expires, nonce and keyid of a signature that covers what it must and says no more."""
    said = signed.parameters
    match [said.get(name) for name in _PARAMETERS]:
        case [int(created), int(expires), str(nonce), str(keyid), "ed25519"] if len(said) == len(_PARAMETERS):
            if signed.components == COVERED and _NONCE.fullmatch(nonce):
                return created, expires, nonce, keyid
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


def _encoded(data: bytes) -> str:
    return f":{base64.b64encode(data).decode('ascii')}:"


def _decoded(text: str, label: str) -> bytes:
    matched = _BYTES.fullmatch(text)
    if matched is None or matched[1] != label:
        raise BadRequestSignature("Signature cannot be read, or is another than Signature-Input names")
    try:
        data = base64.b64decode(matched[2], validate=True)
    except binascii.Error as error:
        raise BadRequestSignature("Signature is no base64") from error
    if _encoded(data) != f":{matched[2]}:":
        raise BadRequestSignature("Signature is not in the one form of base64")
    return data
