"""The words of RFC 9421 and RFC 8941: what stands in the headers, in the one form that is written and read here."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dcep.errors import BadInput

MAX_HEADER: Final = 1_024

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


def content_digest(body: bytes) -> str:
    """Return the value of `Content-Digest` for a body.

    Source: RFC 9530, section 2.
    """
    return f"sha-256={encoded(hashlib.sha256(body).digest())}"


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
    matched = _INPUT.fullmatch(text) if len(text) <= MAX_HEADER else None
    if matched is None:
        raise BadRequestSignature("Signature-Input cannot be read")
    pairs = re.findall(_PARAMETER, matched[3])
    parameters = {name: value[1:-1] if value.startswith('"') else int(value) for name, value in pairs}
    if len(parameters) < len(pairs):
        raise BadRequestSignature("Signature-Input has a parameter twice")
    components = tuple(name[1:-1] for name in re.findall(_STRING, matched[2]))
    return SignatureInput(label=matched[1], components=components, parameters=parameters)


def encoded(data: bytes) -> str:
    """Return bytes as RFC 8941 writes them."""
    return f":{base64.b64encode(data).decode('ascii')}:"


def decoded(text: str, label: str) -> bytes:
    """Return the bytes of a `Signature` under this label.

    Raises:
        BadRequestSignature: another form, another label, or a second signature.
    """
    matched = _BYTES.fullmatch(text)
    if matched is None or matched[1] != label:
        raise BadRequestSignature("Signature cannot be read, or is another than Signature-Input names")
    try:
        data = base64.b64decode(matched[2], validate=True)
    except binascii.Error as error:
        raise BadRequestSignature("Signature is no base64") from error
    if encoded(data) != f":{matched[2]}:":
        raise BadRequestSignature("Signature is not in the one form of base64")
    return data
